"""The demand and the pods of the replay, against what is known without them."""

from __future__ import annotations

import pytest

from autoscaling.demand import CAMPAIGN_AT, CAMPAIGN_SECONDS, DAY, HOURS, campaign, demand, hour
from autoscaling.replay import Pod, queue, replay, total
from autoscaling.rule import Autoscaler
from unit.autoscaling.test_rule import RULE

POD = Pod(cpu=0.006, wait=1.0, cap=1000, start=15)


@pytest.mark.parametrize("busy", [0.1, 0.5, 0.9, 0.95])
def test_a_queue_comes_to_rest_where_theory_has_it(busy: float) -> None:
    held = 0.0
    for _ in range(2000):
        held = queue(held, busy / POD.cpu, POD.cpu)
    assert held == pytest.approx(busy / (1 - busy), rel=1e-3), "M/M/1"


def test_an_overloaded_queue_grows_by_what_is_too_much() -> None:
    held = 0.0
    for _ in range(100):
        held = queue(held, 200.0, 0.01)
    assert held == pytest.approx(100 * (200 - 100), rel=0.02)


def test_a_day_has_its_hours_a_campaign_and_a_busier_saturday() -> None:
    assert max(HOURS) == 100
    assert hour(19.5 * 3600) == pytest.approx(100)
    assert hour(19 * 3600) == pytest.approx(95)
    assert campaign(CAMPAIGN_AT - 1) == 1
    assert campaign(CAMPAIGN_AT + CAMPAIGN_SECONDS - 1) == pytest.approx(6)
    assert campaign(DAY) == pytest.approx(1, abs=0.01)
    load = demand(100, seed=1)
    assert load == demand(100, seed=1)
    friday, saturday = sum(load[18 * 3600 : DAY]), sum(load[DAY + 18 * 3600 :])
    assert saturday == pytest.approx(1.5 * friday, rel=0.1)


def test_no_turn_is_lost_or_made_up_and_what_does_not_fit_is_refused() -> None:
    moments = replay([3000.0] * 60, POD, lambda *_: 2, pods=2)
    assert all(moment.in_flight <= POD.cap for moment in moments)
    summed = total(moments, late=2.0)
    assert summed.refused == pytest.approx(1 - 2 / POD.cpu / 3000, abs=0.05), "two pods serve 333 a second"
    assert total(replay([100.0] * 60, POD, lambda *_: 2, pods=2), late=2.0).refused == 0


def test_new_pods_serve_when_they_have_started_and_not_before() -> None:
    moments = replay([100.0] * 60, POD, lambda *_: 4, pods=2)
    assert [moments[at].pods for at in (0, 1)] == [2, 4]
    assert [moments[at].ready for at in (14, 15)] == [2, 4]


def test_the_autoscaler_serves_a_campaign_that_few_pods_do_not_and_costs_less_than_many() -> None:
    load = demand(150, seed=1)
    few, scaled, many = (
        total(replay(load, POD, decide, pods=pods), late=2.0)
        for decide, pods in ((lambda *_: 2, 2), (Autoscaler(RULE).decide, 2), (lambda *_: 10, 10))
    )
    assert few.late > 0.05
    assert scaled.late < 0.01
    assert scaled.pod_hours < 0.8 * many.pod_hours
    assert scaled.most <= RULE.most
