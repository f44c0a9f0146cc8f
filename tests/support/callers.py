"""Clients who keep asking a server, and note when they were answered, how, and after how long."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import anyio
import httpx

from support.withheld import withheld

TOLD = 1.0
"""Seconds within which whoever cannot be served is told."""
BACK = 5.0
"""Seconds within which all is well again once the fault is gone."""
SLACK = 0.5
"""Seconds for a machine that is busy with other tests."""


class Seen(NamedTuple):
    """One answer: when it was asked for, its status, the seconds it took, and its Retry-After."""

    asked: float
    status: int
    took: float
    retry_after: str | None


@dataclass
class Callers:
    """``number`` clients of ``url``, each with one request at a time, for as long as `calling` lasts."""

    url: str
    body: dict[str, Any]
    pid: int
    """The server's process; what a busy machine withholds from it and from us is not counted."""
    number: int = 8
    seen: list[Seen] = field(default_factory=list)

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        limits = httpx.Limits(max_connections=self.number + 4)
        async with (
            httpx.AsyncClient(base_url=self.url, timeout=30, limits=limits) as client,
            anyio.create_task_group() as group,
        ):
            for _ in range(self.number):
                group.start_soon(self._call, client)
            yield
            group.cancel_scope.cancel()

    def since(self, moment: float) -> list[Seen]:
        return [seen for seen in self.seen if seen.asked >= moment]

    async def refused(self, moment: float, *, seconds: float) -> None:
        """See everybody refused for ``seconds`` from ``moment`` on, in time and with a word when to come back."""
        await anyio.sleep(max(0.0, moment + seconds - time.monotonic()))
        asked = self.since(moment + TOLD)
        assert len(asked) >= self.number, f"clients wait instead of being told: {self.since(moment)}"
        wrong = [seen for seen in asked if seen.status != 503 or not seen.retry_after]
        assert not wrong, f"neither served nor told when to come back: {wrong}"
        late = [seen for seen in self.since(moment) if seen.took >= TOLD + SLACK]
        assert not late, f"told late: {late}"

    async def served(self, moment: float) -> None:
        """See everybody served again in time after ``moment``."""
        while not all_well(self.since(moment)[-2 * self.number :], 2 * self.number):
            assert time.monotonic() - moment < BACK + SLACK, self.since(moment)[-self.number :]
            await anyio.sleep(0.02)

    async def _call(self, client: httpx.AsyncClient) -> None:
        while True:
            asked, lost = time.monotonic(), withheld() + withheld(self.pid)
            response = await client.post("/chat", json=self.body)
            took = time.monotonic() - asked - (withheld() + withheld(self.pid) - lost)
            self.seen.append(Seen(asked, response.status_code, took, response.headers.get("retry-after")))
            await anyio.sleep(0.02)


def all_well(seen: Iterable[Seen], number: int) -> bool:
    return [each.status for each in seen] == [200] * number
