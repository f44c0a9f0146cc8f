"""What the choice of a variant does to the metrics."""

from __future__ import annotations

import pulpo
from pulpo_prometheus.families import OTHER
from support.metrics import Page


def test_reasons_are_capped() -> None:
    page = Page(max_names=1)
    for reason in ("a", "b", "c"):
        page.tell(pulpo.VariantAssigned("t", "c", "w", "stable", reason, 0))
    decisions = "pulpo_canary_decisions_total"
    assert page.value(decisions, variant="stable", reason="a") == 1
    assert page.value(decisions, variant="stable", reason=OTHER) == 2
    assert page.value(decisions, variant="canary", reason="pinned") == 0
