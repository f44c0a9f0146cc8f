"""What calls of models do to the metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pulpo
from pulpo_prometheus import catalogue
from pulpo_prometheus.children import Number
from pulpo_prometheus.families import OTHER, Families, Handlers

FINISHES: Final = ("stop", "tool_calls", "length", "content_filter", "refusal", "error")
REFUSING: Final = ("refusal", "content_filter")


@dataclass(frozen=True, slots=True)
class _Model:
    """The calls of one model, and its tokens."""

    calls: Mapping[str, Number]
    input: Number
    cached: Number
    output: Number


class ModelCounts:
    """Counts by model. ``refused`` is told the variant and the kind of a refusal, ``unusable`` the tool of a call that
    no tool can run."""

    def __init__(
        self, families: Families, *, refused: Callable[[str, str], None], unusable: Callable[[str], None]
    ) -> None:
        calls = families.numbers(catalogue.MODEL_CALLS)
        tokens = families.numbers(catalogue.TOKENS)
        self._cost = families.numbers(catalogue.COST)

        def of_model(model: str) -> _Model:
            return _Model(
                {finish: calls.child(model, finish) for finish in FINISHES},
                *(tokens.child(model, kind) for kind in ("input", "cached", "output")),
            )

        self._models = families.capped(catalogue.TOKENS, of_model)
        self._refused = refused
        self._unusable = unusable

    @property
    def handlers(self) -> Handlers:
        """What is counted, by kind of event."""
        return {pulpo.ModelCalled: self._called}

    def expect(self, loaded: pulpo.PluginsLoaded) -> None:
        """Make the children of what is known at start."""
        self._models.expect(loaded.names.get("models", ()))
        for model in self._models:
            self._cost.child(model)

    def _called(self, event: pulpo.ModelCalled) -> None:
        call = event.call
        model = self._models[call.model]
        model.calls[call.finish].value += 1
        cached = min(call.cached_tokens, call.input_tokens)
        model.input.value += call.input_tokens - cached
        model.cached.value += cached
        model.output.value += call.output_tokens
        # Not at 0 without a price: unknown is not free.
        if event.cost is not None:
            self._cost[call.model if call.model in self._models else OTHER,].value += event.cost
        if call.finish in REFUSING:
            self._refused(event.variant, "model")
        for tool in call.unusable:
            self._unusable(tool)
