from __future__ import annotations

import anyio
import anyio.lowlevel

from pulpo.resilience.room import Room


async def test_places_are_passed_on_in_order() -> None:
    room = Room(1)
    order: list[int] = []

    async def visit(number: int) -> None:
        assert room.enter() or await room.wait()
        order.append(number)
        await anyio.lowlevel.checkpoint()
        room.leave()

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(visit, number)
            await anyio.lowlevel.checkpoint()
    assert order == [0, 1, 2, 3]
    assert room.enter()
    assert not room.enter()


async def test_a_place_granted_to_somebody_who_just_left_is_not_lost() -> None:
    room = Room(1)
    assert room.enter()

    async def visit() -> None:
        if await room.wait():
            room.leave()

    async with anyio.create_task_group() as group:
        group.start_soon(visit)
        await anyio.wait_all_tasks_blocked()
        room.leave()
        group.cancel_scope.cancel()
    assert room.enter()


async def test_who_waits_can_be_turned_away() -> None:
    room = Room(0)
    got: list[bool] = []

    async def wait() -> None:
        got.append(await room.wait())

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        room.turn_away()
    assert got == [False]
