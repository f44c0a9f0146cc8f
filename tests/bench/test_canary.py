"""What a canary decision costs, beside OpenFeature's in-memory provider with a rule that draws the same users."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import cycle

from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider

from pulpo.canary.router import Router
from pulpo.contracts.canary import CanaryContext, Pin
from pulpo_canary.bucket import drawn
from pulpo_canary.config import Draw
from pulpo_canary.percentage import Percentage

USERS = [f"user-{number}" for number in range(1000)]
ROUNDS = 20_000


def median(decide: Callable[[str], object]) -> float:
    """Median microseconds of one decision, the clock's own time taken off."""
    took, empty = [], []
    users = cycle(USERS)
    for _ in range(ROUNDS):
        user = next(users)
        before = time.perf_counter_ns()
        between = time.perf_counter_ns()
        decide(user)
        took.append(time.perf_counter_ns() - between)
        empty.append(between - before)
    return (statistics.median(took) - statistics.median(empty)) / 1000


def openfeature() -> Callable[[str], object]:
    inside = drawn(0.1, "")

    def target(flag: InMemoryFlag[bool], context: EvaluationContext) -> FlagResolutionDetails[bool]:
        value = inside(context.targeting_key or "")
        return FlagResolutionDetails(value, reason=Reason.TARGETING_MATCH, variant="on" if value else "off")

    flag = InMemoryFlag("off", {"on": True, "off": False}, context_evaluator=target)
    api.set_provider(InMemoryProvider({"pulpo.canary": flag}))
    client = api.get_client()
    return lambda user: client.get_boolean_details("pulpo.canary", False, EvaluationContext(user))


def test_a_decision() -> None:
    router = Router(decide=Percentage().compile(Draw(percentage=0.1)), enabled=True, variant="canary")

    def decide(user: str) -> object:
        return router.assign(CanaryContext(workspace_id="demo", conversation_id="c", user_id=user), None)

    pin = Pin("canary", idle=10.0)

    def pinned(user: str) -> object:
        return router.assign(CanaryContext(workspace_id="demo", conversation_id="c", user_id=user), pin)

    ours, held, theirs = median(decide), median(pinned), median(openfeature())
    print(f"\na decision: {ours:.2f} µs drawn, {held:.2f} µs pinned (goal <= 5); OpenFeature in memory {theirs:.2f} µs")
    assert ours < theirs
