"""The topics together: the page keeps its size, and no topic loses another one's events."""

from __future__ import annotations

from collections import Counter

import pulpo
from pulpo_prometheus.sink import PrometheusSink
from support.metrics import Page, called, finished, loaded


def test_no_two_topics_count_the_same_kind_of_event() -> None:
    kinds = Counter(kind for topic in PrometheusSink()._topics for kind in topic.handlers)
    assert set(kinds.values()) == {1}
    assert {*kinds, pulpo.PluginsLoaded} == set(PrometheusSink().handlers)


def test_a_flood_of_tools_and_workspaces_stays_within_five_thousand_series() -> None:
    page = Page()
    tools, workspaces = ([f"{kind}{number}" for number in range(1000)] for kind in ("tool", "workspace"))
    page.tell(loaded(tools=tuple(tools[:50]), workspaces=tuple(workspaces), planners=("rules", "llm")))
    for workspace in workspaces:
        page.tell(finished(workspace_id=workspace))
        page.tell(pulpo.PlannerStepped("t", workspace, "stable", 1, 0.01))
        page.tell(pulpo.PolicyChecked("t", workspace, "call", "allow", "", 0.01))
        page.tell(pulpo.VariantAssigned("t", "c", workspace, "stable", workspace, 0))
    for tool in tools:
        page.tell(called(tool))
        page.tell(pulpo.BreakerChanged("demo", tool, "open"))
        page.tell(pulpo.SinkFailed(tool, "ValueError"))
    assert sum(len(family.samples) for family in page.registry.collect()) <= 5000
    assert page.value("pulpo_metric_overflow_total", metric="pulpo_workspace_turns_total") == 950
    assert page.value("pulpo_metric_overflow_total", metric="pulpo_tool_calls_total") == 2 * 950
