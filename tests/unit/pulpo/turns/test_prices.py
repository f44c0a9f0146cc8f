"""What a call of a model costs."""

from __future__ import annotations

from typing import Any

import pytest

from pulpo.contracts.planners import ModelCall
from pulpo.turns.prices import Price, cost_of

PRICES = {"m": Price(input=2.0, cached=0.5, output=10.0)}


def used(model: str = "m", **tokens: Any) -> ModelCall:
    return ModelCall(model=model, started=0.0, duration=0.1, **tokens)


@pytest.mark.parametrize(
    ("tokens", "dollars"),
    [
        ({"input_tokens": 1_000_000}, 2.0),
        ({"output_tokens": 1_000_000}, 10.0),
        ({"input_tokens": 1_000_000, "cached_tokens": 1_000_000}, 0.5),
        ({"input_tokens": 1_000_000, "cached_tokens": 400_000, "output_tokens": 100_000}, 1.2 + 0.2 + 1.0),
        ({"input_tokens": 10, "cached_tokens": 1_000_000}, 0.000005),
        ({}, 0.0),
    ],
)
def test_tokens_are_paid_for_by_the_million(tokens: dict[str, int], dollars: float) -> None:
    assert cost_of(used(**tokens), PRICES) == pytest.approx(dollars)


def test_a_model_without_a_price_is_not_free() -> None:
    assert cost_of(used("other", input_tokens=1), PRICES) is None
