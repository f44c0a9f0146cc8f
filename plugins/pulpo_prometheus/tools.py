"""What tool calls, their circuit breakers and rate limits do to the metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import pulpo
from pulpo_prometheus import catalogue
from pulpo_prometheus.children import Number, Spread
from pulpo_prometheus.families import OTHER, Families, Handlers

OUTCOMES: Final = ("ok", "error", "timeout", "denied", "open", "limited", "invalid")
SCOPES: Final = ("key", "workspace", "user", "tool")
VARIANT: Final = "variant:"
"""Begins the names of breakers that belong to a variant's planner and to no tool."""
STATES: Final = ("closed", "open", "half_open")


_Breaker: TypeAlias = Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class _Tool:
    """All children of one tool."""

    calls: Mapping[str, Number]
    seconds: Spread
    argument_errors: Number
    breaker: _Breaker


class ToolCounts:
    """Counts by tool."""

    def __init__(self, families: Families) -> None:
        calls = families.numbers(catalogue.TOOL_CALLS)
        seconds = families.spreads(catalogue.TOOL_DURATION)
        argument_errors = families.numbers(catalogue.ARGUMENT_ERRORS)
        changes = families.numbers(catalogue.BREAKER_CHANGES)

        def of_breaker(name: str) -> _Breaker:
            return {state: changes.child(name, state) for state in STATES}

        def of_tool(tool: str) -> _Tool:
            return _Tool(
                calls={outcome: calls.child(tool, outcome) for outcome in OUTCOMES},
                seconds=seconds.child(tool),
                argument_errors=argument_errors.child(tool),
                breaker=of_breaker(tool),
            )

        self._tools = families.capped(catalogue.TOOL_CALLS, of_tool)
        self._variants = families.capped(catalogue.BREAKER_CHANGES, of_breaker)
        self._limited = families.numbers(catalogue.RATE_LIMIT_HITS)
        for scope in SCOPES:
            self._limited.child(scope)
        self._alone = families.numbers(catalogue.RATE_LIMITS_ALONE).child()

    @property
    def handlers(self) -> Handlers:
        """What is counted, by kind of event."""
        return {
            pulpo.ToolCalled: self._called,
            pulpo.BreakerChanged: self._changed,
            pulpo.RateLimited: self._rate_limited,
            pulpo.RateLimitsShared: self._rate_limits_shared,
        }

    def expect(self, loaded: pulpo.PluginsLoaded) -> None:
        """Make the children of what is known at start."""
        self._tools.expect(loaded.names.get("tools", ()))
        variants = loaded.names.get("variants", ())
        self._variants.expect([f"{VARIANT}{name}" for name in variants if name != "stable"])

    def unusable(self, tool: str) -> None:
        """Count a call that never came to be: its arguments were none, or the tool was made up."""
        self._tools[tool if tool in self._tools else OTHER].argument_errors.value += 1

    def _called(self, event: pulpo.ToolCalled) -> None:
        # A planner may make names up, of anything it was told: they are no labels.
        made_up = event.outcome == "invalid" and event.tool not in self._tools
        tool = self._tools[OTHER if made_up else event.tool]
        tool.calls[event.outcome].value += 1
        tool.seconds.observe(event.duration)
        if event.outcome == "invalid":
            tool.argument_errors.value += 1

    def _rate_limited(self, event: pulpo.RateLimited) -> None:
        self._limited[event.scope,].value += 1

    def _rate_limits_shared(self, event: pulpo.RateLimitsShared) -> None:
        self._alone.value = 0 if event.shared else 1

    def _changed(self, event: pulpo.BreakerChanged) -> None:
        name = event.tool
        changes = self._variants[name] if name.startswith(VARIANT) else self._tools[name].breaker
        changes[event.state].value += 1
