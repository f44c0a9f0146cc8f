"""What calls of models cost, by a price table that the operator keeps."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pulpo.contracts.planners import ModelCall


class Price(Struct, frozen=True, kw_only=True):
    """US dollars for a million tokens: read, read from the provider's cache, and written."""

    input: float
    cached: float
    output: float


def cost_of(call: ModelCall, prices: Mapping[str, Price]) -> float | None:
    """Return what ``call`` cost in US dollars, or None when its model has no price: unknown is not free."""
    price = prices.get(call.model)
    if price is None:
        return None
    cached = min(call.cached_tokens, call.input_tokens)
    fresh = call.input_tokens - cached
    return (fresh * price.input + cached * price.cached + call.output_tokens * price.output) / 1_000_000
