"""The autoscaler's rule: the documentation's arithmetic by hand, and what no traffic may make it do."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from autoscaling.rule import Autoscaler, Direction, Policy, Rule, wish
from support.documents import ROOT

MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "deploy/kubernetes/base/autoscaler.yaml").read_text("utf-8"))
RULE = Rule.of(MANIFEST)
RUSH = Rule(
    1, 100, 10.0, Direction(0, (Policy(True, 100, 15), Policy(False, 4, 15))), Direction(0, (Policy(True, 100, 15),))
)


def test_the_manifest_is_read_as_it_stands() -> None:
    assert (RULE.least, RULE.most, RULE.target) == (2, 10, 20.0)
    assert RULE.up == Direction(0, (Policy(True, 100, 15),))
    assert RULE.down == Direction(300, (Policy(False, 1, 60),))


@pytest.mark.parametrize(
    "change", [{"metrics": [{"type": "Resource"}]}, {"behavior": {"scaleUp": {"selectPolicy": "Min"}}}]
)
def test_what_it_does_not_know_it_refuses(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        Rule.of({"spec": {**MANIFEST["spec"], **change}})


@pytest.mark.parametrize(
    ("ready", "starting", "wanted"),
    [
        pytest.param([40, 40], 0, 4, id="twice-the-target-is-twice-the-pods"),
        pytest.param([10, 10, 10, 10], 0, 2, id="half-is-half"),
        pytest.param([25, 25], 0, 3, id="rounded-up"),
        pytest.param([21.9, 21.9], 0, 2, id="within-the-tolerance"),
        pytest.param([18.1, 18.1], 0, 2, id="within-the-tolerance-below"),
        pytest.param([22.1, 22.1], 0, 3, id="outside-of-it"),
        pytest.param([60, 60], 2, 6, id="pods-that-start-count-as-idle"),
        pytest.param([30, 30], 2, 4, id="and-nothing-shrinks-by-that"),
        pytest.param([0, 0], 0, 0, id="no-load"),
    ],
)
def test_the_metric_alone(ready: list[float], starting: int, wanted: int) -> None:
    assert wish(RULE, ready, starting) == wanted


def test_it_grows_by_the_policy_that_allows_most_each_period() -> None:
    scaler = Autoscaler(RUSH)
    assert [scaler.decide(0.0, [1000.0], 0), scaler.decide(15.0, [1000.0] * 5, 0)] == [5, 10]


def test_a_period_is_counted_from_what_there_was_at_its_beginning() -> None:
    rule = Rule(1, 100, 10.0, Direction(0, (Policy(False, 4, 60),)), RUSH.down)
    scaler, pods = Autoscaler(rule), 2
    seen = []
    for now in range(0, 150, 15):
        pods = scaler.decide(float(now), [1000.0] * pods, 0)
        seen.append(pods)
    assert seen == [6, 6, 6, 6, 10, 10, 10, 10, 14, 14]


def test_it_shrinks_after_the_window_only_and_a_pod_a_minute() -> None:
    scaler, pods, seen = Autoscaler(RULE), 2, {}
    for now in range(0, 1200, 15):
        load = 200.0 if now < 60 else 20.0
        pods = scaler.decide(float(now), [load / pods] * pods, 0)
        seen[now] = pods
    assert seen[45] == 10
    assert all(seen[now] == 10 for now in range(45, 345, 15)), "the highest of the last 300 s counts"
    assert [seen[now] for now in range(345, 345 + 9 * 60, 60)] == [9, 8, 7, 6, 5, 4, 3, 2, 2]


loads = st.lists(st.floats(0, 2000), min_size=1, max_size=200)


@given(loads, st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_whatever_comes_the_limits_hold(traffic: list[float], slow: int) -> None:
    scaler, history, starting = Autoscaler(RULE), [RULE.least], 0
    for step, load in enumerate(traffic):
        ready = max(1, history[-1] - starting)
        history.append(scaler.decide(step * 15.0, [load / ready] * ready, history[-1] - ready))
        starting = max(0, min(slow, history[-1] - history[-2]))
    assert all(RULE.least <= pods <= RULE.most for pods in history)
    for before, after in pairwise(history):
        assert after <= 2 * before, "100 per cent in 15 s"
        assert after >= before - 1, "one pod at a time"
    for at, (before, after) in enumerate(pairwise(history)):
        if after < before:
            recent = history[max(0, at - 2) : at + 2]
            assert recent == sorted(recent, reverse=True), "never up and down within a minute"
            assert sum(a < b for b, a in pairwise(history[max(0, at - 3) : at + 2])) == 1, "one pod a minute"


@given(loads)
@settings(max_examples=100, deadline=None)
def test_what_was_wanted_in_the_last_five_minutes_is_kept(traffic: list[float]) -> None:
    scaler, pods, wishes = Autoscaler(RULE), RULE.least, []
    for step, load in enumerate(traffic):
        ready = [load / pods] * pods
        wishes.append(wish(RULE, ready, 0))
        before, pods = pods, scaler.decide(step * 15.0, ready, 0)
        if pods < before:
            assert pods >= min(before, max(wishes[-20:]))
