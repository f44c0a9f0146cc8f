"""Waiting for what happens, never for a time that ought to be enough.

A busy machine may withhold a processor from anybody for seconds. So tests wait for an event or a condition, `LIMIT`
only tells a test that would otherwise hang, and a promise about time is held against the best of several tries.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Final

import anyio

LIMIT: Final = 60.0
"""Seconds after which nothing will come any more. It measures nothing: what waits for less is a matter of luck."""

TRIES: Final = 20


async def eventually(holds: Callable[[], bool], *, limit: float = LIMIT) -> None:
    """Return when ``holds``, leaving the event loop to others meanwhile; raises `TimeoutError` after ``limit``."""
    with anyio.fail_after(limit):
        while not holds():  # noqa: ASYNC110 - what it waits for knows no event
            await anyio.sleep(0.005)


def until(holds: Callable[[], bool], *, limit: float = LIMIT) -> None:
    """Return when ``holds``; raises `TimeoutError` after ``limit`` seconds."""
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {limit:g} s")
        time.sleep(0.005)


async def quickest(measure: Callable[[], Awaitable[float]], *, enough: float) -> float:
    """Return the first figure of `TRIES` that is below ``enough``, or the least of them.

    Neighbours make things slower now and then. Nothing makes them faster than they are, so who breaks the promise
    breaks it each time.
    """
    least = float("inf")
    for _ in range(TRIES):
        least = min(least, await measure())
        if least < enough:
            break
    return least
