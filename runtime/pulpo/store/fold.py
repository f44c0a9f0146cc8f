"""Adds up what turns left behind: one transaction takes the rows out and puts the sums in.

Of several processes over one PostgreSQL one does it at a time, whoever asks first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from pulpo.store import counts, goals, outcomes
from pulpo.store.goals import GoalEnd
from pulpo.store.outcomes import Outcome
from pulpo.store.statements import OverSqlalchemy, Run
from pulpo.store.turnstore import TurnStore

MOST = 100
"""Most turns of one transaction: on SQLite it holds the event loop, for 0.8 ms at most (7 of them with 500, at the same
cost a turn), and other turns come in between two."""

_LOCK = 0x70756C666F
"""The advisory lock of whoever folds and judges."""


class Folded(Struct, frozen=True):
    """What was taken in; ``more`` is waiting."""

    outcomes: Sequence[Outcome] = ()
    goals: Sequence[GoalEnd] = ()
    more: bool = False


class Watch(Protocol):
    """Also learns from what is taken in, in the same transaction."""

    def __call__(self, run: Run, folded: Folded, /) -> None: ...


async def fold(
    store: TurnStore, *, now: float, watch: Watch | None = None, committed: Callable[[], None] = lambda: None
) -> None:
    """Take in what waits, unless another process is at it; ``now`` is UTC seconds. A transaction may be tried again,
    so ``watch`` too; ``committed`` is called once for each that did something. Raises `StoreUnavailableError`."""
    more = await store.database.read(lambda connection: _waiting(OverSqlalchemy(connection), now))
    while more:
        folded = await store.together(lambda run: _fold(run, now, watch))
        if folded is not None:
            committed()
        more = folded is not None and folded.more


async def expire(store: TurnStore, *, now: float) -> None:
    """Forget old counts."""
    await store.together(lambda run: counts.expire(run, now=now))


def leads(run: Run) -> bool:
    """Whether this transaction may fold and judge; the next one may be another process'."""
    if run.dialect == "sqlite":
        return True
    return bool(run("SELECT pg_try_advisory_xact_lock(:lock)", lock=_LOCK)[0][0])


def _waiting(run: Run, now: float) -> bool:
    return outcomes.waiting(run, now=now) or goals.waiting(run, now=now)


def _fold(run: Run, now: float, watch: Watch | None) -> Folded | None:
    if not leads(run):
        return None
    outcomes.sweep(run, now=now)
    found = outcomes.drain(run, MOST)
    counts.add_turns(run, found)
    folded = Folded(found, goals.follow(run, found, now=now), len(found) == MOST)
    if watch is not None:
        watch(run, folded)
    return folded
