"""What the choice of a variant does to the metrics."""

from __future__ import annotations

import pulpo
from pulpo_prometheus.families import OTHER
from support.metrics import Page, loaded


def test_reasons_are_capped() -> None:
    page = Page(max_names=1)
    for reason in ("a", "b", "c"):
        page.tell(pulpo.VariantAssigned("t", "c", "w", "stable", reason, 0))
    decisions = "pulpo_canary_decisions_total"
    assert page.value(decisions, variant="stable", reason="a") == 1
    assert page.value(decisions, variant="stable", reason=OTHER) == 2
    assert page.value(decisions, variant="canary", reason="pinned") == 0


def test_units_and_rollbacks_are_counted() -> None:
    page = Page()
    page.tell(pulpo.RolloutCounted("r", "canary", (9, 1), {"latency": (2, 1)}))
    page.tell(pulpo.RolloutCounted("r", "canary", (0, 2), {}))
    page.tell(pulpo.CanaryRolledBack("r", "canary", "latency", 300.0, 250.0))
    assert page.value("pulpo_canary_units_total", variant="stable") == 9
    assert page.value("pulpo_canary_units_total", variant="canary") == 3
    assert page.value("pulpo_canary_bad_units_total", guardrail="latency", variant="stable") == 2
    assert page.value("pulpo_canary_bad_units_total", guardrail="latency", variant="canary") == 1
    assert page.value("pulpo_canary_rollbacks_total", guardrail="latency") == 1


def test_the_rollout_is_shown_as_it_is_now() -> None:
    page = Page()
    reading = pulpo.RolloutReading("progressing", {"latency": {"rollback": 1.5, "clean": -0.5}})
    page.sink.process.readings = lambda: pulpo.Readings(rollout=reading)
    page.sink.process.refresh()
    assert page.value("pulpo_canary_state", state="progressing") == 1
    assert page.value("pulpo_canary_state", state="aborted") == 0
    assert page.value("pulpo_canary_log_evidence", guardrail="latency", kind="rollback") == 1.5
    page.sink.process.readings = pulpo.Readings
    page.sink.process.refresh()
    assert page.value("pulpo_canary_state", state="progressing") == 0
    assert page.value("pulpo_canary_log_evidence", guardrail="latency", kind="rollback") == 0


def test_what_is_known_at_start_is_there_from_the_start() -> None:
    page = Page()
    page.tell(loaded(variants=("stable", "canary"), guardrails=("latency",)))
    assert page.value("pulpo_canary_rollbacks_total", guardrail="latency") == 0
    assert page.value("pulpo_canary_units_total", variant="canary") == 0
    assert page.value("pulpo_canary_bad_units_total", guardrail="latency", variant="stable") == 0
    assert page.value("pulpo_canary_log_evidence", guardrail="latency", kind="clean") == 0
