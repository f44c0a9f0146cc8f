"""Orders to breakers, on both databases and over two servers."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx

from pulpo.store.breaker_orders import BreakerOrder, order, orders
from pulpo.store.turnstore import TurnStore
from support.server import running


async def test_each_tool_has_one_row_and_counts_its_orders(store: TurnStore) -> None:
    give = partial(order, workspace_id="demo", now=1.0, by="key_1")
    write = store.database.write
    assert await write(lambda c: give(c, tool="book", state="open")) == BreakerOrder("demo", "book", "open", 1, "key_1")
    await write(lambda c: give(c, tool="look", state="half_open"))
    assert (await write(lambda c: give(c, tool="book", state="closed"))).revision == 2
    found = await store.database.read(orders)
    assert sorted((it.tool, it.state, it.revision, it.by) for it in found) == [
        ("book", "closed", 2, "key_1"),
        ("look", "half_open", 1, "key_1"),
    ]


async def test_orders_at_the_same_moment_all_count(store: TurnStore) -> None:
    async def give() -> None:
        await store.database.write(lambda c: order(c, workspace_id="demo", tool="book", state="open", now=1.0, by=""))

    await asyncio.gather(*(give() for _ in range(8)))
    assert [it.revision for it in await store.database.read(orders)] == [8]


def test_a_forced_breaker_reaches_every_replica_within_two_seconds(postgres_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        servers = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            servers.append(stack.enter_context(running(tmp_path / name, environ={"PULPO_DATABASE_URL": postgres_url})))

        def states(server: int) -> dict[str, str]:
            listed = httpx.get(f"{servers[server].url}/admin/breakers").json()["breakers"]
            return {it["tool"]: it["state"] for it in listed}

        path = "/admin/breakers/demo/book_appointment"
        assert states(1)["book_appointment"] == "closed"
        took: list[float] = []
        for state in ("open", "closed", "open"):
            assert httpx.post(servers[0].url + path, json={"state": state}).status_code == 200
            began = time.monotonic()
            while states(1)["book_appointment"] != state:
                assert time.monotonic() - began < 20.0
                time.sleep(0.05)
            took.append(time.monotonic() - began)
        assert statistics.median(took) < 2.0, took
        servers[1].restart()
        assert states(1)["book_appointment"] == "open", "and is still forced after a restart"
        assert "breaker forced" in servers[0].log_tail()
