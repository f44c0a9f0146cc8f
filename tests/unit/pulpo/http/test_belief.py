"""How long an answer is believed, and who waits for the next."""

from __future__ import annotations

import asyncio

import pytest

from pulpo.http.belief import Belief
from support.waiting import LIMIT


class Source:
    """Answers with the number of the question, once it is let."""

    def __init__(self) -> None:
        self.now = 100.0
        self.asked = 0
        self.free = asyncio.Event()
        self.free.set()
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.asked += 1
        await self.free.wait()
        if self.error is not None:
            raise self.error
        return self.asked

    def clock(self) -> float:
        return self.now


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def belief(source: Source) -> Belief[int]:
    return Belief(source, seconds=2.0, clock=source.clock)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_nobody_waits_for_the_next_answer_while_there_is_one_to_believe(
    belief: Belief[int], source: Source
) -> None:
    assert await belief.get() == 1
    source.free.clear()
    for age in (0.9, 1.1, 1.9):
        source.now = 100.0 + age
        assert await asyncio.wait_for(belief.get(), LIMIT) == 1
        await settled()
    assert source.asked == 2, "asked for again from half of its time on, once"
    source.free.set()
    await settled()
    assert await belief.get() == 2


async def test_an_answer_is_believed_from_when_it_was_asked_for(belief: Belief[int], source: Source) -> None:
    source.free.clear()
    waiting = asyncio.create_task(belief.get())
    await settled()
    source.now += 1.9
    source.free.set()
    assert await waiting == 1
    source.now += 0.2
    assert await belief.get() == 2


async def test_who_comes_when_it_is_over_waits_for_one_look_together(belief: Belief[int], source: Source) -> None:
    await belief.get()
    source.now += 2.0
    first, *others = (asyncio.create_task(belief.get()) for _ in range(8))
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.gather(*others) == [2] * 7


async def test_a_look_beside_the_requests_may_fail_and_one_that_is_waited_for_says_so(
    belief: Belief[int], source: Source
) -> None:
    await belief.get()
    source.error = ValueError("away")
    source.now += 1.5
    assert await belief.get() == 1
    await settled()
    source.now += 1.0
    with pytest.raises(ValueError, match="away"):
        await belief.get()
    source.error = None
    assert await belief.get() == 4
