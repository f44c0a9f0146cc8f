from __future__ import annotations

import asyncio
from collections.abc import Callable

import anyio
import pytest
import trio

from pulpo.foreign import overreach


async def forsaken() -> None:
    """Wait for something that somebody else has cancelled."""
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), GeneratorExit()])
async def test_a_failure_and_what_is_not_the_plugin_s_are_no_overreach(error: BaseException) -> None:
    assert overreach(error) == ""


async def test_to_end_the_process_is_one() -> None:
    assert overreach(SystemExit(3)) == "tried to end the process"


async def test_a_cancellation_that_nobody_asked_for_is_one_also_after_one_that_somebody_did() -> None:
    with anyio.move_on_after(0):
        await anyio.sleep(1)
    with pytest.raises(asyncio.CancelledError) as caught:
        await forsaken()
    assert overreach(caught.value) == "waited for what was cancelled"


def by_a_deadline(seen: list[str]) -> asyncio.Task[None]:
    async def work() -> None:
        with anyio.move_on_after(0):
            await told(seen)

    return asyncio.create_task(work())


def by_its_task(seen: list[str]) -> asyncio.Task[None]:
    task = asyncio.create_task(told(seen))
    asyncio.get_running_loop().call_soon(task.cancel)
    return task


async def told(seen: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError as error:
        seen.append(overreach(error))
        raise


@pytest.mark.parametrize("cancel", [by_a_deadline, by_its_task])
async def test_a_cancellation_that_was_asked_for_is_none(cancel: Callable[[list[str]], asyncio.Task[None]]) -> None:
    seen: list[str] = []
    await asyncio.wait([cancel(seen)])
    assert seen == [""]


def test_on_another_event_loop_its_own_cancellation_passes_and_a_forged_one_does_not() -> None:
    seen: list[str] = []

    async def work() -> None:
        with anyio.move_on_after(0):
            try:
                await anyio.sleep(1)
            except trio.Cancelled as error:
                seen.append(overreach(error))
                raise
        seen.append(overreach(asyncio.CancelledError()))

    anyio.run(work, backend="trio")
    assert seen == ["", "waited for what was cancelled"]
