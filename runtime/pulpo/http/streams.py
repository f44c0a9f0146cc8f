"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): an answer that goes on until
its source ends or its reader leaves.

Nothing is queued for a reader: what it does not take is not made, and one that takes nothing for long is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from pulpo.http.wire import NO_STORE, SECURITY, Header

if TYPE_CHECKING:
    from litestar.types import Receive, Send

HEARTBEAT: Final = b": \n\n"
"""A comment, which readers skip: it shows that the line is alive while there is nothing to tell."""

HEARTBEAT_SECONDS: Final = 5.0
SLOWEST: Final = 15.0
"""Seconds that a reader may leave a frame untaken."""


class Stream(Struct, frozen=True, kw_only=True):
    """An answer in ``frames``, each a whole event; ``done`` is called once, when it has ended for whatever reason."""

    frames: AsyncGenerator[bytes, None]
    done: Callable[[], None]
    headers: tuple[Header, ...] = ()


async def send_stream(send: Send, receive: Receive, stream: Stream, *, request_id: str, head: bool = False) -> None:
    """Send ``stream`` until it ends, its reader leaves or takes nothing for `SLOWEST` seconds."""
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _headers(stream, request_id)})
        if head or await _sent(send, receive, stream.frames):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        await stream.frames.aclose()
        stream.done()


async def beating(frames: AsyncIterator[bytes], *, every: float = HEARTBEAT_SECONDS) -> AsyncGenerator[bytes, None]:
    """Pass ``frames`` on, with a `HEARTBEAT` whenever none came for ``every`` seconds."""
    following = asyncio.ensure_future(anext(frames, None))
    try:
        while True:
            if not (await asyncio.wait({following}, timeout=every))[0]:
                yield HEARTBEAT
            elif (frame := following.result()) is None:
                return
            else:
                yield frame
                following = asyncio.ensure_future(anext(frames, None))
    finally:
        following.cancel()


def event(name: str, data: bytes) -> bytes:
    """Return one event; ``data`` has no line breaks."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)


def _headers(stream: Stream, request_id: str) -> list[Header]:
    return [
        (b"content-type", b"text/event-stream"),
        (b"x-accel-buffering", b"no"),  # nginx would hold events back
        (b"x-request-id", request_id.encode("ascii")),
        NO_STORE,
        *stream.headers,
        *SECURITY,
    ]


async def _sent(send: Send, receive: Receive, frames: AsyncGenerator[bytes, None]) -> bool:
    """Send all frames; False when the reader is gone or too slow."""
    sending = asyncio.ensure_future(_send_all(send, frames))
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return sending.done() and sending.result()
    finally:
        sending.cancel()
        leaving.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


async def _send_all(send: Send, frames: AsyncGenerator[bytes, None]) -> bool:
    async with aclosing(frames):
        async for frame in frames:
            try:
                async with asyncio.timeout(SLOWEST):
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
            except TimeoutError:
                return False
    return True


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
