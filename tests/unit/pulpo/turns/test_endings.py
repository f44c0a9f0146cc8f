from __future__ import annotations

import pytest

from pulpo.contracts.canary import Assignment
from pulpo.contracts.tools import Outcome, Result, ToolResult
from pulpo.conversation import Conversation, Dialogue, Pending, ToolCall, Turn, Workspace
from pulpo.turns.endings import ending
from pulpo.turns.executor import utc
from pulpo.turns.run import TurnRun

GOALS = {"book": "booking"}


@pytest.fixture
def run() -> TurnRun:
    workspace = Workspace("demo")
    return TurnRun(
        turn=Turn("t1", "c1", workspace, "hola", utc(1.0)),
        conversation=Conversation("c1", "demo", None, "canary", 1),
        assignment=Assignment("canary", "percentage", 3, "r1", 2, "ana"),
        scopes=frozenset(),
        started=0.0,
    )


def result(tool: str, outcome: Outcome, *, effect: bool = False) -> ToolResult:
    return ToolResult(ToolCall("c", tool, {}), outcome, Result(), 1.0, effect=effect)


def goal(run: TurnRun, dialogue: Dialogue | None = None) -> tuple[str, str]:
    found = ending(run, served_by="stable", dialogue=dialogue or Dialogue(), seconds=0.5, goals=GOALS)
    return found.goal, found.goal_state


def test_all_belongs_to_the_assigned_variant_and_its_rollout(run: TurnRun) -> None:
    run.add(result("find", "timeout"))
    run.add(result("find", "ok"))
    found = ending(run, served_by="stable", dialogue=Dialogue(), seconds=0.5, goals=GOALS)
    assert (found.variant, found.served_by, found.rollout, found.step, found.unit) == (
        "canary",
        "stable",
        "r1",
        2,
        "ana",
    )
    assert (found.tool_errors, found.goal) == (1, "")


def test_what_was_done_counts_before_what_broke(run: TurnRun) -> None:
    run.add(result("book", "error"))
    assert goal(run) == ("booking", "failed")
    run.add(result("book", "ok", effect=True))
    assert goal(run) == ("booking", "reached")


def test_a_goal_is_begun_by_a_call_a_question_or_a_plan(run: TurnRun) -> None:
    assert goal(run, Dialogue(goal="book")) == ("booking", "begun")
    assert goal(run, Dialogue(pending=Pending(ToolCall("c", "book", {}), "?"))) == ("booking", "begun")
    assert goal(run, Dialogue(goal="find")) == ("", "")
    run.add(result("book", "ok"))
    assert goal(run) == ("booking", "begun")
