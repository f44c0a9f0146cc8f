"""Servers that are killed at moments nobody chose, and clients who insist on their answers.

::

    chaos = Chaos([server])
    async with chaos.reigning(hits=200):
        answer = await chaos.insist(client, {"message": "hola", …}, key="k1")

A *hit* is a kill that cut at least one request off from its answer; kills between two turns prove nothing and are
not counted. A request may be cut off before its turn was accepted, or after it was over: ``proved`` says whether what a
test is about has happened, and until then the kills go on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import anyio
import anyio.to_thread
import httpx

from support.server import Server

COME_AGAIN = frozenset({409, 429, 503})
"""Statuses that tell a client to send the same request again."""

PATIENCE = 60.0
"""Seconds after which a turn without an answer counts as lost: a lease and a busy machine fit in."""
START_SECONDS = 120.0
MISSES = 10
"""Most kills for each hit that is wanted."""


@dataclass
class Chaos:
    """``servers`` are running and are left running; ``uptime`` bounds the seconds between a start and the next kill."""

    servers: Sequence[Server]
    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311
    uptime: tuple[float, float] = (0.02, 0.5)
    proved: Callable[[], bool] = lambda: True
    kills: int = 0
    hits: int = 0
    cut: int = 0
    """Requests that were sent and lost their answer."""
    answered: int = 0
    put_off: int = 0
    """Requests that were told to come again, and when."""
    asking: int = 0
    """Requests that wait for their answer now."""
    reigns: bool = False
    over: anyio.Event = field(default_factory=anyio.Event)
    """Set when the last server that was killed serves again."""

    @asynccontextmanager
    async def reigning(self, *, hits: int) -> AsyncIterator[None]:
        """Kill servers beside what happens in the block, until ``hits`` kills have hit; then wait for the block."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._reign, hits)
            yield

    async def insist(self, client: httpx.AsyncClient, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Send a message with its ``Idempotency-Key`` until it is answered, to whichever server listens.

        Any other answer than a good one or "come again" fails the test, and so does none within `PATIENCE` while
        nobody is killed.
        """
        since = anyio.current_time()
        while (answer := await self._ask(client, body, key)) is None:
            await anyio.sleep(0.05)
            since = anyio.current_time() if self.reigns else since
            assert anyio.current_time() - since < PATIENCE, f"{key} is lost:\n{self.servers[0].log_tail()}"
        return answer

    async def _ask(self, client: httpx.AsyncClient, body: Mapping[str, Any], key: str) -> dict[str, Any] | None:
        server = self.random.choice(self.servers)
        self.asking += 1
        try:
            response = await client.post(f"{server.url}/chat", json=body, headers={"Idempotency-Key": key})
        except httpx.ConnectError:
            return None
        except httpx.TransportError:
            self.cut += 1
            return None
        finally:
            self.asking -= 1
        if response.status_code in COME_AGAIN:
            assert response.headers.get("retry-after"), f"{key}: {response.status_code} without Retry-After"
            self.put_off += 1
            return None
        assert response.status_code == 200, f"{key}: {response.status_code} {response.text}"
        self.answered += 1
        answer: dict[str, Any] = response.json()
        return answer

    async def _reign(self, hits: int) -> None:
        self.reigns = True
        while self.hits < hits or not await anyio.to_thread.run_sync(self.proved):
            assert self.kills < MISSES * hits, f"{self.kills} kills, and {self.hits} of them hit"
            await anyio.sleep(self.random.uniform(*self.uptime))
            while not self.asking:  # noqa: ASYNC110 - it tells nobody
                await anyio.sleep(0.005)
            self.hits += await self._kill()
            self.kills += 1
        self.reigns = False
        self.over.set()

    async def _kill(self) -> bool:
        """Kill one of them and start it again; say whether that hit."""
        server, before = self.random.choice(self.servers), self.cut
        await anyio.to_thread.run_sync(server.kill)
        await anyio.to_thread.run_sync(partial(server.start, seconds=START_SECONDS))
        return self.cut > before
