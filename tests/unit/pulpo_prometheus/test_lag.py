"""The watch on the event loop."""

from __future__ import annotations

import asyncio
import time

import pytest

from pulpo_prometheus.lag import repeating, watching
from support.waiting import LIMIT, eventually


async def test_a_blocked_loop_shows_and_an_idle_one_does_not() -> None:
    seen: list[float] = []
    async with watching(seen.append, every=0.01):
        await eventually(lambda: min(seen, default=1.0) < 0.1)
        seen.clear()
        time.sleep(0.2)  # noqa: ASYNC251 - blocking is the point
        await eventually(lambda: bool(seen))
    assert seen[0] > 0.15


async def test_it_ends_with_its_block() -> None:
    seen: list[float] = []
    async with watching(seen.append, every=0.01):
        await eventually(lambda: bool(seen))
    count = len(seen)
    await asyncio.sleep(0.03)
    assert len(seen) == count


async def test_what_is_repeated_begins_at_once_and_ends_with_its_block() -> None:
    calls: list[int] = []
    async with repeating(lambda: calls.append(1), every=3600):
        await eventually(lambda: calls == [1])
    async with repeating(lambda: calls.append(1), every=0.01):
        await eventually(lambda: len(calls) >= 3)
    count = len(calls)
    await asyncio.sleep(0.03)
    assert len(calls) == count


async def test_a_reading_that_fails_is_logged_and_made_again(caplog: pytest.LogCaptureFixture) -> None:
    read: list[int] = []
    again = asyncio.Event()

    def fail_once() -> None:
        read.append(len(read))
        if len(read) == 1:
            raise KeyError("a defect")
        again.set()

    async with repeating(fail_once, every=0.01):
        await asyncio.wait_for(again.wait(), LIMIT)
    (line,) = caplog.records
    assert line.getMessage().startswith("prometheus-gauges ended")
    assert line.exc_info
