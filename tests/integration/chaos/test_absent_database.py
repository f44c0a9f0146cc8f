"""A `pulpo serve` whose PostgreSQL is stopped, frozen, cut off or full, as its clients and its orchestrator see it.

Whoever cannot be served is told within a second; the process stays alive and says that it is not ready; nothing piles
up meanwhile; and all is well within five seconds afterwards, at the third try at the latest: a machine that has other
things to do may be late once. ``DOWN=30 tox -e integration -- -k absent`` is the long run.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import anyio
import httpx

from support.callers import BACK, Callers
from support.link import Link, linked
from support.postgres import Postgres, running_postgres
from support.server import Server, running
from support.waiting import LIMIT

DOWN = float(os.environ.get("DOWN", "1"))
TRIES = 3
GREETING = {"message": "hola", "locale": "es"}

Fault = Callable[["House"], Awaitable[None]]


class House:
    """A server, its database, and the link between the two."""

    def __init__(self, server: Server, postgres: Postgres, link: Link) -> None:
        self.server = server
        self.postgres = postgres
        self.link = link

    async def health(self) -> tuple[int, int]:
        """Return the statuses of the checks of life and of readiness."""
        async with httpx.AsyncClient(base_url=self.server.url, timeout=LIMIT) as client:
            checks = [await client.get(f"/health/{which}") for which in ("live", "ready")]
        return checks[0].status_code, checks[1].status_code

    async def troubles(self) -> list[str]:
        """Return the parts that ``/metrics/health`` says are down."""
        async with httpx.AsyncClient(base_url=self.server.url, timeout=LIMIT) as client:
            told = await client.get("/metrics/health")
        return [trouble["part"] for trouble in told.json()["troubles"]]

    async def says(self, ready: int, *troubles: str) -> None:
        """Return once it says so of itself: what it says may be a second old."""
        with anyio.move_on_after(LIMIT):
            while (told := (await self.health(), await self.troubles())) != ((200, ready), [*troubles]):
                assert told[0][0] == 200, "not alive"
                await anyio.sleep(0.1)
            return
        raise AssertionError(f"it says {told}")

    async def in_flight(self) -> float:
        """Return how many turns the server runs, by its page for Prometheus, which asks nobody."""
        async with httpx.AsyncClient(base_url=self.server.url, timeout=LIMIT) as client:
            page = (await client.get("/metrics")).text
        (line,) = (line for line in page.splitlines() if line.startswith("pulpo_turns_in_flight "))
        return float(line.split()[1])

    async def stop(self) -> None:
        await asyncio.to_thread(self.postgres.stop)

    async def start(self) -> None:
        await asyncio.to_thread(self.postgres.start)

    async def freeze(self) -> None:
        self.postgres.freeze()

    async def thaw(self) -> None:
        self.postgres.thaw()

    async def go_silent(self) -> None:
        self.link.silent = True

    async def speak(self) -> None:
        self.link.silent = False


FAULTS = {
    "stopped": (House.stop, House.start),
    "frozen": (House.freeze, House.thaw),
    "half open": (House.go_silent, House.speak),
}


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        postgres = stack.enter_context(running_postgres())
        link = await stack.enter_async_context(linked(postgres.port))
        url = f"postgresql://postgres@127.0.0.1:{link.port}/postgres"
        server = running(folder, environ={"PULPO_DATABASE_URL": url})
        served = await asyncio.to_thread(server.__enter__)
        stack.push_async_callback(asyncio.to_thread, server.__exit__, None, None, None)
        yield House(served, postgres, link)


async def test_an_absent_database_is_told_and_survived(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        callers = Callers(at.server.url, GREETING)
        async with callers.calling():
            await callers.served(time.monotonic())
            for name, (breaks, mends) in FAULTS.items():
                took: list[float] = []
                while not took or min(took) >= BACK:
                    assert len(took) < TRIES, f"{name}: well again only after {took} s"
                    took.append(await survived(at, callers, breaks, mends))
        await no_turn_is_left(at)


async def survived(at: House, callers: Callers, breaks: Fault, mends: Fault) -> float:
    """Break it, see it told, mend it, and return how many seconds later all was well."""
    await breaks(at)
    await callers.refused(time.monotonic(), seconds=DOWN)
    await at.says(503, "database")
    assert await at.in_flight() <= callers.number, "turns pile up"
    await mends(at)
    mended = time.monotonic()
    await callers.served(mended)
    await at.says(200)
    return time.monotonic() - mended


async def no_turn_is_left(at: House) -> None:
    with anyio.fail_after(LIMIT):
        while await at.in_flight():  # noqa: ASYNC110 - the turns are another process'
            await anyio.sleep(0.05)
