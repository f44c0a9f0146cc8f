"""Streams of server-sent events: heartbeats, readers that leave or take nothing, and that it is told when they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from pulpo.http import streams
from pulpo.http.streams import HEARTBEAT, Stream, beating, event, send_stream
from support.waiting import LIMIT


class Line:
    """The connection to a reader that leaves when told to; ``stuck`` takes nothing any more."""

    def __init__(self, *, stuck: bool = False) -> None:
        self.sent: list[Any] = []
        self.gone = asyncio.Event()
        self.carried = asyncio.Event()
        self.ends = 0
        self._stuck = stuck

    async def send(self, message: Any) -> None:
        if self._stuck and message["type"] == "http.response.body":
            await asyncio.Event().wait()
        self.sent.append(message)
        if len(self.sent) == 5:
            self.carried.set()

    async def receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def carry(self, frames: AsyncGenerator[bytes, None], **options: Any) -> None:
        stream = Stream(frames=frames, done=self.ended)
        await send_stream(self.send, self.receive, stream, request_id="r1", **options)

    def ended(self) -> None:
        self.ends += 1

    @property
    def body(self) -> list[bytes]:
        return [it["body"] for it in self.sent[1:]]


async def two() -> AsyncGenerator[bytes, None]:
    yield event("a", b"1")
    yield event("a", b"2")


async def endless() -> AsyncGenerator[bytes, None]:
    while True:
        yield event("a", b"1")
        await asyncio.sleep(0)


async def test_a_stream_is_sent_whole_and_uncached() -> None:
    line = Line()
    await line.carry(two())
    headers = dict(line.sent[0]["headers"])
    assert (headers[b"content-type"], headers[b"cache-control"]) == (b"text/event-stream", b"no-store")
    assert b"content-security-policy" in headers
    assert line.body == [b"event: a\ndata: 1\n\n", b"event: a\ndata: 2\n\n", b""]
    assert line.sent[-1]["more_body"] is False
    assert line.ends == 1


async def test_a_head_request_gets_no_frame() -> None:
    line = Line()
    await line.carry(endless(), head=True)
    assert (line.body, line.ends) == ([b""], 1)


async def test_it_ends_with_its_reader() -> None:
    line = Line()
    carried = asyncio.create_task(line.carry(beating(endless())))
    await line.carried.wait()
    line.gone.set()
    await asyncio.wait_for(carried, LIMIT)
    assert (line.sent[-1]["more_body"], line.ends) == (True, 1)


async def test_a_reader_that_takes_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SLOWEST", 0.01)
    line = Line(stuck=True)
    await asyncio.wait_for(line.carry(endless()), LIMIT)
    assert (len(line.sent), line.ends) == (1, 1)


async def test_a_source_that_fails_ends_it_and_is_told() -> None:
    async def broken() -> AsyncGenerator[bytes, None]:
        yield event("a", b"1")
        raise RuntimeError("no more")

    line = Line()
    with pytest.raises(RuntimeError, match="no more"):
        await line.carry(beating(broken()))
    assert (len(line.body), line.ends) == (1, 1)


async def test_silence_is_filled_with_heartbeats() -> None:
    quiet = asyncio.Event()

    async def slow() -> AsyncGenerator[bytes, None]:
        await quiet.wait()
        yield event("a", b"1")

    heard = []
    async for frame in beating(slow(), every=0.005):
        heard.append(frame)
        if len(heard) == 3:
            quiet.set()
    assert heard[:3] == [HEARTBEAT] * 3
    assert heard[-1] == event("a", b"1")
