"""Orders to breakers, on both databases and over two servers."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx

from pulpo.resilience.orders import INTERVAL
from pulpo.store.breaker_orders import BreakerOrder, order, orders
from pulpo.store.turnstore import TurnStore
from support.nursery import nursery
from support.server import running
from support.waiting import LIMIT, until

PROMISED = 2.0
"""Seconds within which every replica obeys."""


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


def test_a_forced_breaker_reaches_every_replica(postgres_url: str, tmp_path: Path) -> None:
    assert INTERVAL < PROMISED, "one look is enough, and has time left to be one"
    with nursery(tmp_path / "site") as make, ExitStack() as stack:
        servers = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            server = running(tmp_path / name, environ={"PULPO_DATABASE_URL": postgres_url}, make=make)
            servers.append(stack.enter_context(server))

        def state(server: int) -> str:
            listed = httpx.get(f"{servers[server].url}/admin/breakers", timeout=LIMIT).json()["breakers"]
            return {str(it["tool"]): str(it["state"]) for it in listed}["book_appointment"]

        path = "/admin/breakers/demo/book_appointment"
        assert state(1) == "closed"
        for wanted in ("open", "closed", "open"):
            order = partial(httpx.post, servers[0].url + path, json={"state": wanted}, timeout=LIMIT)
            until(lambda order=order: order().status_code == 200)
            until(lambda wanted=wanted: state(1) == wanted)
        servers[1].restart()
        assert state(1) == "open", "and is still forced after a restart"
        until(lambda: "breaker forced" in servers[0].log_tail())
