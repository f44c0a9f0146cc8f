"""What a canary must not do worse than stable: the guardrails, their shares of α, and which turns break them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pulpo.store.outcomes import LAPSED, Outcome

_BAD = frozenset({"rescued", "error", "limit", LAPSED})


class Guardrail(Struct, frozen=True):
    """One guardrail. Its ``bit`` marks it in masks, ``alpha`` is the chance of a false rollback it may take, and a
    canary of whose units less than ``limit`` go bad passes whatever stable does. An ``absolute`` one is not compared
    with stable at all. ``by`` is the unit: a user's first bad event, or a conversation's goal."""

    name: str
    bit: int
    alpha: float
    limit: float
    by: str = "unit"
    absolute: bool = False


ERROR = Guardrail("error_or_rescue", 1, 0.03, 0.01)
LATENCY = Guardrail("latency", 2, 0.004, 0.05)
TOOL = Guardrail("tool_error", 4, 0.004, 0.05)
REFUSAL = Guardrail("refusal_or_limit", 8, 0.004, 0.05)
GOAL = Guardrail("goal_failure", 16, 0.004, 0.2, by="goal")
TOKENS = Guardrail("tokens", 32, 0.004, 0.05, absolute=True)

GUARDRAILS = (ERROR, LATENCY, TOOL, REFUSAL, GOAL, TOKENS)
"""The shares of α add up to 0.05."""

BY_NAME = {guardrail.name: guardrail for guardrail in GUARDRAILS}
BY_UNIT = tuple(guardrail for guardrail in GUARDRAILS if guardrail.by == "unit")


class Bounds(Struct, frozen=True):
    """What is slow (seconds a turn), what is wordy (tokens a turn), and limits that differ from the guardrails' own."""

    latency: float = 1.0
    tokens: int = 20_000
    limits: Mapping[str, float] = {}

    def limit(self, guardrail: Guardrail) -> float:
        return self.limits.get(guardrail.name, guardrail.limit)


def broken(outcome: Outcome, bounds: Bounds) -> int:
    """Return the bits of the guardrails that a turn breaks, whichever variant it was assigned to.

    A loop limit is an error of either arm: stable's turn ends with it, the canary's is rescued from it.
    """
    return (
        ERROR.bit * (outcome.outcome in _BAD)
        | LATENCY.bit * (outcome.seconds > bounds.latency)
        | TOOL.bit * (outcome.tool_errors > 0)
        | REFUSAL.bit * (outcome.limited or outcome.outcome == "refused")
        | TOKENS.bit * (outcome.tokens > bounds.tokens)
    )
