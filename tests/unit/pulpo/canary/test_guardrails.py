from __future__ import annotations

import pytest

from pulpo.canary.guardrails import ERROR, GUARDRAILS, LATENCY, REFUSAL, TOKENS, TOOL, Bounds, broken
from pulpo.store.outcomes import Outcome


def ended(outcome: str = "ok", *, seconds: float = 0.1, tools: int = 0, limited: int = 0, tokens: int = 0) -> Outcome:
    return Outcome(1.0, "demo", "c", "canary", "", outcome, seconds, "r", 0, "u", tools, limited, tokens, "", "")


@pytest.mark.parametrize(
    ("outcome", "bits"),
    [
        (ended(), 0),
        (ended("rescued"), ERROR.bit),
        (ended("rescued", limited=1), ERROR.bit | REFUSAL.bit),
        (ended("limit", limited=1), ERROR.bit | REFUSAL.bit),
        (ended("lapsed", seconds=7.0), ERROR.bit | LATENCY.bit),
        (ended("refused"), REFUSAL.bit),
        (ended(tools=1), TOOL.bit),
        (ended(tokens=20_001), TOKENS.bit),
    ],
)
def test_what_a_turn_breaks(outcome: Outcome, bits: int) -> None:
    assert broken(outcome, Bounds()) == bits


def test_the_arms_are_judged_alike() -> None:
    """Whoever runs into the loop limit, the canary (rescued from it) or stable (which ends with it)."""
    assert broken(ended("limit", limited=1), Bounds()) == broken(ended("rescued", limited=1), Bounds())


def test_all_alphas_together_are_five_percent_and_bits_are_apart() -> None:
    assert sum(guardrail.alpha for guardrail in GUARDRAILS) == pytest.approx(0.05)
    assert sum(guardrail.bit for guardrail in GUARDRAILS) == 2 ** len(GUARDRAILS) - 1


def test_limits_can_be_told() -> None:
    bounds = Bounds(latency=5.0, limits={"error_or_rescue": 0.2})
    assert broken(ended(seconds=4.0), bounds) == 0
    assert (bounds.limit(ERROR), bounds.limit(LATENCY)) == (0.2, 0.05)
