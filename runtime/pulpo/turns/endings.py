"""What a turn is counted as: its waiting time, what went wrong on the way, and what it did for a goal."""

from __future__ import annotations

from collections.abc import Mapping

from pulpo.conversation import Dialogue
from pulpo.store.outcomes import Ending, GoalState
from pulpo.turns.run import TurnRun

MOST_TOKENS = 2**31 - 1
"""What a row has room for. A planner that counts more has lost count, and costs nobody else a commit by that."""

_FAILED = frozenset({"error", "timeout", "invalid"})


def ending(run: TurnRun, *, served_by: str, dialogue: Dialogue, seconds: float, goals: Mapping[str, str]) -> Ending:
    """Return what is counted of a turn; ``goals`` map the tools that declare a goal to its name."""
    assigned = run.assignment
    goal, state = _goal(run, dialogue, goals) if goals else ("", "")
    return Ending(
        workspace_id=run.turn.workspace.id,
        variant=assigned.variant,
        served_by=served_by,
        seconds=seconds,
        rollout=assigned.rollout,
        step=assigned.step,
        unit=assigned.unit,
        tool_errors=len([result for result in run.finished if result.outcome in _FAILED]),
        limited=run.limited,
        tokens=run.tokens if run.tokens < MOST_TOKENS else MOST_TOKENS,
        goal=goal,
        goal_state=state,
    )


def _goal(run: TurnRun, dialogue: Dialogue, goals: Mapping[str, str]) -> tuple[str, GoalState]:
    """What was done counts before what broke, and that before what is still under way."""
    called = [result for result in run.finished if result.call.tool in goals]
    for result in called:
        if result.effect:
            return goals[result.call.tool], "reached"
    for result in called:
        if result.outcome in {"error", "timeout"}:
            return goals[result.call.tool], "failed"
    under_way = dialogue.pending.call.tool if dialogue.pending else dialogue.goal
    begun = goals.get(under_way or "") or (goals[called[-1].call.tool] if called else "")
    return (begun, "begun") if begun else ("", "")
