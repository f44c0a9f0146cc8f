"""Which event moves which metric."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from prometheus_client import CollectorRegistry

import pulpo
from pulpo_prometheus.children import OTHER
from pulpo_prometheus.sink import CALL_OUTCOMES, TURN_OUTCOMES, PrometheusSink


class Page:
    """A sink and what its page would show."""

    def __init__(self, **settings: int) -> None:
        self.sink = PrometheusSink(**settings)
        self.registry = CollectorRegistry()
        self.registry.register(self.sink.families)

    def tell(self, event: pulpo.Event) -> None:
        self.sink.handlers[type(event)](event)

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


def finished(**changes: object) -> pulpo.TurnFinished:
    fields: Mapping[str, object] = {
        "turn_id": "t",
        "conversation_id": "c",
        "workspace_id": "demo",
        "variant": "stable",
        "served_by": "stable",
        "outcome": "ok",
        "steps": 2,
        "tool_calls": 1,
        "duration": 0.2,
    }
    return pulpo.TurnFinished(**{**fields, **changes})  # type: ignore[arg-type]


def called(tool: str = "book", outcome: str = "ok") -> pulpo.ToolCalled:
    return pulpo.ToolCalled("t", "demo", tool, outcome, 0.02)  # type: ignore[arg-type]


def test_a_turn_is_counted_by_variant_and_workspace() -> None:
    page = Page()
    page.tell(finished())
    page.tell(finished(variant="canary", outcome="rescued", duration=3.0))
    requests = "pulpo_orchestrator_requests_total"
    assert page.value(requests, variant="stable", served_by="stable", outcome="ok") == 1
    assert page.value(requests, variant="canary", served_by="stable", outcome="rescued") == 1
    assert page.value("pulpo_orchestrator_duration_seconds_bucket", variant="canary", le="3.0") == 1
    assert page.value("pulpo_orchestrator_duration_seconds_bucket", variant="canary", le="2.5") == 0
    assert page.value("pulpo_workspace_turns_total", workspace="demo", outcome="ok") == 1
    assert page.value("pulpo_agent_steps_sum") == 4


def test_a_loop_limit_is_counted() -> None:
    page = Page()
    assert page.value("pulpo_agent_loop_limit_total") == 0
    page.tell(finished(outcome="limit"))
    assert page.value("pulpo_agent_loop_limit_total") == 1


def test_a_tool_call_makes_all_of_its_tools_children() -> None:
    page = Page()
    page.tell(called(outcome="invalid"))
    for outcome in CALL_OUTCOMES:
        expected = 1 if outcome == "invalid" else 0
        assert page.value("pulpo_tool_calls_total", tool="book", outcome=outcome) == expected
    assert page.value("pulpo_tool_argument_errors_total", tool="book") == 1
    assert page.value("pulpo_tool_execution_duration_seconds_count", tool="book") == 1


def test_known_variants_are_there_before_their_first_turn() -> None:
    page = Page()
    for variant, served_by in (("stable", "stable"), ("canary", "canary"), ("canary", "stable")):
        for outcome in TURN_OUTCOMES:
            value = page.value(
                "pulpo_orchestrator_requests_total", variant=variant, served_by=served_by, outcome=outcome
            )
            assert value == 0, (variant, served_by, outcome)


def test_a_variant_of_the_operators_gets_all_children_with_its_first_turn() -> None:
    page = Page()
    page.tell(finished(variant="blue", served_by="blue"))
    requests = "pulpo_orchestrator_requests_total"
    assert page.value(requests, variant="blue", served_by="blue", outcome="ok") == 1
    assert page.value(requests, variant="blue", served_by="stable", outcome="error") == 0


def test_tool_names_are_capped() -> None:
    page = Page(max_names=2)
    for number in range(4):
        page.tell(called(f"tool{number}"))
    assert page.value("pulpo_tool_calls_total", tool="tool1", outcome="ok") == 1
    assert page.value("pulpo_tool_calls_total", tool="tool2", outcome="ok") is None
    assert page.value("pulpo_tool_calls_total", tool=OTHER, outcome="ok") == 2
    assert page.value("pulpo_metric_overflow_total", metric="pulpo_tool_calls_total") == 2


def test_workspaces_and_reasons_are_capped() -> None:
    page = Page(max_names=1)
    for name in ("a", "b", "c"):
        page.tell(finished(workspace_id=name))
        page.tell(pulpo.VariantAssigned("t", "c", "w", "stable", name, 0))
    assert page.value("pulpo_workspace_turns_total", workspace=OTHER, outcome="ok") == 2
    assert page.value("pulpo_canary_decisions_total", variant="stable", reason=OTHER) == 2


def test_steps_and_checks_are_timed() -> None:
    page = Page()
    page.tell(pulpo.PlannerStepped("t", "rules", "stable", 1, 0.002))
    page.tell(pulpo.PolicyChecked("t", "limits", "message", "allow", "", 0.0002))
    assert page.value("pulpo_planner_duration_seconds_bucket", planner="rules", le="0.005") == 1
    assert page.value("pulpo_policy_duration_seconds_bucket", policy="limits", le="0.0005") == 1


def test_plugins_are_shown_by_state() -> None:
    page = Page()
    assert page.value("pulpo_plugins", state="quarantined") == 0
    page.tell(pulpo.PluginsLoaded({"active": 5, "quarantined": 1, "blocked": 0}))
    assert page.value("pulpo_plugins", state="active") == 5
    assert page.value("pulpo_plugins", state="quarantined") == 1


def test_failing_sinks_are_counted() -> None:
    page = Page()
    page.tell(pulpo.SinkFailed("other", "ValueError"))
    assert page.value("pulpo_sink_errors_total", sink="other") == 1


def test_the_build_is_named() -> None:
    (sample,) = next(it for it in Page().sink.families.collect() if it.name == "pulpo_build_info").samples
    assert sample.labels["version"] == pulpo.__version__
    assert sample.value == 1


@pytest.mark.parametrize("limit", [1, 50])
def test_a_flood_of_names_does_not_grow_the_page(limit: int) -> None:
    page = Page(max_names=limit)
    for number in range(500):
        page.tell(called(f"tool{number}"))
    (calls,) = [it for it in page.sink.families.collect() if it.name == "pulpo_tool_calls"]
    assert len(calls.samples) == (limit + 1) * len(CALL_OUTCOMES)
