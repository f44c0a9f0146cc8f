"""How late the event loop is: whoever blocks it shows here, whatever else was measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

EVERY: Final = 0.25
"""Seconds between two looks."""


@asynccontextmanager
async def watching(observe: Callable[[float], None], *, every: float = EVERY) -> AsyncIterator[None]:
    """Tell ``observe`` again and again by how many seconds a sleep of ``every`` seconds was too long."""
    task = asyncio.create_task(_watch(observe, every))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(observe: Callable[[float], None], every: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        await asyncio.sleep(every)
        observe(max(0.0, loop.time() - began - every))
