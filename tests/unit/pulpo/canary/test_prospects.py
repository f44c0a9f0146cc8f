"""Whether there are enough units for a rollout to be decided."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pulpo.canary.evidence import Block
from pulpo.canary.guardrails import Bounds
from pulpo.canary.judge import Reading, judge
from pulpo.canary.prospects import Shortage, shortage
from unit.pulpo.canary.test_judge import STATE, Plan, reading

FLAWLESS = 435
"""Units without a bad event that prove a rate below 1 %; one less does not (see the control)."""


def short(given: Reading, *, now: float = 100.0, workspaces: int | None = None, **more: Any) -> Shortage | None:
    plan, state = more.pop("plan", Plan()), replace(STATE, **more)
    return shortage(state, given, plan, Bounds(), now=now, workspaces=workspaces)


def met(canary: int) -> Reading:
    return reading(ripe_units=0, enrolled={1: (canary * 19, canary)})


def test_a_pace_that_brings_too_few_in_all_its_time_is_told() -> None:
    assert short(met(30)) == Shortage(300, FLAWLESS, "users")  # in 100 s of 1000
    assert short(met(44)) is None


def test_units_of_earlier_steps_count_and_their_pace_does_not() -> None:
    assert short(reading(ripe_units=0, enrolled={0: (990, 100), 1: (95, 5)})) == Shortage(150, FLAWLESS, "users")


def test_businesses_are_as_many_as_there_are_from_the_first_moment() -> None:
    assert short(met(0), now=1.0, workspaces=12) == Shortage(12, FLAWLESS, "workspaces")
    assert short(met(0), now=1.0, workspaces=FLAWLESS) is None


def test_it_is_too_soon_to_tell_before_the_least_time_of_a_step() -> None:
    assert short(met(0), now=59.0) is None
    assert short(met(0), now=0.0, plan=Plan(minimum_time=0.0)) is None


def test_bad_units_take_more_clean_ones_to_outweigh() -> None:
    given = reading(bad=Block(95, 1, 5, 1), times=1, ripe_units=0, enrolled={1: (190, 10)})
    found = short(given)
    assert found is not None
    assert found.needed > FLAWLESS


def test_what_has_passed_lacks_no_units_but_the_least_number() -> None:
    assert short(reading(ripe_units=600, enrolled={1: (30, 3)})) == Shortage(30, 50, "users")


@pytest.mark.parametrize(
    "more",
    [
        {"state": "promoted"},
        {"state": "aborted"},
        {"step": 4},
        {"share": 0.0},
        {"plan": Plan(promote=False)},
    ],
    ids=["promoted", "aborted", "at its last step", "in the shadow", "left to people"],
)
def test_where_nothing_waits_for_units_nothing_is_told(more: dict[str, Any]) -> None:
    assert short(met(0), **more) is None


def test_control_the_rules_themselves_wait_one_unit_below_and_advance_with_it() -> None:
    def action(units: int) -> str:
        given = reading(ripe_units=units, enrolled={1: (units * 19, units)})
        return judge(STATE, given, Plan(), Bounds(), now=100.0).action

    assert (action(FLAWLESS - 1), action(FLAWLESS)) == ("wait", "advance")
