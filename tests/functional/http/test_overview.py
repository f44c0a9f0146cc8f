"""The overview: what it tells, and its streams: how many, how long, for whom."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from pulpo.http.overview import MOST_STREAMS
from pulpo.store import keys

LOCAL = (b"host", b"localhost")
LIVE = (b"accept", b"text/event-stream")
PATIENCE = 60.0
"""Seconds for what takes one at the most."""


class Watching:
    """A stream that is being read."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[Any] = asyncio.Queue()
        self.left = asyncio.Event()
        self.task: asyncio.Task[None]

    async def next(self) -> Any:
        return await asyncio.wait_for(self.messages.get(), PATIENCE)

    async def overview(self) -> Any:
        body = (await self.next())["body"]
        assert body.startswith(b"event: overview\ndata: ")
        return json.loads(body.split(b"data: ")[1])

    async def ended(self) -> None:
        """Read on until the server ends it."""
        while (await self.next())["more_body"]:
            pass
        await asyncio.wait_for(self.task, PATIENCE)


@asynccontextmanager
async def watching(app: Any, *headers: tuple[bytes, bytes]) -> AsyncIterator[Watching]:
    """Ask for the stream as a server does it: httpx's transport waits for the end of a body."""
    it = Watching()
    asked = {"method": "GET", "path": "/metrics/overview", "raw_path": b"/metrics/overview", "query_string": b""}
    scope = {"type": "http", "http_version": "1.1", "scheme": "http", "root_path": "", "client": None, "server": None}

    async def receive() -> Any:
        await it.left.wait()
        return {"type": "http.disconnect"}

    it.task = asyncio.create_task(
        app({**scope, **asked, "headers": [LOCAL, LIVE, *headers]}, receive, it.messages.put), name="watching"
    )
    yield it
    it.left.set()
    await asyncio.wait_for(it.task, PATIENCE)


async def test_without_a_turn_it_claims_nothing(client: httpx.AsyncClient) -> None:
    seen = (await client.get("/metrics/overview")).json()
    assert (seen["lately"]["turns"], seen["lately"]["error_ratio"], seen["lately"]["p95_seconds"]) == (0, None, None)
    assert {it["budget_left"] for it in seen["slo"]["objectives"]} == {None}
    assert [it["name"] for it in seen["tools"]] == ["say_hello"]
    assert seen["plugins"] == {"active": 2}


async def test_what_happens_is_seen_live(served: Any) -> None:
    async with watching(served.app) as stream:
        assert (await stream.next())["status"] == 200
        before = (await stream.overview())["lately"]["turns"]
        for message in ("greet Ana", "hi", "hi", "break"):
            await served.client.post("/chat", json={"message": message})
        while (seen := await stream.overview())["lately"]["turns"] < 4:
            pass
    assert before == 0
    assert (seen["lately"]["error_ratio"], seen["lately"]["rescue_ratio"]) == (0.25, 0)
    assert sum(it["turns"] for it in seen["steps"]) == 4
    assert sum(it["bad"] for it in seen["steps"]) == 1
    assert seen["tools"][0]["calls"] == 1


async def test_a_sixth_stream_is_refused_until_one_ends(served: Any) -> None:
    open_ = [watching(served.app) for _ in range(MOST_STREAMS)]
    for it in open_:
        assert (await (await it.__aenter__()).next())["status"] == 200
    async with watching(served.app) as sixth:
        assert (await sixth.next())["status"] == 429
    await open_.pop().__aexit__(None, None, None)
    async with watching(served.app) as again:
        assert (await again.next())["status"] == 200
    for it in open_:
        await it.__aexit__(None, None, None)


async def test_draining_ends_it(served: Any) -> None:
    async with watching(served.app) as stream:
        await stream.next()
        await stream.overview()
        served.app.state.system.begin_draining()
        await stream.ended()


async def test_a_revoked_key_ends_it(served: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("pulpo.http.auth.KEY_SECONDS", 0.0)
    database = served.app.state.system.database
    chosen = {
        "workspace_id": "demo",
        "name": "",
        "scopes": ("metrics",),
        "now": time.time(),
        "rng": secrets.token_bytes,
    }
    made, secret = await database.write(lambda it: keys.create_key(it, **chosen))
    async with watching(served.app, (b"authorization", f"Bearer {secret}".encode())) as stream:
        assert (await stream.next())["status"] == 200
        await stream.overview()
        await database.write(lambda it: keys.revoke_key(it, made, now=time.time()))
        await stream.ended()
