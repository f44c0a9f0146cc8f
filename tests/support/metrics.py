"""A metric sink, events to tell it, and what its page would show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulpo
from pulpo_prometheus.sink import PrometheusSink


class Page:
    """A sink and what its page would show."""

    def __init__(self, **settings: Any) -> None:
        self.sink = PrometheusSink(**settings)
        self.registry = self.sink.registry

    def tell(self, event: pulpo.Event) -> None:
        self.sink.handlers[type(event)](event)

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


def finished(**changes: object) -> pulpo.TurnFinished:
    fields: Mapping[str, object] = {
        "turn_id": "t",
        "conversation_id": "c",
        "workspace_id": "demo",
        "variant": "stable",
        "served_by": "stable",
        "outcome": "ok",
        "steps": 2,
        "tool_calls": 1,
        "duration": 0.2,
    }
    return pulpo.TurnFinished(**{**fields, **changes})  # type: ignore[arg-type]


def called(tool: str = "book", outcome: str = "ok") -> pulpo.ToolCalled:
    return pulpo.ToolCalled("t", "demo", tool, outcome, 0.02)  # type: ignore[arg-type]


def modelled(cost: float | None = None, **changes: Any) -> pulpo.ModelCalled:
    fields = {"model": "m", "started": 0.0, "duration": 0.3, "input_tokens": 100, "output_tokens": 10}
    return pulpo.ModelCalled("t", "demo", "llm", "canary", 0, pulpo.ModelCall(**{**fields, **changes}), cost)


def loaded(**names: tuple[str, ...]) -> pulpo.PluginsLoaded:
    return pulpo.PluginsLoaded({"active": 5, "quarantined": 1, "blocked": 0}, names)
