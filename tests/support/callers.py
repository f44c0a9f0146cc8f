"""Clients who keep asking a server, and note when they were answered, how, and after how long."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import anyio
import httpx

from support.waiting import LIMIT

TOLD = 1.0
"""Seconds within which whoever cannot be served is told."""
BACK = 5.0
"""Seconds within which all is well again once the fault is gone."""
SLACK = 0.5
"""Seconds for what wakes up a little late: whoever waits twice for the database to answer is later still."""


class Seen(NamedTuple):
    """One answer: when it was asked for, its status, the seconds it took, and its Retry-After."""

    asked: float
    status: int
    took: float
    retry_after: str | None

    @property
    def refused(self) -> bool:
        return self.status == 503 and bool(self.retry_after)

    @property
    def in_time(self) -> bool:
        return self.took < TOLD + SLACK


@dataclass
class Callers:
    """``number`` clients of ``url``, each with one request at a time, for as long as `calling` lasts."""

    url: str
    body: dict[str, Any]
    number: int = 8
    seen: list[list[Seen]] = field(default_factory=list)
    """What each of them saw."""

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        limits = httpx.Limits(max_connections=self.number + 4)
        async with (
            httpx.AsyncClient(base_url=self.url, timeout=LIMIT, limits=limits) as client,
            anyio.create_task_group() as group,
        ):
            for _ in range(self.number):
                self.seen.append([])
                group.start_soon(self._call, client, self.seen[-1])
            yield
            group.cancel_scope.cancel()

    async def refused(self, moment: float, *, seconds: float) -> None:
        """See everybody refused for ``seconds`` from ``moment`` on, with a word when to come back; and all of them in
        time, once at least."""
        await anyio.sleep(max(0.0, moment + seconds - time.monotonic()))
        await self._everybody(moment, lambda seen: seen.refused and seen.in_time)
        wrong = [seen for caller in self.seen for seen in caller if seen.asked >= moment and not seen.refused]
        assert not wrong, f"neither served nor told when to come back: {wrong}"

    async def served(self, moment: float) -> float:
        """See everybody served again, and return how many seconds after ``moment`` that was."""
        await self._everybody(moment, lambda seen: seen.status == 200)
        return time.monotonic() - moment

    async def _everybody(self, moment: float, saw: Callable[[Seen], bool]) -> None:
        """Wait until the last two answers of everybody, both asked for after ``moment``, are such."""
        with anyio.move_on_after(LIMIT):
            while not all(map(saw, last := self._last_two(moment))) or len(last) < 2 * self.number:  # noqa: ASYNC110
                await anyio.sleep(0.02)
            return
        raise AssertionError(f"not what everybody should see: {self._last_two(moment)}")

    def _last_two(self, moment: float) -> list[Seen]:
        return [seen for caller in self.seen for seen in caller[-2:] if seen.asked >= moment]

    async def _call(self, client: httpx.AsyncClient, seen: list[Seen]) -> None:
        while True:
            asked = time.monotonic()
            response = await client.post("/chat", json=self.body)
            took = time.monotonic() - asked
            seen.append(Seen(asked, response.status_code, took, response.headers.get("retry-after")))
            await anyio.sleep(0.02)
