from __future__ import annotations

import anyio
import pytest

from pulpo.errors import ConversationBusyError
from pulpo.turns.turnstile import Turnstile
from support.waiting import LIMIT


async def test_whoever_gives_up_in_the_queue_blocks_nobody() -> None:
    turnstile = Turnstile()
    done: list[str] = []

    async def pass_through(name: str) -> None:
        async with turnstile.through("c", workspace_id="demo", wait=LIMIT):
            done.append(name)

    async with anyio.create_task_group() as group, turnstile.through("c", workspace_id="demo", wait=LIMIT):
        with anyio.move_on_after(0.01):
            await pass_through("impatient")
        group.start_soon(pass_through, "patient")
        await anyio.sleep(0.01)
    assert done == ["patient"]


async def test_a_cancelled_turn_that_was_just_called_passes_the_call_on() -> None:
    turnstile = Turnstile()
    done: list[str] = []

    async def pass_through(name: str, scope: anyio.CancelScope) -> None:
        with scope:
            async with turnstile.through("c", workspace_id="demo", wait=LIMIT):
                done.append(name)

    called, after = anyio.CancelScope(), anyio.CancelScope()
    async with anyio.create_task_group() as group:
        async with turnstile.through("c", workspace_id="demo", wait=LIMIT):
            group.start_soon(pass_through, "called", called)
            await anyio.sleep(0.01)
            group.start_soon(pass_through, "after", after)
            await anyio.sleep(0.01)
        called.cancel()
    assert done[-1] == "after"
    assert turnstile._waiting == {}


async def test_other_conversations_do_not_wait_and_nothing_is_kept() -> None:
    turnstile = Turnstile()
    async with turnstile.through("a", workspace_id="demo", wait=0), turnstile.through("b", workspace_id="demo", wait=0):
        with pytest.raises(ConversationBusyError):
            async with turnstile.through("a", workspace_id="demo", wait=0.001):
                pass
    assert turnstile._waiting == {}


async def test_another_tenant_cannot_stand_in_the_way() -> None:
    turnstile = Turnstile()
    async with (
        turnstile.through("a", workspace_id="demo", wait=0),
        turnstile.through("a", workspace_id="other", wait=0),
    ):
        pass
