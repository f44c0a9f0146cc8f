"""A server on loopback that speaks OpenAI's protocol as a model would, and misbehaves on demand: on raw sockets, for
most of what goes wrong in earnest no HTTP library would send.

`Model` runs in a thread of its own, so that it serves tests and servers under test alike.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Request: TypeAlias = dict[str, Any]
"""The body of a request."""

USAGE = {"prompt_tokens": 120, "completion_tokens": 8, "prompt_tokens_details": {"cached_tokens": 100}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """A well-formed response: a text, calls of tools (name and arguments, JSON unless they are a text), or both."""

    text: str | None = None
    calls: tuple[tuple[str, Any], ...] = ()
    finish: str | None = None
    refusal: str | None = None
    usage: dict[str, Any] | None = field(default_factory=lambda: dict(USAGE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sends:
    """These very bytes, and then nothing, the end of the connection (``closes``), or a reset (``resets``); slowly,
    with ``every`` seconds between two bytes."""

    raw: bytes = b""
    closes: bool = False
    resets: bool = False
    every: float = 0.0


Act: TypeAlias = Says | Sends
Think: TypeAlias = Callable[[Request], Act]


def http(body: bytes, status: str = "200 OK", *headers: str, kind: str = "application/json") -> bytes:
    """A complete HTTP response."""
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join((*lines, "", "")).encode() + body


def chunked(*parts: bytes, ended: bool = True) -> bytes:
    """An HTTP response in parts."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + (b"0\r\n\r\n" if ended else b"")


def completion(says: Says) -> bytes:
    """The body of a response."""
    calls = [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": _json(arguments)}}
        for number, (name, arguments) in enumerate(says.calls)
    ]
    message = {"role": "assistant", "content": says.text, "refusal": says.refusal, "tool_calls": calls or None}
    choice = {"index": 0, "message": message, "finish_reason": _finish(says)}
    return json.dumps({"id": "c", "object": "chat.completion", "choices": [choice], "usage": says.usage}).encode()


def events(says: Says, *, size: int = 12) -> Iterator[bytes]:
    """The same response as a stream of events, its texts in pieces of ``size`` characters."""
    for piece in _pieces(says.text or "", size):
        yield _event({"content": piece})
    if says.refusal:
        yield _event({"refusal": says.refusal})
    for index, (name, arguments) in enumerate(says.calls):
        yield _event({"tool_calls": [{"index": index, "id": "x", "function": {"name": name, "arguments": ""}}]})
        for piece in _pieces(_json(arguments), size):
            yield _event({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield _event({}, finish_reason=_finish(says))
    if says.usage is not None:
        yield b"data: " + json.dumps({"choices": [], "usage": says.usage}).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


class Model:
    """Answers each request with what ``think`` makes of it; ``requests`` are those it got, ``connections`` counts.
    ``failed`` is what ``think`` raised: a fault of the test, where a broken model would look like a safe one."""

    def __init__(self, think: Think) -> None:
        self.think = think
        self.requests: list[Request] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0
        self.port = 0
        self.failed: Exception | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, started: Callable[[], None], stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started()
        await stop.wait()
        server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except Exception as error:
            self.failed = error
        self._writers.discard(writer)
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n"))}
        request = json.loads(await reader.readexactly(int(headers["content-length"])))
        self.requests.append(request)
        self.headers.append(headers)
        act = self.think(request)
        if isinstance(act, Says):
            writer.write(chunked(*events(act)) if request.get("stream") else http(completion(act)))
            await writer.drain()
            return True
        await _sent(act, writer)
        return not (act.closes or act.resets)


async def _sent(act: Sends, writer: asyncio.StreamWriter) -> None:
    if act.every:
        for byte in act.raw:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(act.every)
    else:
        writer.write(act.raw)
        await writer.drain()
    if act.resets:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


@contextmanager
def serving(think: Think) -> Iterator[Model]:
    """Serve a model until the block ends; raises what its ``think`` raised."""
    model, started = Model(think), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(model.serve(started.set, stop))

    thread = threading.Thread(target=run, name="model", daemon=True)
    thread.start()
    assert started.wait(60)
    try:
        yield model
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        if model.failed is not None:
            raise model.failed


def text_of(request: Request) -> str:
    """All that the model is told, in one text."""
    return "\n".join(str(message.get("content") or "") for message in request["messages"])


def tool_results(request: Request) -> list[str]:
    """What the tools of this turn returned."""
    return [message["content"] for message in request["messages"] if message["role"] == "tool"]


def last_said(request: Request) -> str:
    """The user's last message."""
    return next(str(each["content"]) for each in reversed(request["messages"]) if each["role"] == "user")


def _event(delta: dict[str, Any], **more: Any) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta, **more}]}).encode() + b"\n\n"


def _json(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _finish(says: Says) -> str:
    return says.finish or ("tool_calls" if says.calls else "stop")


def _pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))
