"""What a circuit breaker adds to a call: look it up, admit, settle. Goal: at most 25 µs."""

from __future__ import annotations

import time

from pulpo.resilience.breaker import BreakerSettings
from pulpo.resilience.breakers import Breakers

ROUNDS, CALLS = 7, 50_000
TOOLS = {f"tool{number}": number for number in range(100)}


def a_call(breakers: Breakers) -> None:
    breakers.available("demo", TOOLS)
    breaker = breakers.of("demo", "tool7")
    permit = breaker.admit()
    assert permit is not None
    breaker.settle(permit, "success")


def test_a_breaker_beside_a_call() -> None:
    breakers = Breakers(BreakerSettings(), clock=time.monotonic, emit=lambda _event: None)
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(CALLS):
            a_call(breakers)
        found.append((time.process_time() - start) / CALLS * 1e6)
    print(f"\na breaker adds {sorted(found)[ROUNDS // 2]:.1f} µs to a call (goal <= 25)")
