"""What a rollout's evidence looks like to people: one line a guardrail, against what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from msgspec import Struct

from pulpo.canary.evidence import Block, interval, upper_bound
from pulpo.canary.guardrails import GUARDRAILS, Bounds, Guardrail
from pulpo.canary.judge import PASSING, UNEVEN, Reading, RolloutState, harm, margin_before, mismatch, passing
from pulpo.canary.prospects import Shortage


class GuardrailEvidence(Struct, frozen=True, kw_only=True):
    """One guardrail. Pairs are (stable, canary). ``evidence`` against the canary rolls it back at ``threshold``;
    ``no_worse`` or ``clean`` of ``needed`` or more passes it. ``interval`` holds the odds ratio of the canary's bad
    units to stable's, ``upper_bound`` the canary's own rate of them, both with 95 % confidence at every look."""

    name: str
    units: tuple[int, ...]
    bad_units: tuple[int, ...]
    evidence: float
    threshold: float
    no_worse: float
    clean: float
    needed: float
    limit: float
    interval: tuple[float, ...]
    upper_bound: float


class RolloutEvidence(Struct, frozen=True, kw_only=True):
    """A rollout and what is known about it; ``waiting`` says what is missing before the next step, and ``shortage``
    that there are too few units for the evidence to decide it."""

    rollout: RolloutState
    guardrails: tuple[GuardrailEvidence, ...]
    margin: float
    sample_ratio: float
    sample_ratio_threshold: float
    waiting: str
    problem: str
    shortage: Shortage | None = None


def report(
    state: RolloutState,
    reading: Reading,
    bounds: Bounds,
    blocks: Mapping[str, Mapping[Block, int]],
    *,
    waiting: str,
    problem: str,
    shortage: Shortage | None = None,
) -> RolloutEvidence:
    """Put a reading into numbers to show."""
    return RolloutEvidence(
        rollout=state,
        guardrails=tuple(_line(each, state, reading, bounds, blocks.get(each.name, {})) for each in GUARDRAILS),
        margin=margin_before(state),
        sample_ratio=_factor(mismatch(reading, state.steps)),
        sample_ratio_threshold=1 / UNEVEN,
        waiting=waiting,
        problem=problem,
        shortage=shortage,
    )


def log_evidence(state: RolloutState, reading: Reading, bounds: Bounds) -> Mapping[str, Mapping[str, float]]:
    """Return the logarithms of the evidence by guardrail, as `pulpo.RolloutReading` has them."""
    found = {}
    for guardrail in GUARDRAILS:
        non_inferior, clean = passing(guardrail, reading, bounds, margin=margin_before(state))
        rollback = harm(guardrail, reading, bounds)
        found[guardrail.name] = {"rollback": rollback, "non_inferior": non_inferior, "clean": clean}
    return found


def _line(
    guardrail: Guardrail, state: RolloutState, reading: Reading, bounds: Bounds, blocks: Mapping[Block, int]
) -> GuardrailEvidence:
    evidence = reading.evidence.get(guardrail.name)
    bad = (evidence.bad[0], evidence.bad[1]) if evidence else (0, 0)
    arms = tuple(sum(both[arm] for both in reading.enrolled.values()) for arm in (0, 1))
    units = reading.goals if guardrail.by == "goal" else (arms[0], arms[1])
    no_worse, clean = passing(guardrail, reading, bounds, margin=margin_before(state))
    known = units[1] if guardrail.by == "goal" else reading.ripe_units
    return GuardrailEvidence(
        name=guardrail.name,
        units=units,
        bad_units=bad,
        evidence=_factor(harm(guardrail, reading, bounds)),
        threshold=1 / guardrail.alpha,
        no_worse=_factor(no_worse),
        clean=_factor(clean),
        needed=1 / PASSING,
        limit=bounds.limit(guardrail),
        interval=interval(blocks),
        upper_bound=upper_bound(bad=bad[1], units=max(known, bad[1]), alpha=0.05),
    )


def _factor(evidence: float) -> float:
    return exp(max(-700.0, min(evidence, 700.0)))
