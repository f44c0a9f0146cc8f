"""Work beside the turns: watching how late the event loop is (whoever blocks it shows here), and reading gauges."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Final

import pulpo

EVERY: Final = 0.25
"""Seconds between two looks."""


def watching(observe: Callable[[float], None], *, every: float = EVERY) -> AbstractAsyncContextManager[None]:
    """Tell ``observe`` again and again by how many seconds a sleep of ``every`` seconds was too long."""
    return pulpo.background_task(partial(_watch, observe, every), name="prometheus-lag")


def repeating(do: Callable[[], None], *, every: float) -> AbstractAsyncContextManager[None]:
    """Call ``do`` now and every ``every`` seconds."""
    return pulpo.background_task(partial(_repeat, do, every), name="prometheus-gauges", again=every)


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
