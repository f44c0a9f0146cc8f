"""Work beside the turns: watching how late the event loop is (whoever blocks it shows here), and reading gauges."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Final

EVERY: Final = 0.25
"""Seconds between two looks."""


@asynccontextmanager
async def watching(observe: Callable[[float], None], *, every: float = EVERY) -> AsyncIterator[None]:
    """Tell ``observe`` again and again by how many seconds a sleep of ``every`` seconds was too long."""
    async with _beside(_watch(observe, every)):
        yield


@asynccontextmanager
async def repeating(do: Callable[[], None], *, every: float) -> AsyncIterator[None]:
    """Call ``do`` now and every ``every`` seconds."""
    async with _beside(_repeat(do, every)):
        yield


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _repeat(do: Callable[[], None], every: float) -> None:
    while True:
        do()
        await asyncio.sleep(every)


async def _watch(observe: Callable[[float], None], every: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        await asyncio.sleep(every)
        observe(max(0.0, loop.time() - began - every))
