from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from pulpo.background import background_task
from support.waiting import LIMIT


def ending(*how: BaseException | None) -> tuple[Callable[[], Awaitable[None]], list[int], asyncio.Event]:
    """Work that ends in these ways, one after the other, and goes on for ever then."""
    begun: list[int] = []
    settled = asyncio.Event()

    async def work() -> None:
        begun.append(len(begun))
        if len(begun) > len(how):
            settled.set()
            await asyncio.Event().wait()
        if (error := how[begun[-1]]) is not None:
            raise error

    return work, begun, settled


@pytest.mark.parametrize(
    "how",
    [KeyError("a defect"), SystemExit(3), asyncio.CancelledError("by nobody"), None],
    ids=["raises", "exits", "is cancelled by nobody", "returns"],
)
async def test_work_that_ends_is_begun_anew_and_the_log_names_it(how: Any, caplog: pytest.LogCaptureFixture) -> None:
    work, begun, settled = ending(how, how)
    async with background_task(work, name="leases", again=0.001):
        await asyncio.wait_for(settled.wait(), LIMIT)
    assert begun == [0, 1, 2]
    lines = [record for record in caplog.records if record.name == "pulpo.background"]
    assert [record.levelno for record in lines] == [logging.ERROR] * 2
    assert "leases ended" in lines[0].getMessage()
    assert how is None or (lines[0].exc_info and lines[0].exc_info[1] is how)


async def test_work_ends_with_its_block_and_quietly(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("work")

    async with background_task(work, name="work"):
        await asyncio.sleep(0)
    assert (ended, caplog.records) == (["work"], [])


async def test_work_that_fails_as_it_is_ended_ends_all_the_same() -> None:
    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError("while it closed") from None

    with pytest.raises(ConnectionError):
        async with asyncio.timeout(LIMIT), background_task(work, name="work", again=0.001):
            await asyncio.sleep(0)


async def test_work_that_takes_the_end_for_its_own_is_not_begun_anew(caplog: pytest.LogCaptureFixture) -> None:
    """Who catches the cancellation to tidy up and returns has ended, as asked: else the server would never end."""
    begun: list[int] = []

    async def work() -> None:
        begun.append(1)
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async with asyncio.timeout(LIMIT), background_task(work, name="work", again=0.001):
        await asyncio.sleep(0)
    assert (begun, caplog.records) == ([1], [])


async def test_whoever_is_cancelled_while_work_ends_is_cancelled() -> None:
    """The cancellation of the block's own task must not be taken for that of the work."""
    ending = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            await asyncio.sleep(0.01)

    async def hold() -> str:
        async with background_task(work, name="work"):
            await asyncio.sleep(0)
        return "went on"

    holding = asyncio.create_task(hold())
    await ending.wait()
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding
