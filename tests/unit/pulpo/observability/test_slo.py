"""What counts as bad, and how fast a budget is spent."""

from __future__ import annotations

import pytest
from msgspec import Struct

from pulpo.observability.slo import (
    AVAILABILITY,
    BURNS,
    EDGES,
    ERROR_RATE,
    LATENCY,
    OBJECTIVES,
    WINDOWS,
    Objective,
    Sum,
    spent,
    status,
    summed,
)
from pulpo_prometheus import catalogue, turns


class Count(Struct):
    outcome: str
    bucket: int
    turns: int


BELOW, ABOVE = EDGES.index(1.0), EDGES.index(1.0) + 1


@pytest.mark.parametrize(
    ("objective", "outcome", "bucket", "bad"),
    [
        (AVAILABILITY, "ok", 12, False),
        (AVAILABILITY, "rescued", 0, False),
        (AVAILABILITY, "error", 0, True),
        (AVAILABILITY, "lapsed", 12, True),
        (ERROR_RATE, "rescued", 0, True),
        (ERROR_RATE, "refused", 0, False),
        (ERROR_RATE, "limit", 0, False),
        (LATENCY, "ok", BELOW, False),
        (LATENCY, "ok", ABOVE, True),
        (LATENCY, "error", BELOW, False),
    ],
)
def test_what_is_bad(objective: Objective, outcome: str, bucket: int, bad: bool) -> None:
    assert objective.is_bad(outcome, bucket) is bad


def test_counts_are_summed_under_an_objective() -> None:
    counts = [Count("ok", 0, 90), Count("rescued", ABOVE, 9), Count("error", 0, 1)]
    assert summed(AVAILABILITY, counts) == Sum(1, 100)
    assert summed(ERROR_RATE, counts) == Sum(10, 100)
    assert summed(LATENCY, counts) == Sum(9, 100)


def test_a_budget_and_how_fast_it_is_spent() -> None:
    found = status(ERROR_RATE, {"5m": Sum(5, 100), "30d": Sum(40, 10_000)})
    assert (found.window, found.good, found.total, found.ratio) == ("30d", 9960, 10_000, 0.996)
    assert found.budget_left == pytest.approx(0.6)
    assert found.met is True
    assert found.windows["5m"].burn_rate == pytest.approx(5.0)
    assert found.windows["5m"].bad_ratio == 0.05


def test_an_overspent_budget_is_negative() -> None:
    found = status(AVAILABILITY, {"30d": Sum(3, 1000)})
    assert found.budget_left == pytest.approx(-2.0)
    assert found.met is False


def test_without_turns_nothing_is_claimed() -> None:
    found = status(AVAILABILITY, {"5m": Sum(0, 0), "30d": Sum(0, 0)})
    assert (found.ratio, found.budget_left, found.met, found.windows["5m"].burn_rate) == (None, None, None, None)


def test_the_objectives_are_those_that_were_promised() -> None:
    assert [(it.name, it.target, it.seconds) for it in OBJECTIVES] == [
        ("availability", 0.999, None),
        ("latency", 0.95, 1.0),
        ("error_rate", 0.99, None),
    ]


def test_bounds_outcomes_and_windows_are_those_that_are_measured() -> None:
    assert catalogue.TURN_BUCKETS == EDGES
    assert all(it.outcomes <= {*turns.OUTCOMES, "lapsed"} for it in OBJECTIVES)
    assert {window for burn in BURNS for window in (burn.long, burn.short)} <= set(WINDOWS)


def test_a_budget_is_spent_by_more_than_a_few_bad_turns_of_an_objective_that_counts() -> None:
    def counts(bad: int, good: int) -> list[Count]:
        return [Count("error", BELOW, bad), Count("ok", BELOW, good)]

    assert spent(["availability"], counts(9, 0)) is None
    assert spent(["availability"], counts(10, 9_991)) is None
    assert spent([], counts(10, 0)) is None
    assert spent(["latency"], counts(10, 0)) is None
    assert spent(["error_rate"], counts(10, 991)) is None
    found = spent(["availability", "error_rate"], counts(10, 9_980))
    assert found is not None
    assert (found[0], "99.9 % of 9,990 turns were good" in found[1]) == ("availability", True)
