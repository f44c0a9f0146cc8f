"""What a canary decision costs, beside OpenFeature's in-memory provider with a rule that draws the same users; and what
taking a block of turns into the evidence costs, beside scipy, which the evidence agrees with."""

from __future__ import annotations

import statistics
import time
import timeit
from collections.abc import Callable
from itertools import cycle

from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider
from scipy.stats import nchypergeom_fisher

from pulpo.canary.evidence import ODDS, Block, Evidence
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


def test_a_block_of_a_hundred_turns() -> None:
    block, found = Block(90, 9, 10, 2), Evidence()
    ours = best(lambda: found.add(block))
    theirs = best(lambda: nchypergeom_fisher.logpmf(2, 100, 10, 11, ODDS))
    print(f"\na block of 100 turns, 11 of them bad: {ours:.1f} µs (goal <= 50); scipy {theirs:.0f} µs")
    assert ours < theirs


def best(work: Callable[[], object]) -> float:
    """Microseconds of ``work`` at its best."""
    return min(timeit.repeat(work, number=20, repeat=20)) / 20 * 1e6
