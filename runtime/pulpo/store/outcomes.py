"""How turns ended, one row each, written in the commit that ends the turn and taken out again by `fold`.

Nothing of the way of a turn waits for counting: a row is appended, and some seconds later one process takes what is
there and adds it up, in one transaction, so that no turn is counted twice or lost, whatever dies when.

A turn that nobody answers ends too: when its lease has lapsed, whoever takes the conversation over, or `sweep`, writes
its row. A process that was only paused and answers late has then been counted twice, as lapsed and as what it became.
"""

from __future__ import annotations

import sqlite3
from typing import Literal, TypeAlias

from msgspec import Struct

from pulpo.store.statements import Run

GoalState: TypeAlias = Literal["", "begun", "reached", "failed"]

LAPSED = "lapsed"
"""The outcome of a turn that was accepted and never answered."""

GRACE = 5.0
"""Seconds after which a lapsed lease is taken for a turn that will not come back."""

FIELDS = (
    "at, workspace_id, conversation_id, variant, served_by, outcome, seconds, rollout, step, unit, tool_errors,"
    " limited, tokens, goal, goal_state"
)

_RECORD = f"INSERT INTO turn_outcomes ({FIELDS}) VALUES ({', '.join('?' * 15)})"  # noqa: S608 - constants

_LAPSED = """
INSERT INTO turn_outcomes (at, workspace_id, conversation_id, variant, served_by, outcome, seconds, rollout, step, unit)
SELECT :now, c.workspace_id, c.id, t.variant, '', 'lapsed', :now - t.accepted_at, t.rollout, t.step, t.unit
FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE t.id = :turn
"""


class Ending(Struct, frozen=True, kw_only=True):
    """What is counted of an answered turn.

    ``seconds`` is how long the user waited. ``variant`` is the assigned one, to which everything belongs whoever
    served; ``rollout``, ``step`` and ``unit`` are the assignment's. ``tool_errors`` counts calls that failed, timed out
    or had arguments the tool refused; ``limited`` says that the assigned variant ran into a loop limit; ``tokens`` are
    those its model used. ``goal`` is what the turn was about, if a tool declared it, and how far it got.
    """

    workspace_id: str
    variant: str
    served_by: str
    seconds: float
    rollout: str = ""
    step: int = 0
    unit: str = ""
    tool_errors: int = 0
    limited: bool = False
    tokens: int = 0
    goal: str = ""
    goal_state: GoalState = ""


class Outcome(Struct, frozen=True):
    """An ended turn as it waits to be counted; the fields are those of `FIELDS`."""

    at: float
    workspace_id: str
    conversation_id: str
    variant: str
    served_by: str
    outcome: str
    seconds: float
    rollout: str
    step: int
    unit: str
    tool_errors: int
    limited: int
    tokens: int
    goal: str
    goal_state: GoalState


def columns(ending: Ending, *, at: float, conversation_id: str, outcome: str) -> tuple[object, ...]:
    """Return the values of `FIELDS`."""
    return (
        at,
        ending.workspace_id,
        conversation_id,
        ending.variant,
        ending.served_by,
        outcome,
        ending.seconds,
        ending.rollout,
        ending.step,
        ending.unit,
        ending.tool_errors,
        int(ending.limited),
        ending.tokens,
        ending.goal,
        ending.goal_state,
    )


def record(connection: sqlite3.Connection, ending: Ending, *, at: float, conversation_id: str, outcome: str) -> None:
    """Append an answered turn; ``at`` is UTC seconds."""
    connection.execute(_RECORD, columns(ending, at=at, conversation_id=conversation_id, outcome=outcome))


def record_lapsed(connection: sqlite3.Connection, turn_id: str, *, now: float) -> None:
    """Append a turn whose conversation somebody else is taking over."""
    connection.execute(_LAPSED, {"turn": turn_id, "now": now})


def waiting(run: Run, *, now: float) -> bool:
    """Whether `drain` or `sweep` would find anything."""
    if run("SELECT 1 FROM turn_outcomes LIMIT 1"):
        return True
    lapsed = "SELECT 1 FROM conversations WHERE lease_turn IS NOT NULL AND lease_until <= :before LIMIT 1"
    return bool(run(lapsed, before=_clock(run, now) - GRACE))


def sweep(run: Run, *, now: float) -> None:
    """Give back the leases of turns that will not come back, and append those turns."""
    before = _clock(run, now) - GRACE
    held = run(
        "SELECT id, lease_turn FROM conversations WHERE lease_turn IS NOT NULL AND lease_until <= :before LIMIT 500",
        before=before,
    )
    for conversation, turn in held:
        freed = run(
            "UPDATE conversations SET lease_turn = NULL, lease_until = 0"
            " WHERE id = :id AND lease_turn = :turn AND lease_until <= :before RETURNING id",
            id=conversation,
            turn=turn,
            before=before,
        )
        if freed:
            run(_LAPSED, turn=turn, now=now)


def drain(run: Run, most: int) -> list[Outcome]:
    """Take out up to ``most`` rows, the oldest first."""
    oldest = "SELECT id FROM turn_outcomes ORDER BY id LIMIT :most"
    rows = run(f"DELETE FROM turn_outcomes WHERE id IN ({oldest}) RETURNING id, {FIELDS}", most=most)  # noqa: S608
    return [Outcome(*row[1:]) for row in sorted(rows)]


def _clock(run: Run, now: float) -> float:
    """Leases are counted by the clock of the database, where it has one."""
    if run.dialect == "sqlite":
        return now
    return float(run("SELECT extract(epoch FROM clock_timestamp())")[0][0])
