"""The rules of Grafana's dashboard-linter for Prometheus, and that the panels ask for what there is.

https://github.com/grafana/dashboard-linter: template-datasource, template-job, template-instance,
template-label-promql, template-on-time-change-reload, panel-datasource, panel-title-description, panel-units,
panel-no-targets, target-promql, target-rate-interval, target-job, target-instance, target-counter-agg,
uneditable-dashboard.
"""

from __future__ import annotations

import re
from typing import Any

import promql_parser
import pytest
import yaml

from pulpo.observability.slo import OBJECTIVES, WINDOWS
from pulpo_prometheus.catalogue import CATALOGUE
from support.dashboards import DASHBOARDS, Asked, queries
from support.documents import ROOT
from support.promql import nodes, selectors

SEED = [
    "Request Rate",
    "Error Rate",
    "P95 Latency",
    "Active Circuit Breakers",
    "Tool Calls Over Time",
    "Tool Execution Duration",
    "Rate Limit Hits",
    "Circuit Breaker State Changes",
]
UNITS = {"reqps", "percentunit", "s", "short", "ops", "currencyUSD"}
"""Those of Grafana's units that we use: https://github.com/grafana/grafana packages/grafana-data/src/valueFormats."""

RECORDED = {objective.recorded(window) for objective in OBJECTIVES for window in WINDOWS}
"""Recorded sums over all servers have no job and no instance left to choose from: the two target rules cannot hold."""

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
every_dashboard = pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=DASHBOARDS)
every_query = pytest.mark.parametrize("asked", list(queries()), ids=lambda it: f"{it.dashboard}-{it.panel}")


def variables(dashboard: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {it["name"]: it for it in dashboard["templating"]["list"]}


def test_the_overview_has_exactly_the_eight_panels() -> None:
    overview = DASHBOARDS["pulpo-overview"]
    assert overview["title"] == "PulpoAI - System Overview"
    assert [panel["title"] for panel in overview["panels"]] == SEED
    assert {it["title"] for it in DASHBOARDS.values()} == {
        "PulpoAI - System Overview",
        "PulpoAI - Canary",
        "PulpoAI - SLO",
        "PulpoAI - LLM & Agent",
        "PulpoAI - Tools",
    }


@every_dashboard
def test_viewers_choose_source_and_servers(dashboard: dict[str, Any]) -> None:
    chosen = variables(dashboard)
    assert (chosen["datasource"]["type"], chosen["datasource"]["query"]) == ("datasource", "prometheus")
    assert chosen["datasource"]["label"] == "Data source"
    for name in ("job", "instance"):
        it = chosen[name]
        assert (it["type"], it["datasource"], it["label"]) == ("query", SOURCE, name.capitalize())
        assert (it["multi"], it["includeAll"], it["allValue"]) == (True, True, ".+")
        assert it["refresh"] == 2, "reload when the time range changes"
        (selector,) = re.findall(rf"label_values\((.*), {name}\)", it["query"])
        assert list(selectors(selector.replace("$job", ".+")))


@every_dashboard
def test_it_is_ours_alone_and_of_the_pinned_schema(dashboard: dict[str, Any]) -> None:
    assert dashboard["editable"] is False
    assert dashboard["schemaVersion"] == 42
    assert re.fullmatch(r"pulpo-[a-z]+", dashboard["uid"])


@every_dashboard
def test_every_panel_says_what_it_shows(dashboard: dict[str, Any]) -> None:
    titles = [panel["title"] for panel in dashboard["panels"]]
    assert len(set(titles)) == len(titles)
    for panel in dashboard["panels"]:
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["datasource"] == SOURCE
        assert panel["targets"]
        assert all(target["datasource"] == SOURCE for target in panel["targets"])
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24


@every_query
def test_every_query_asks_the_chosen_servers_for_what_there_is(asked: Asked) -> None:
    suffixes = {"histogram": ("_bucket", "_count", "_sum")}
    known = {it.name + suffix: it for it in CATALOGUE for suffix in suffixes.get(it.kind, ("",))}
    found = list(selectors(asked.filled()))
    assert found
    for selector in found:
        if selector.name in RECORDED:
            continue
        metric = known[selector.name]
        labels = {matcher.name for matcher in selector.matchers.matchers}
        assert labels - {"job", "instance"} <= set(metric.labels)
        assert {"job", "instance"} <= labels
        assert 'job=~"$job",instance=~"$instance"' in asked.expression


@every_query
def test_counters_are_only_shown_as_how_they_grow(asked: Asked) -> None:
    counters = {it.name for it in CATALOGUE if it.kind == "counter"}
    ranged = [it.vector_selector.name for it in nodes(asked.filled()) if isinstance(it, promql_parser.MatrixSelector)]
    bare = [it.name for it in selectors(asked.filled())]
    for name in counters & set(bare):
        assert ranged.count(name) == bare.count(name)
    assert asked.expression.count("[") == asked.expression.count("[$__rate_interval]")


def test_the_provisioned_source_is_the_one_that_is_chosen_at_first() -> None:
    folder = ROOT / "monitoring" / "grafana" / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yaml").read_text("utf-8"))["datasources"]
    (provider,) = yaml.safe_load((folder / "dashboards" / "pulpo.yaml").read_text("utf-8"))["providers"]
    assert source["type"] == "prometheus"
    assert {variables(it)["datasource"]["current"]["value"] for it in DASHBOARDS.values()} == {source["uid"]}
    assert provider["folder"] == "PulpoAI"
