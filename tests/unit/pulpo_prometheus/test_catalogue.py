"""Catalogue, page and documentation say the same."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client.metrics_core import METRIC_TYPES

from pulpo_prometheus import catalogue
from pulpo_prometheus.catalogue import CATALOGUE, DURATION, Metric
from pulpo_prometheus.sink import PrometheusSink

README = Path(__file__).parents[3] / "monitoring" / "README.md"


def exposed_name(name: str, kind: str) -> str:
    return f"{name}_total" if kind == "counter" else name


def test_the_sink_has_exactly_what_the_catalogue_lists() -> None:
    exposed = {
        (exposed_name(it.name, it.type), it.type, it.documentation) for it in PrometheusSink().families.collect()
    }
    assert exposed == {(it.name, it.kind, it.help) for it in CATALOGUE}
    assert {kind for _, kind, _ in exposed} <= set(METRIC_TYPES)


def test_the_documentation_lists_exactly_what_the_catalogue_lists() -> None:
    rows = re.findall(r"^\| `(pulpo_\w+)` \| (\w+) \| (.*?) \| (.*?) \|$", README.read_text("utf-8"), re.MULTILINE)
    written = {(name, kind, tuple(re.findall(r"`(\w+)`", labels)), text) for name, kind, labels, text in rows}
    assert written == {(it.name, it.kind, it.labels, it.help) for it in CATALOGUE}


def test_every_metric_is_declared_once_and_listed() -> None:
    declared = [it for it in vars(catalogue).values() if isinstance(it, Metric)]
    assert sorted(it.name for it in declared) == sorted(it.name for it in CATALOGUE)
    assert len({it.name for it in CATALOGUE}) == len(CATALOGUE)


def test_names_follow_prometheus_habits() -> None:
    for metric in CATALOGUE:
        assert re.fullmatch(r"pulpo_[a-z_]+", metric.name)
        assert metric.name.endswith("_total") == (metric.kind == "counter")
        assert bool(metric.buckets) == (metric.kind == "histogram")
        assert list(metric.buckets) == sorted(set(metric.buckets))
        assert metric.help.endswith(".")


def test_the_bounds_of_slo_and_alert_are_edges() -> None:
    assert {1.0, 3.0} <= set(DURATION.buckets)
