"""What turns do to the metrics."""

from __future__ import annotations

import pulpo
from pulpo_prometheus.families import OTHER
from pulpo_prometheus.turns import OUTCOMES
from support.metrics import Page, finished, loaded


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


def test_a_loop_limit_is_counted_also_when_the_turn_is_rescued() -> None:
    page = Page()
    assert page.value("pulpo_agent_loop_limit_total") == 0
    page.tell(pulpo.VariantFailed("t", "demo", "canary", "LoopLimitError", "trace"))
    page.tell(pulpo.VariantFailed("t", "demo", "canary", "ValueError", "trace"))
    assert page.value("pulpo_agent_loop_limit_total") == 1


def test_known_variants_are_there_before_their_first_turn() -> None:
    page = Page()
    for variant, served_by in (("stable", "stable"), ("canary", "canary"), ("canary", "stable")):
        for outcome in OUTCOMES:
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


def test_steps_and_checks_are_timed() -> None:
    page = Page()
    page.tell(pulpo.PlannerStepped("t", "rules", "stable", 1, 0.002))
    page.tell(pulpo.PolicyChecked("t", "limits", "message", "allow", "", 0.0002))
    assert page.value("pulpo_planner_duration_seconds_bucket", planner="rules", le="0.005") == 1
    assert page.value("pulpo_policy_duration_seconds_bucket", policy="limits", le="0.0005") == 1


def test_workspaces_are_capped_but_for_those_listed() -> None:
    page = Page(max_names=1, workspaces=("vip",))
    for name in ("a", "b", "c", "vip"):
        page.tell(finished(workspace_id=name))
    turns = "pulpo_workspace_turns_total"
    assert page.value(turns, workspace="a", outcome="ok") == 1
    assert page.value(turns, workspace=OTHER, outcome="ok") == 2
    assert page.value(turns, workspace="vip", outcome="ok") == 1
    assert page.value("pulpo_metric_overflow_total", metric=turns) == 2


def test_what_is_known_at_start_is_there_before_its_first_turn() -> None:
    page = Page()
    page.tell(loaded(variants=("green",), planners=("rules",), policies=("size",), workspaces=("demo",)))
    requests = "pulpo_orchestrator_requests_total"
    assert page.value(requests, variant="green", served_by="stable", outcome="rescued") == 0
    assert page.value("pulpo_planner_duration_seconds_count", planner="rules") == 0
    assert page.value("pulpo_policy_duration_seconds_count", policy="size") == 0
    assert page.value("pulpo_workspace_turns_total", workspace="demo", outcome="error") == 0


def test_refusals_are_counted_by_what_was_refused() -> None:
    page = Page()
    for verdict in ("allow", "needs_approval", "deny", "error"):
        page.tell(pulpo.PolicyChecked("t", "size", "call", verdict, "", 0.001, "canary"))  # type: ignore[arg-type]
    assert page.value("pulpo_refusals_total", variant="canary", kind="call") == 2
    assert page.value("pulpo_refusals_total", variant="stable", kind="message") == 0


def test_conversations_are_counted_by_how_they_ended() -> None:
    page = Page()
    assert page.value("pulpo_conversations_total", variant="canary", result="missed") == 0
    page.tell(pulpo.ConversationsEnded("canary", "booking", "reached", 3))
    page.tell(pulpo.ConversationsEnded("canary", "pizza", "reached", 1))
    assert page.value("pulpo_conversations_total", variant="canary", result="reached") == 4


def test_confidence_is_counted_where_a_planner_tells_it() -> None:
    page = Page()
    page.tell(pulpo.PlannerStepped("t", "rules", "stable", 0, 0.01))
    page.tell(pulpo.PlannerStepped("t", "rules", "stable", 1, 0.01, 0.0, 0.95))
    assert page.value("pulpo_planner_confidence_count", variant="stable") == 1
    assert page.value("pulpo_planner_confidence_bucket", variant="stable", le="0.9") == 0


def test_scorers_are_told_apart_up_to_a_cap() -> None:
    page = Page(max_names=1)
    for scorer in ("politeness", "truth"):
        page.tell(pulpo.QualityScored("t", "demo", "stable", scorer, 0.5))
    assert page.value("pulpo_quality_score_count", variant="stable", scorer="politeness") == 1
    assert page.value("pulpo_quality_score_count", variant="stable", scorer="_other") == 1
