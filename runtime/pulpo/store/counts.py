"""Rolling counts of turns and of goals, for SLOs, pages and the canary: kept by the minute and by the hour.

A window of up to `FINE_WINDOW` is summed over minutes and a longer one over hours, so it is exact to its width at
either end. What is counted is in `outcomes`; `add` is called where they are taken out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pulpo.store.outcomes import LAPSED, Outcome
from pulpo.store.statements import OverSqlalchemy, Run

if TYPE_CHECKING:
    from sqlalchemy import Connection

EDGES = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 3.0, 5.0, 10.0, 30.0)
"""Upper edges of the latency buckets, in seconds and inclusive; bucket 12 is above the last one."""

MINUTE, HOUR = 60, 3600

FINE_WINDOW = 26 * HOUR
"""Seconds of the longest window that is read by the minute."""

KEPT: Mapping[int, float] = {MINUTE: 28 * HOUR, HOUR: 40 * 24 * HOUR}
"""How many seconds the counts of each width are kept."""

_ADD_TURNS = """
INSERT INTO turn_counts (width, slot, variant, served_by, outcome, bucket, turns)
VALUES (:width, :slot, :variant, :served_by, :outcome, :bucket, :turns)
ON CONFLICT (width, slot, variant, served_by, outcome, bucket) DO UPDATE SET turns = turn_counts.turns + excluded.turns
"""

_ADD_GOALS = """
INSERT INTO goal_counts (width, slot, variant, goal, result, conversations)
VALUES (:width, :slot, :variant, :goal, :result, :conversations)
ON CONFLICT (width, slot, variant, goal, result)
DO UPDATE SET conversations = goal_counts.conversations + excluded.conversations
"""


class TurnCount(Struct, frozen=True):
    """How many turns of a window ended so. ``outcome`` is a `TurnOutcome` or ``lapsed`` (never answered), which has
    an empty ``served_by``; ``bucket`` is the first of `EDGES` that is not below the turn's seconds."""

    variant: str
    served_by: str
    outcome: str
    bucket: int
    turns: int


class GoalCount(Struct, frozen=True):
    """How many conversations of a window ended a goal so: ``reached``, ``failed`` or ``missed`` (given up)."""

    variant: str
    goal: str
    result: str
    conversations: int


def turn_counts(connection: Connection, *, since: float, until: float) -> tuple[TurnCount, ...]:
    """Return the sums of a window, given in UTC seconds."""
    return turn_counts_of(connection, [(since, until)])[0]


def turn_counts_of(connection: Connection, windows: Sequence[tuple[float, float]]) -> tuple[tuple[TurnCount, ...], ...]:
    """Return the sums of each window, all of one moment: no turn is in one of them and still missing in another."""
    found = _summed(connection, "turn_counts", "variant, served_by, outcome, bucket", "turns", windows)
    return tuple(tuple(TurnCount(*row) for row in rows) for rows in found)


def goal_counts(connection: Connection, *, since: float, until: float) -> tuple[GoalCount, ...]:
    """Return the sums of a window, given in UTC seconds."""
    (rows,) = _summed(connection, "goal_counts", "variant, goal, result", "conversations", [(since, until)])
    return tuple(GoalCount(*row) for row in rows)


def add_turns(run: Run, outcomes: Iterable[Outcome]) -> None:
    """Count ended turns."""
    found = Counter((each.at, each.variant, each.served_by, each.outcome, bucket(each)) for each in outcomes)
    keys = ("variant", "served_by", "outcome", "bucket")
    _add(run, _ADD_TURNS, "turns", found, keys)


def add_goals(run: Run, found: Mapping[tuple[float, str, str, str], int]) -> None:
    """Count ended goals, given as (UTC seconds, variant, goal, result)."""
    _add(run, _ADD_GOALS, "conversations", found, ("variant", "goal", "result"))


def bucket(outcome: Outcome) -> int:
    """Return the latency bucket of an ended turn; one that was never answered took longer than any."""
    return len(EDGES) if outcome.outcome == LAPSED else bisect_left(EDGES, outcome.seconds)


def expire(run: Run, *, now: float) -> None:
    """Forget what is older than it is kept."""
    for width, seconds in KEPT.items():
        run("DELETE FROM turn_counts WHERE width = :width AND slot < :before", width=width, before=int(now - seconds))
        run("DELETE FROM goal_counts WHERE width = :width AND slot < :before", width=width, before=int(now - seconds))


def _add(run: Run, statement: str, value: str, found: Mapping[tuple[Any, ...], int], names: tuple[str, ...]) -> None:
    sums: Counter[tuple[Any, ...]] = Counter()
    for (at, *key), count in found.items():
        for width in KEPT:
            sums[width, int(at // width) * width, *key] += count
    # In order, so that two writers of the same rows wait for each other and not in a circle.
    run.many(
        statement,
        [dict(zip(("width", "slot", *names), key, strict=True), **{value: sums[key]}) for key in sorted(sums)],
    )


def _summed(
    connection: Connection, table: str, keys: str, value: str, windows: Sequence[tuple[float, float]]
) -> list[list[Any]]:
    """One statement, for what two of them see may differ by what was counted in between."""
    selects, parameters = [], dict[str, Any]()
    for place, (since, until) in enumerate(windows):
        width = MINUTE if until - since <= FINE_WINDOW else HOUR
        selects.append(
            f"SELECT {place} AS place, {keys}, CAST(sum({value}) AS BIGINT) FROM {table}"  # noqa: S608 - names of ours
            f" WHERE width = {width} AND slot >= :since{place} AND slot < :until{place} GROUP BY {keys}"
        )
        parameters |= {f"since{place}": int(since // width) * width, f"until{place}": until}
    found: list[list[Any]] = [[] for _ in windows]
    for place, *row in sorted(OverSqlalchemy(connection)(" UNION ALL ".join(selects), **parameters)):
        found[place].append(row)
    return found
