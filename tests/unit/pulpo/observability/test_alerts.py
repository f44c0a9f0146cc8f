"""What the alerts ask is what there is to ask, and the four that are judged in process judge as they ask."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.observability.alerts import ALERTS, SEED, Alert, Seen, judge, quantile
from pulpo.observability.slo import EDGES, OBJECTIVES, WINDOWS
from pulpo_prometheus import tools, turns
from pulpo_prometheus.catalogue import CATALOGUE
from support.documents import ROOT
from support.promql import selectors

CALM = Seen(outcomes={"ok": 100}, buckets=(100, *[0] * 12), limited={"ip": 0}, open_breakers=0)
VALUES = {"outcome": {*turns.OUTCOMES, *tools.OUTCOMES}, "state": set(tools.STATES), "job": {"pulpo"}}


def seen(**changes: Any) -> Seen:
    fields = {name: getattr(CALM, name) for name in CALM.__struct_fields__}
    return Seen(**{**fields, **changes})


def buckets(**at: int) -> tuple[int, ...]:
    found = [0] * (len(EDGES) + 1)
    for edge, count in at.items():
        found[EDGES.index(float(edge.removeprefix("s")))] = count
    return tuple(found)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, []),
        ({"outcomes": {}}, []),
        ({"outcomes": {"ok": 95, "rescued": 5}}, []),
        ({"outcomes": {"ok": 94, "rescued": 3, "error": 3}}, ["PulpoErrorRateHigh"]),
        ({"outcomes": {"ok": 10, "refused": 90}}, []),
        ({"buckets": buckets(s1=95, s5=5)}, []),
        ({"buckets": buckets(s1=94, s5=6)}, ["PulpoLatencyHigh"]),
        ({"open_breakers": 1}, ["PulpoCircuitBreakerOpen"]),
        ({"limited": {"ip": 2, "user": 0}}, ["PulpoRateLimitHits"]),
    ],
)
def test_what_fires(changes: dict[str, Any], names: list[str]) -> None:
    assert [it.name for it in judge(seen(**changes))] == names


def test_whoever_fires_says_where_to_read_on_and_how_much_it_is() -> None:
    (firing,) = judge(seen(limited={"ip": 2}))
    assert (firing.severity, firing.labels, firing.value) == ("info", {"scope": "ip"}, 2.0)
    assert firing.runbook == "monitoring/README.md#pulporatelimithits"


def test_the_first_four_are_the_seed_s() -> None:
    assert [(it.name, it.severity) for it in SEED] == [
        ("PulpoErrorRateHigh", "warning"),
        ("PulpoLatencyHigh", "warning"),
        ("PulpoCircuitBreakerOpen", "critical"),
        ("PulpoRateLimitHits", "info"),
    ]
    assert [it.expression.rpartition("> ")[2] for it in SEED] == ["0.05", "3", "0", "0"]
    assert all(it.judged for it in SEED)


@given(st.lists(st.floats(min_value=0.001, max_value=29), min_size=1))
def test_a_quantile_lies_in_the_bucket_of_the_value_of_its_rank(values: list[float]) -> None:
    counts = [sum(low < value <= high for value in values) for low, high in zip((0.0, *EDGES), EDGES, strict=False)]
    found = quantile(0.95, (*counts, 0))
    assert found is not None
    exact = sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]
    place = next(place for place, edge in enumerate(EDGES) if exact <= edge)
    assert (EDGES[place - 1] if place else 0.0) <= found <= EDGES[place]


def test_what_is_above_all_edges_is_the_last_one_and_nothing_is_nothing() -> None:
    assert quantile(0.95, (*[0] * 12, 5)) == 30.0
    assert quantile(0.95, (0,) * 13) is None


@pytest.mark.parametrize("alert", ALERTS, ids=lambda it: it.name)
def test_an_alert_asks_for_what_there_is(alert: Alert) -> None:
    known = {"up": {"job"}} | {
        metric.name + suffix: {*metric.labels, *(["le"] if suffix == "_bucket" else [])}
        for metric in CATALOGUE
        for suffix in (("_bucket", "_count", "_sum") if metric.kind == "histogram" else ("",))
    }
    known |= {objective.recorded(window): set() for objective in OBJECTIVES for window in WINDOWS}
    asked = list(selectors(alert.expression.replace("{window}", "5m")))
    assert asked
    for selector in asked:
        assert selector.name in known
        for matcher in selector.matchers.matchers:
            assert matcher.name in known[selector.name]
            if matcher.name in VALUES:
                assert set(matcher.value.split("|")) <= VALUES[matcher.name]


def test_every_alert_has_its_place_in_the_runbook() -> None:
    page = (ROOT / "monitoring" / "README.md").read_text("utf-8")
    headings = re.findall(r"^### (Pulpo\w+)$", page, re.MULTILINE)
    assert sorted(headings) == sorted(alert.name for alert in ALERTS)
    assert all(alert.runbook.endswith("#" + alert.name.lower()) for alert in ALERTS)


def test_every_alert_says_enough() -> None:
    assert len({alert.name for alert in ALERTS}) == len(ALERTS)
    for alert in ALERTS:
        assert alert.severity in ("critical", "warning", "info")
        assert alert.slo in {"none", *(objective.name for objective in OBJECTIVES)}
        assert alert.summary
        assert alert.description.endswith(".")


def test_every_alert_speaks_spanish_too() -> None:
    assert [alert.name for alert in ALERTS if not alert.spanish or alert.spanish == alert.summary] == []
    (firing,) = judge(seen(open_breakers=1))
    assert firing.summaries == {"en": "A circuit breaker is open", "es": "Hay un cortacircuitos abierto"}
