from __future__ import annotations

import doctest
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

import pulpo
from pulpo.errors import PlannerError
from pulpo.testing import ScriptedPlanner, planner

CALLS = pulpo.Calls((pulpo.ToolCall("1", "say_hello", {}),))


def context(turn: str, step: int = 1) -> pulpo.PlanContext:
    async def history(limit: int) -> Sequence[pulpo.Message]:
        return ()

    tool_context: Any = SimpleNamespace()
    return pulpo.PlanContext(
        turn=pulpo.Turn(turn, "c", pulpo.Workspace(id="w"), f"text of {turn}", datetime(2026, 3, 2, tzinfo=UTC)),
        dialogue=pulpo.Dialogue(),
        tools={},
        results=(),
        step=step,
        consent=None,
        history=history,
        tool_context=tool_context,
    )


async def steps(scripted: ScriptedPlanner, turn: str) -> list[pulpo.Step]:
    return [step async for step in scripted.next_step(context(turn))]


async def test_each_question_is_answered_up_to_the_next_calls_or_answer() -> None:
    scripted = ScriptedPlanner([pulpo.Piece("a"), CALLS, pulpo.Piece("b"), pulpo.Answer("ab")])
    assert await steps(scripted, "t1") == [pulpo.Piece("a"), CALLS]
    assert await steps(scripted, "t1") == [pulpo.Piece("b"), pulpo.Answer("ab")]
    assert [each.turn.id for each in scripted.asked] == ["t1", "t1"]


async def test_each_turn_has_its_own_script_even_when_turns_alternate() -> None:
    scripted = ScriptedPlanner([CALLS, pulpo.Answer("one")], [CALLS, pulpo.Answer("two")])
    await steps(scripted, "t1")
    await steps(scripted, "t2")
    assert await steps(scripted, "t2") == [pulpo.Answer("two")]
    assert await steps(scripted, "t1") == [pulpo.Answer("one")]


async def test_a_line_may_be_made_from_the_context_or_raise() -> None:
    scripted = ScriptedPlanner([lambda given: pulpo.Answer(given.turn.text)], [RuntimeError("broken")])
    assert await steps(scripted, "t1") == [pulpo.Answer("text of t1")]
    with pytest.raises(RuntimeError, match="broken"):
        await steps(scripted, "t2")


async def test_a_script_at_its_end_says_what_is_missing() -> None:
    with pytest.raises(PlannerError, match="no line for step 1 of message 'text of t1': add one"):
        await steps(ScriptedPlanner(), "t1")


def test_it_is_a_factory_that_takes_no_settings() -> None:
    scripted = ScriptedPlanner(name="mine")
    assert scripted.build(scripted.config(), ()) is scripted
    assert scripted.name == "mine"


def test_its_example_runs() -> None:
    assert doctest.testmod(planner).failed == 0
    assert doctest.testmod(planner).attempted > 0
