"""What tool calls and breakers do to the metrics."""

from __future__ import annotations

import pytest

import pulpo
from pulpo_prometheus.families import OTHER
from pulpo_prometheus.tools import OUTCOMES, STATES
from support.metrics import Page, called, loaded


def test_a_tool_call_makes_all_of_its_tools_children() -> None:
    page = Page()
    page.tell(loaded(tools=("book",)))
    page.tell(called(outcome="invalid"))
    for outcome in OUTCOMES:
        expected = 1 if outcome == "invalid" else 0
        assert page.value("pulpo_tool_calls_total", tool="book", outcome=outcome) == expected
    assert page.value("pulpo_tool_argument_errors_total", tool="book") == 1
    assert page.value("pulpo_tool_execution_duration_seconds_count", tool="book") == 1


def test_tool_names_are_capped() -> None:
    page = Page(max_names=2)
    for number in range(4):
        page.tell(called(f"tool{number}"))
    assert page.value("pulpo_tool_calls_total", tool="tool1", outcome="ok") == 1
    assert page.value("pulpo_tool_calls_total", tool="tool2", outcome="ok") is None
    assert page.value("pulpo_tool_calls_total", tool=OTHER, outcome="ok") == 2
    assert page.value("pulpo_metric_overflow_total", metric="pulpo_tool_calls_total") == 2


@pytest.mark.parametrize("limit", [1, 50])
def test_a_flood_of_names_does_not_grow_the_page(limit: int) -> None:
    page = Page(max_names=limit)
    for number in range(500):
        page.tell(called(f"tool{number}"))
    (calls,) = [it for it in page.sink.families.collect() if it.name == "pulpo_tool_calls"]
    assert len(calls.samples) == (limit + 1) * len(OUTCOMES)


def test_tools_are_there_before_their_first_call() -> None:
    page = Page()
    page.tell(loaded(tools=("book",)))
    assert [page.value("pulpo_tool_calls_total", tool="book", outcome=it) for it in OUTCOMES] == [0] * 7
    changes = "pulpo_circuit_breaker_state_changes_total"
    assert [page.value(changes, tool="book", to=state) for state in STATES] == [0] * 3


def test_a_breaker_that_opens_is_counted_whoever_s_it_is() -> None:
    page = Page()
    for workspace in ("a", "b"):
        page.tell(pulpo.BreakerChanged(workspace, "book", "open"))
    assert page.value("pulpo_circuit_breaker_state_changes_total", tool="book", to="open") == 2


def test_rate_limits_are_counted_by_scope_and_whether_replicas_count_together_is_shown() -> None:
    page = Page()
    assert page.value("pulpo_rate_limit_hits_total", scope="user") == 0
    page.tell(pulpo.RateLimited("demo", "tool", "book"))
    assert page.value("pulpo_rate_limit_hits_total", scope="tool") == 1
    for shared, alone in ((False, 1), (True, 0)):
        page.tell(pulpo.RateLimitsShared(shared))
        assert page.value("pulpo_rate_limit_degraded") == alone


def test_a_name_that_a_planner_made_up_is_no_label() -> None:
    page = Page()
    page.tell(loaded(tools=("book",)))
    page.tell(called("ana@example.com", outcome="invalid"))
    assert page.value("pulpo_tool_calls_total", tool=OTHER, outcome="invalid") == 1
    assert page.value("pulpo_tool_argument_errors_total", tool=OTHER) == 1
    assert page.value("pulpo_tool_calls_total", tool="ana@example.com", outcome="invalid") is None
