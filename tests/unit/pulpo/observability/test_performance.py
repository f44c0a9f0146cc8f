"""What is said of a tool."""

from __future__ import annotations

import pytest

from pulpo.observability.performance import BreakerState, percentile, performance
from pulpo.observability.recent import Tally


def test_a_tool_that_was_never_called_claims_nothing() -> None:
    (tool,) = performance(["book"], {}, retries={}, asked={}, missed={}, breakers={})
    assert (tool.calls, tool.error_ratio, tool.p95_seconds, tool.cache_hit_ratio) == (0, None, None, None)


def test_calls_errors_retries_and_hits() -> None:
    tally = Tally()
    tally.outcomes.update({"ok": 6, "error": 1, "timeout": 1, "denied": 2})
    tally.seconds.extend(number / 100 for number in range(100, 0, -1))
    open_ = BreakerState("demo", "open", 3.0)
    (tool,) = performance(
        [], {"book": tally}, retries={"book": 3}, asked={"book": 4}, missed={"book": 1}, breakers={"book": [open_]}
    )
    assert (tool.calls, tool.errors, tool.error_ratio) == (10, 2, 0.2)
    assert (tool.p50_seconds, tool.p95_seconds, tool.p99_seconds, tool.sampled) == (0.5, 0.95, 0.99, 100)
    assert (tool.retries, tool.cache_hit_ratio, tool.breakers) == (3, 0.75, (open_,))


@pytest.mark.parametrize(("values", "expected"), [([], None), ([7.0], 7.0), ([1.0, 2.0], 2.0)])
def test_a_percentile_is_a_value_that_occurred(values: list[float], expected: float | None) -> None:
    assert percentile(0.95, values) == expected
