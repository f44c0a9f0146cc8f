"""What became of goals: a conversation that began what a tool declares as its goal reaches it, fails, or is missed.

A goal is open from the first turn about it. It is ``reached`` when the tool did it, ``failed`` when the tool broke
down, and ``missed`` when nothing was said in the conversation for `IDLE` seconds. It belongs to the variant that was
assigned when it was opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from msgspec import Struct

from pulpo.store import counts
from pulpo.store.outcomes import Outcome
from pulpo.store.statements import Run, rows_in

IDLE = 1800.0
"""Seconds of silence after which an open goal is missed; also how long a conversation stays with its variant."""

_OPEN = """
INSERT INTO goals (conversation, goal, variant, rollout, step, last_at)
VALUES (:conversation, :goal, :variant, :rollout, :step, :last_at)
ON CONFLICT (conversation, goal) DO UPDATE SET last_at = excluded.last_at
"""


class GoalEnd(Struct, frozen=True):
    """A goal that ended at ``at``; ``rollout`` and ``step`` are those of the turn that opened it."""

    conversation: bytes
    goal: str
    variant: str
    rollout: str
    step: int
    at: float
    result: str


def name_of(conversation_id: str) -> bytes:
    """Return what a conversation is called where it must be forgotten when it is erased: 128 bits of its id."""
    return blake2b(conversation_id.encode(), digest_size=16).digest()


def follow(run: Run, outcomes: Sequence[Outcome], *, now: float, idle: float = IDLE) -> list[GoalEnd]:
    """Open and end goals as turns tell, end those that went silent, count them, and return what ended."""
    opened, ended = _read(run, [each for each in outcomes if each.goal])
    run.many("DELETE FROM goals WHERE conversation = :conversation AND goal = :goal", [_key(end) for end in ended])
    run.many(_OPEN, opened)
    ended += _missed(run, now - idle)
    counts.add_goals(run, Counter((end.at, end.variant, end.goal, end.result) for end in ended))
    return ended


def waiting(run: Run, *, now: float) -> bool:
    """Whether goals have gone silent."""
    return bool(run("SELECT 1 FROM goals WHERE last_at < :before LIMIT 1", before=now - IDLE))


def _read(run: Run, outcomes: Sequence[Outcome]) -> tuple[list[dict[str, object]], list[GoalEnd]]:
    """Return what is open after these turns, and what they ended."""
    known = _known(run, outcomes)
    opened: dict[tuple[bytes, str], dict[str, object]] = {}
    ended: list[GoalEnd] = []
    for each in outcomes:
        key = (name_of(each.conversation_id), each.goal)
        variant, rollout, step = known.setdefault(key, (each.variant, each.rollout, each.step))
        if each.goal_state == "begun":
            names = ("conversation", "goal", "variant", "rollout", "step", "last_at")
            opened[key] = dict(zip(names, (*key, variant, rollout, step, each.at), strict=True))
        else:
            ended.append(GoalEnd(*key, variant, rollout, step, each.at, each.goal_state))
            known.pop(key)
            opened.pop(key, None)
    return list(opened.values()), ended


def _known(run: Run, outcomes: Sequence[Outcome]) -> dict[tuple[bytes, str], tuple[str, str, int]]:
    rows = rows_in(
        run,
        "SELECT conversation, goal, variant, rollout, step FROM goals WHERE conversation IN (:values)",
        list({name_of(each.conversation_id) for each in outcomes}),
    )
    return {(bytes(row[0]), row[1]): (row[2], row[3], row[4]) for row in rows}


def _missed(run: Run, before: float) -> list[GoalEnd]:
    rows = run(
        "DELETE FROM goals WHERE last_at < :before RETURNING conversation, goal, variant, rollout, step, last_at",
        before=before,
    )
    return [
        GoalEnd(bytes(conversation), goal, variant, rollout, step, at, "missed")
        for conversation, goal, variant, rollout, step, at in rows
    ]


def _key(end: GoalEnd) -> dict[str, object]:
    return {"conversation": end.conversation, "goal": end.goal}
