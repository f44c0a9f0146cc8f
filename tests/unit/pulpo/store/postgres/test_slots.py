from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from pulpo.errors import StoreUnavailableError
from pulpo.store.postgres.slots import Slots
from support.looptime import own_time

PATIENCE = 5.0


@pytest.fixture(autouse=True)
async def clock() -> AsyncIterator[None]:
    with own_time():
        yield


async def hold(slots: Slots, seconds: float) -> None:
    async with slots:
        await asyncio.sleep(seconds)


async def test_a_crowd_that_is_served_waits_longer_than_anyones_patience() -> None:
    slots = Slots(2, patience=PATIENCE)
    await asyncio.gather(*(hold(slots, PATIENCE / 5) for _ in range(24)))


async def test_a_queue_that_stands_still_is_refused() -> None:
    slots = Slots(1, patience=PATIENCE)
    stuck = asyncio.create_task(hold(slots, 3600))
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailableError, match="busy for"):
        await hold(slots, 0)
    stuck.cancel()
    await asyncio.wait([stuck])
    await hold(slots, 0)


async def test_all_who_wait_are_refused_together_unless_somebody_was_served_since() -> None:
    slots, loop = Slots(1, patience=3600), asyncio.get_running_loop()
    stuck = asyncio.create_task(hold(slots, 3600))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(hold(slots, 0)) for _ in range(3)]
    await asyncio.sleep(0)
    slots.refuse("gone", since=-1.0)
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    slots.refuse("gone", since=loop.time())
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(each) for each in results] == ["gone"] * 3
    stuck.cancel()
    await asyncio.wait([stuck])


async def test_who_leaves_while_being_called_gives_the_place_to_the_next() -> None:
    slots = Slots(1, patience=3600)
    first = asyncio.create_task(hold(slots, PATIENCE))
    await asyncio.sleep(0)
    left, served = asyncio.create_task(hold(slots, 0)), asyncio.create_task(hold(slots, 0))
    await first
    left.cancel()
    await served
    assert left.cancelled()
