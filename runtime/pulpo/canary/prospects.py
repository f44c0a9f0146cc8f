"""Whether a rollout can be decided at all: how many units its canary will have met, against how many it takes. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from math import log
from typing import Final, Literal

from msgspec import Struct

from pulpo.canary.evidence import below
from pulpo.canary.guardrails import BY_UNIT, Bounds
from pulpo.canary.judge import PASSING, Plan, Reading, RolloutState, margin_before, passing

MOST: Final = 1_000_000
"""What would take more units than these passes by comparison with stable or not at all."""


class Shortage(Struct, frozen=True):
    """Why a rollout will most likely end ``inconclusive``: when its step has had all its time the canary will have met
    about ``expected`` units, and it takes ``needed``, even if none of those to come goes bad. ``of`` says what a unit
    is."""

    expected: int
    needed: int
    of: Literal["users", "workspaces"]


def shortage(
    state: RolloutState, reading: Reading, plan: Plan, bounds: Bounds, *, now: float, workspaces: int | None
) -> Shortage | None:
    """Return what a rollout lacks that nothing but more units can give it, or None (also while it is too soon to tell).

    ``workspaces`` is how many there are, where whole ones stick together: no canary meets more of them.
    """
    decided = state.state in ("aborted", "promoted") or state.step + 1 >= len(state.steps)
    if decided or not plan.promote or state.share == 0.0:
        return None
    expected = workspaces if workspaces is not None else _at_this_pace(state, reading, plan, now)
    needed = max(plan.minimum_units, *_needed(state, reading, bounds))
    if expected is None or expected >= needed:
        return None
    return Shortage(expected, needed, "users" if workspaces is None else "workspaces")


def _at_this_pace(state: RolloutState, reading: Reading, plan: Plan, now: float) -> int | None:
    elapsed = now - state.step_started
    if elapsed <= 0 or elapsed < plan.minimum_time:
        return None
    known = sum(canary for _, canary in reading.enrolled.values())
    pace = reading.enrolled.get(state.step, (0, 0))[1] / elapsed
    return round(known + pace * max(0.0, plan.maximum_time - elapsed))


def _needed(state: RolloutState, reading: Reading, bounds: Bounds) -> Iterator[int]:
    """How many units each guardrail takes that has not passed yet, if no more of them go bad."""
    yield 0
    for guardrail in BY_UNIT:
        if max(passing(guardrail, reading, bounds, margin=margin_before(state))) >= -log(PASSING):
            continue
        evidence, limit = reading.evidence.get(guardrail.name), bounds.limit(guardrail)
        bad = evidence.bad[1] if evidence else 0
        units = bisect_left(range(MOST), -log(PASSING), key=lambda units: below(limit, bad=bad, units=max(units, bad)))
        if units < MOST:
            yield units
