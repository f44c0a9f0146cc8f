from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from pulpo.canary.evidence import Block, Evidence
from pulpo.canary.guardrails import GUARDRAILS, Bounds
from pulpo.canary.judge import Reading, RolloutState, judge, margin_before

STATE = RolloutState(
    id="r",
    variant="canary",
    fingerprint="f",
    state="progressing",
    step=1,
    share=0.05,
    steps=(0.01, 0.05, 0.1, 0.5, 1.0),
    started=0.0,
    step_started=0.0,
)


@dataclass(frozen=True)
class Plan:
    minimum_time: float = 60.0
    minimum_units: int = 50
    maximum_time: float = 1000.0
    shadow_comparisons: int = 100
    shadow_agreement: float = 0.9
    promote: bool = True
    rollback: bool = True


def reading(*, bad: Block | None = None, times: int = 0, **more: Any) -> Reading:
    evidence = {guardrail.name: Evidence() for guardrail in GUARDRAILS}
    if bad is not None:
        evidence["error_or_rescue"].add(bad, times)
    given: dict[str, Any] = {"ripe_units": 600, "enrolled": {1: (11_400, 600)}, **more}
    return Reading(evidence, **given)


def action(given: Reading, state: RolloutState = STATE, plan: Plan | None = None, now: float = 100.0) -> str:
    return judge(state, given, plan or Plan(), Bounds(), now=now).action


def test_clean_units_and_time_are_enough_to_go_on() -> None:
    assert action(reading()) == "advance"
    assert action(reading(), now=59.0) == "wait"
    assert action(reading(ripe_units=100)) == "wait"
    assert action(reading(enrolled={1: (400, 20)})) == "wait"


def test_a_worse_canary_is_rolled_back_also_while_paused() -> None:
    worse = reading(bad=Block(95, 1, 5, 1), times=20)
    decision = judge(STATE, worse, Plan(), Bounds(), now=1.0)
    assert (decision.action, decision.guardrail) == ("rollback", "error_or_rescue")
    assert "20 in the canary, 20 in stable" in decision.reason
    assert action(worse, replace(STATE, state="paused")) == "rollback"
    assert action(worse, plan=Plan(rollback=False)) != "rollback"


def test_a_paused_rollout_does_not_go_on() -> None:
    assert action(reading(), replace(STATE, state="paused")) == "wait"
    assert action(reading(), plan=Plan(promote=False)) == "wait"


def test_what_stays_undecided_is_held_and_never_shipped() -> None:
    undecided = reading(ripe_units=100)
    assert action(undecided, now=900.0) == "wait"
    assert action(undecided, now=1001.0) == "hold"


def test_equal_arms_pass_without_a_low_rate() -> None:
    equal = reading(bad=Block(50, 2, 50, 2), times=60)
    assert action(equal) == "advance"


@pytest.mark.parametrize(
    "lacking",
    [{"enrolled": {1: (11_400, 900)}}, {"goals": (5, 0)}],
    ids=["sample ratio", "goals of stable alone"],
)
def test_what_stands_in_the_way(lacking: dict[str, Any]) -> None:
    assert action(reading(**lacking)) == "wait"


def test_tokens_are_judged_by_themselves() -> None:
    wordy = reading()
    wordy.evidence["tokens"].add(Block(11_400, 0, 600, 200))
    assert judge(STATE, wordy, Plan(), Bounds(), now=1.0).guardrail == "tokens"


def test_the_margin_narrows_before_large_shares() -> None:
    margins = [margin_before(replace(STATE, step=step)) for step in range(5)]
    assert margins == [3.0, 3.0, 2.0, 2.0, 2.0]


def test_a_shadow_is_left_only_when_it_surely_agrees() -> None:
    unseen = replace(STATE, step=0, share=0.0, steps=(0.0, 0.01, 1.0))
    nobody = {"ripe_units": 0, "enrolled": {}}
    assert action(reading(shadow=(99, 99), **nobody), unseen) == "wait"
    assert action(reading(shadow=(100, 100), **nobody), unseen) == "advance"
    assert action(reading(shadow=(100, 100), **nobody), unseen, now=59.0) == "wait"
    assert action(reading(shadow=(100, 90), **nobody), unseen) == "wait"
    assert action(reading(shadow=(5000, 4700), **nobody), unseen) == "advance"
    assert action(reading(shadow=(5000, 4700), **nobody), unseen, plan=Plan(promote=False)) == "wait"
    assert action(reading(shadow=(100, 50), **nobody), unseen, now=2000.0) == "hold"


def test_a_spent_error_budget_freezes_a_rollout_and_lets_it_go_by_itself() -> None:
    spent = ("availability", "it is spent")
    found = judge(STATE, reading(spent=spent), Plan(), Bounds(), now=100.0)
    assert (found.action, found.guardrail, found.reason) == ("freeze", *spent)
    frozen = replace(STATE, state="paused", guardrail="availability")
    assert action(reading(spent=spent), frozen) == "wait"
    assert action(reading(), frozen) == "thaw"
    assert action(reading(), replace(STATE, state="paused")) == "wait"
    worse = reading(bad=Block(95, 1, 5, 1), times=20, spent=spent)
    assert action(worse) == action(worse, frozen) == "rollback"
