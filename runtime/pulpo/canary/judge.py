"""The rules of a rollout: what the evidence means for the share. Pure; `rollout` carries it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log
from typing import Literal, Protocol

from msgspec import Struct, field

from pulpo.canary.evidence import Evidence, above, below, uneven
from pulpo.canary.guardrails import GUARDRAILS, Bounds, Guardrail

State = Literal["progressing", "paused", "inconclusive", "aborted", "promoted"]
"""Argo Rollouts' words; ``inconclusive`` holds the share until somebody decides."""

PASSING = 0.025
"""The chance of passing a guardrail falsely by either way, non-inferiority or a low rate: 0.05 together."""

UNEVEN = 0.001
"""The chance of finding a sample-ratio mismatch where there is none."""

WIDE_UNTIL = 0.1
"""Up to this share the canary's odds must be below 3 times stable's, before a larger one below twice."""


class Plan(Protocol):
    """What of the settings the rules need (`pulpo.settings.RolloutSettings`); times are in seconds."""

    @property
    def minimum_time(self) -> float: ...
    @property
    def minimum_units(self) -> int: ...
    @property
    def maximum_time(self) -> float: ...
    @property
    def shadow_comparisons(self) -> int: ...
    @property
    def shadow_agreement(self) -> float: ...
    @property
    def promote(self) -> bool: ...
    @property
    def rollback(self) -> bool: ...


class RolloutState(Struct, frozen=True, kw_only=True):
    """A rollout as the router reads it. ``share`` is the fraction of new conversations that get the variant (0 when
    aborted, 1 when promoted); times are UTC seconds; ``reason`` says why it is so, and ``guardrail`` which one did, or,
    while paused, the objective whose spent error budget keeps it so: nobody has to resume that one."""

    id: str
    variant: str
    fingerprint: str
    state: State
    step: int
    share: float
    steps: tuple[float, ...]
    started: float
    step_started: float
    reason: str = ""
    guardrail: str = ""
    revision: int = 0
    cooldown_until: float = 0.0


class Reading(Struct, frozen=True):
    """All that is known of a rollout: evidence by guardrail, how many units of the canary were met long enough ago to
    count as clean, ended goals of the arms, first enrolments by step as (stable, canary), how many turns were compared
    with a shadow, as (all, agreeing), and the objective whose error budget is spent, as (name, why), if one is."""

    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    ripe_units: int = 0
    goals: tuple[int, int] = (0, 0)
    enrolled: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    shadow: tuple[int, int] = (0, 0)
    spent: tuple[str, str] | None = None


class Decision(Struct, frozen=True):
    """What is to be done; ``wait`` names in ``reason`` what is waited for. ``freeze`` pauses for want of error budget,
    and ``thaw`` ends that."""

    action: Literal["wait", "advance", "hold", "rollback", "freeze", "thaw"]
    reason: str
    guardrail: str = ""
    evidence: float = 0.0


def judge(state: RolloutState, reading: Reading, plan: Plan, bounds: Bounds, *, now: float) -> Decision:
    """Say what becomes of a rollout that serves turns; ``now`` is UTC seconds."""
    if plan.rollback and (alarm := _alarm(reading, bounds)) is not None:
        return alarm
    if state.state == "paused" and state.guardrail and reading.spent is None:
        return Decision("thaw", "there is error budget again")
    if state.state != "progressing" or not plan.promote:
        return Decision("wait", "")
    if reading.spent is not None:
        return Decision("freeze", reading.spent[1], reading.spent[0])
    if state.step + 1 >= len(state.steps):
        return Decision("wait", "at its last step")
    lacking = _lacking(state, reading, plan, bounds, now)
    if not lacking:
        return Decision("advance", _passed(state, reading))
    if now - state.step_started > plan.maximum_time:
        return Decision("hold", f"still undecided: {lacking}")
    return Decision("wait", lacking)


def harm(guardrail: Guardrail, reading: Reading, bounds: Bounds) -> float:
    """Return the evidence against the canary, a logarithm; ``log(1/alpha)`` is enough."""
    evidence = reading.evidence.get(guardrail.name)
    if evidence is None:
        return 0.0
    if guardrail.absolute:
        return above(bounds.limit(guardrail), bad=evidence.bad[1], units=_canary_units(reading))
    return evidence.harm()


def passing(guardrail: Guardrail, reading: Reading, bounds: Bounds, *, margin: float) -> tuple[float, float]:
    """Return the evidence for the canary, as (non-inferior at ``margin``, bad units below the limit)."""
    evidence = reading.evidence.get(guardrail.name)
    bad = evidence.bad[1] if evidence else 0
    units = reading.goals[1] if guardrail.by == "goal" else reading.ripe_units
    clean = below(bounds.limit(guardrail), bad=bad, units=units)
    return (evidence.no_worse(margin) if evidence and not guardrail.absolute else 0.0), clean


def margin_before(state: RolloutState) -> float:
    """Return the odds ratio that must be refuted before the next step."""
    following = state.steps[state.step + 1] if state.step + 1 < len(state.steps) else 1.0
    return 3.0 if following <= WIDE_UNTIL else 2.0


def mismatch(reading: Reading, steps: Sequence[float]) -> float:
    """Return the evidence of a sample-ratio mismatch over all steps: their average, since units overlap in time."""
    found = [
        uneven(canary=canary, units=stable + canary, share=steps[step])
        for step, (stable, canary) in reading.enrolled.items()
        if step < len(steps)
    ]
    return max(found, default=0.0) - log(max(1, len(found)))


def _canary_units(reading: Reading) -> int:
    return sum(canary for _, canary in reading.enrolled.values())


def _alarm(reading: Reading, bounds: Bounds) -> Decision | None:
    for guardrail in GUARDRAILS:
        found = harm(guardrail, reading, bounds)
        if found >= -log(guardrail.alpha):
            bad = reading.evidence[guardrail.name].bad
            reason = (
                f"{guardrail.name}: evidence {exp(min(found, 700)):.4g} of {1 / guardrail.alpha:.4g} needed;"
                f" bad units {bad[1]} in the canary, {bad[0]} in stable"
            )
            return Decision("rollback", reason, guardrail.name, found)
    return None


def _lacking(state: RolloutState, reading: Reading, plan: Plan, bounds: Bounds, now: float) -> str:
    """Name what is still missing before the next step; empty when nothing is."""
    if now - state.step_started < plan.minimum_time:
        return f"at least {plan.minimum_time:g} s at each step"
    if state.share == 0.0:
        return _unlike(reading, plan)
    units = _canary_units(reading)
    if units < plan.minimum_units:
        return f"{units} of {plan.minimum_units} units in the canary"
    if mismatch(reading, state.steps) >= -log(UNEVEN):
        return "the arms' sizes do not fit the share (sample-ratio mismatch): check how users are told apart"
    margin = margin_before(state)
    open_ = [each.name for each in GUARDRAILS if not _passes(each, reading, bounds, margin)]
    return f"not decided yet: {', '.join(open_)}" if open_ else ""


def _passed(state: RolloutState, reading: Reading) -> str:
    if state.share:
        return f"passed every guardrail at {state.share:.4g}"
    return "{1} of {0} turns compared with the shadow agreed".format(*reading.shadow)


def _unlike(reading: Reading, plan: Plan) -> str:
    """Name what the shadow still lacks; how often it differs is bounded as a clean rate is, at every look."""
    count, agreeing = reading.shadow
    if count < plan.shadow_comparisons:
        return f"{count} of {plan.shadow_comparisons} turns compared with the shadow (canary.shadow is their share)"
    if below(1 - plan.shadow_agreement, bad=count - agreeing, units=count) >= -log(PASSING):
        return ""
    return f"{agreeing} of {count} turns agreed with the shadow, not surely {plan.shadow_agreement:.4g} of all"


def _passes(guardrail: Guardrail, reading: Reading, bounds: Bounds, margin: float) -> bool:
    if guardrail.by == "goal" and not any(reading.goals):
        return True
    return max(passing(guardrail, reading, bounds, margin=margin)) >= -log(PASSING)
