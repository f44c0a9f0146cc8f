"""Sends messages when they are due, whether or not the server keeps up: an open loop, as strangers are one.

It costs about 0.1 ms a message and shares the machine with the server it loads, so it tells how late it was itself
(`Sample.lag`); a run in which it was late says more about the driver than about the server.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from load.profiles import Profile
from load.visits import Town, Visit, decode

ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"
COME_AGAIN: Final = frozenset({409, 429, 503})
"""Statuses that tell a client to send the same message again."""

PATIENCE: Final = 45.0
"""Seconds after which a request without an answer counts as broken: what an edge gives it."""
INSIST: Final = 180.0
"""Seconds for which a person whose message may have been lost sends it again, after the profile has ended."""
THINK: Final = 1.0
"""Seconds from an answer to the person's next message."""

HEAD = (
    b"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nIdempotency-Key: %b\r\n%b"
    b"Content-Length: %d\r\n\r\n%b"
)
OF_THE_EDGE: Final = frozenset({502, 504})
"""Statuses that a proxy makes up for a server that went: nobody knows what it did before."""


class Sample(NamedTuple):
    """One request: seconds since the run began, and how it ended."""

    due: float
    sent: float
    done: float
    status: int
    """0 when the connection broke."""
    kind: str
    story: str

    @property
    def took(self) -> float:
        """Seconds from when it was due: what the person waited."""
        return self.done - self.due

    @property
    def lag(self) -> float:
        """Seconds by which the driver itself was late."""
        return self.sent - self.due


class Response(NamedTuple):
    """What came back."""

    status: int
    retry_after: float
    body: bytes


BROKEN = Response(0, 0.1, b"")


class Line(asyncio.Protocol):
    """A keep-alive connection that carries one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[Response] | None = None

    @property
    def usable(self) -> bool:
        """Whether another request may be sent on it."""
        return self.transport is not None and not self.transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    async def ask(self, request: bytes) -> Response:
        """Send a request and return its response, `BROKEN` when the connection breaks first."""
        assert self.transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._answer
        except TimeoutError:
            self.transport.abort()
            return BROKEN

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        fields = head.lower()
        if len(body) < int(_field(fields, b"content-length") or 0):
            return
        self._buffer = b""
        if _field(fields, b"connection") == b"close" and self.transport is not None:
            self.transport.close()
        self._settle(Response(int(head[9:12]), float(_field(fields, b"retry-after") or 1), body))

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle(BROKEN)

    def _settle(self, response: Response) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(response)


def _field(head: bytes, name: bytes) -> bytes:
    return head.partition(b"\r\n%b:" % name)[2].partition(b"\r\n")[0].strip()


@dataclass(slots=True)
class Driver:
    """Drives the people of ``town`` at the servers on the loopback ports ``ports``, in turn."""

    town: Town
    ports: Sequence[int]
    random: Random
    think: float = THINK
    api_key: str = ""
    keep: bool = False
    """Whether to remember every request that was answered, and its answer (`kept`), and at the end to send again also
    what was refused: where databases go away, a refusal may come after the effect."""
    samples: list[Sample] = field(default_factory=list)
    began: float = 0.0
    broken: list[str] = field(default_factory=list)
    """Messages that got another answer than one that was good or said "come again", and what it was."""
    sorry: list[str] = field(default_factory=list)
    """Messages that were answered with an apology or a refusal."""
    lost: list[str] = field(default_factory=list)
    """Messages that were sent and never answered."""
    over: bool = False
    """Set by whoever wants the profile to end before its time."""
    kept: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    told: list[tuple[float, bytes]] = field(default_factory=list)
    """With ``keep``: when somebody was refused (`now`), and in which words."""
    sent: int = 0
    _ready: deque[Visit] = field(default_factory=deque)
    _idle: dict[int, list[Line]] = field(default_factory=dict)
    _unsure: dict[str, Visit] = field(default_factory=dict)
    _next: int = 0

    async def run(self, profile: Profile, *, tick: Callable[[float], None] = lambda at: None) -> None:
        """Send what is due until the profile ends, then wait for what is under way. ``tick`` is called a second."""
        self.began = time.perf_counter()
        watch = asyncio.create_task(self._tick(tick))
        try:
            async with asyncio.TaskGroup() as group:
                # By chance of their own: how many come must not depend on how often they are told to come again.
                for due in profile.arrivals(Random(self.random.getrandbits(64))):  # noqa: S311
                    if self.over:
                        break
                    if (ahead := due - self.now()) > 0:
                        await asyncio.sleep(ahead)
                    visit = self._ready.popleft() if self._ready else self.town.visitor()
                    group.create_task(self._say(visit, due))
            await self._insist()
        finally:
            watch.cancel()
            self._close()

    def now(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self.began

    async def _insist(self) -> None:
        """Hear the answers to what broke off: those people may have an appointment and not know it."""
        limit = self.now() + INSIST
        while self._unsure and self.now() < limit:
            await asyncio.gather(*(self._say(visit, self.now(), again=False) for visit in [*self._unsure.values()]))
            await asyncio.sleep(0.1)
        self.lost += self._unsure

    async def _say(self, visit: Visit, due: float, *, again: bool = True) -> None:
        key, sent = visit.key, self.now()
        self.sent += 1
        request = self._request(visit)
        response = await self.ask(request)
        kind = self._take(visit, response)
        if self.keep and kind == ANSWERED:
            self.kept[key] = request, response.body
        if self.keep and kind == REFUSED:
            self.told.append((self.now(), response.body))
        self.samples.append(Sample(due, sent, self.now(), response.status, kind, visit.kind))
        if kind == ANSWERED:
            self._unsure.pop(key, None)
        elif kind == FAILED or self.keep:
            self._unsure[key] = visit
        if visit.message is not None and again:
            wait = self.think if kind == ANSWERED else response.retry_after * self.random.uniform(1, 2)
            asyncio.get_running_loop().call_later(wait, self._ready.append, visit)

    def _request(self, visit: Visit) -> bytes:
        body = json.dumps(visit.body()).encode()
        key = b"Authorization: Bearer %b\r\n" % self.api_key.encode() if self.api_key else b""
        return HEAD % (visit.key.encode(), key, len(body), body)

    def _take(self, visit: Visit, response: Response) -> str:
        if response.status in COME_AGAIN:
            return REFUSED
        if response.status == 200:
            answer = decode(response.body)
            if answer.outcome not in ("ok", "rescued"):
                self.sorry.append(f"{visit.key}: {answer.outcome}: {answer.reply}")
            visit.hear(answer)
            return ANSWERED
        if response.status and response.status not in OF_THE_EDGE:
            self.broken.append(f"{visit.key}: {response.status} {response.body[:200]!r}")
        return FAILED

    async def ask(self, request: bytes) -> Response:
        """Send a request on a connection of its own, one that is kept alive if there is one."""
        port = self.ports[self._next % len(self.ports)]
        self._next += 1
        idle = self._idle.setdefault(port, [])
        line = None
        while idle and not (line and line.usable):
            line = idle.pop()
        if line is None or not line.usable:
            try:
                _, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", port)
            except OSError:
                return BROKEN
        response = await line.ask(request)
        if line.usable:
            idle.append(line)
        return response

    async def _tick(self, tick: Callable[[float], None]) -> None:
        while True:
            tick(self.now())
            await asyncio.sleep(1)

    def _close(self) -> None:
        for line in (line for lines in self._idle.values() for line in lines):
            with suppress(Exception):
                assert line.transport is not None
                line.transport.abort()
