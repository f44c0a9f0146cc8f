"""Which event moves which metric."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import pulpo
from pulpo_prometheus import catalogue
from pulpo_prometheus.children import Capped, Families, Number, Spread

T = TypeVar("T")

TURN_OUTCOMES: Final = ("ok", "rescued", "error", "refused", "limit")
CALL_OUTCOMES: Final = ("ok", "error", "timeout", "denied", "open", "limited", "invalid")
STATES: Final = ("active", "quarantined", "blocked")
STABLE: Final = "stable"
VARIANTS: Final = (STABLE, "canary")


@dataclass(frozen=True, slots=True)
class _Tool:
    """All children of one tool."""

    calls: Mapping[str, Number]
    seconds: Spread
    argument_errors: Number


class PrometheusSink:
    """Counts events into ``families``. ``max_names`` caps the tools, the workspaces, … that a label tells apart."""

    name = "prometheus"

    def __init__(self, *, max_names: int = 50) -> None:
        self.families = families = Families()
        self._max_names = max_names
        self._overflow = families.numbers(catalogue.OVERFLOW)
        self._variants: set[str] = set()
        self._requests = families.numbers(catalogue.REQUESTS)
        self._durations = families.spreads(catalogue.DURATION)
        self._steps = families.spreads(catalogue.STEPS).child()
        self._loop_limit = families.numbers(catalogue.LOOP_LIMIT).child()
        self._workspaces = self._capped(catalogue.WORKSPACE_TURNS, self._workspace_children())
        self._planners = self._capped(catalogue.PLANNER_DURATION, families.spreads(catalogue.PLANNER_DURATION).child)
        self._policies = self._capped(catalogue.POLICY_DURATION, families.spreads(catalogue.POLICY_DURATION).child)
        self._tools = self._capped(catalogue.TOOL_CALLS, self._tool_children())
        self._decisions = families.numbers(catalogue.DECISIONS)
        self._reasons = self._capped(catalogue.DECISIONS, str)
        self._plugins = families.numbers(catalogue.PLUGINS)
        self._sink_errors = self._capped(catalogue.SINK_ERRORS, families.numbers(catalogue.SINK_ERRORS).child)
        self.lag = families.spreads(catalogue.LOOP_LAG).child()
        families.numbers(catalogue.BUILD_INFO).child(pulpo.__version__, platform.python_version()).value = 1
        self._start()

    @property
    def handlers(self) -> Mapping[type[pulpo.Event], Callable[[Any], None]]:
        """What is counted, by kind of event."""
        return {
            pulpo.TurnFinished: self._finished,
            pulpo.VariantAssigned: self._assigned,
            pulpo.PlannerStepped: self._stepped,
            pulpo.PolicyChecked: self._checked,
            pulpo.ToolCalled: self._called,
            pulpo.PluginsLoaded: self._loaded,
            pulpo.SinkFailed: self._sink_failed,
        }

    def _start(self) -> None:
        """Make the children that are known already, so that the first error is an increase and not a birth."""
        for state in STATES:
            self._plugins.child(state)
        for variant in VARIANTS:
            self._start_variant(variant)
            self._decisions.child(variant, "pinned")
        self._decisions.child(STABLE, "disabled")

    def _start_variant(self, variant: str) -> None:
        self._variants.add(variant)
        self._durations.child(variant)
        for served_by in {variant, STABLE}:
            for outcome in TURN_OUTCOMES:
                self._requests.child(variant, served_by, outcome)

    def _capped(self, metric: catalogue.Metric, make: Callable[[str], T]) -> Capped[T]:
        return Capped(make, limit=self._max_names, overflow=self._overflow.child(metric.name))

    def _workspace_children(self) -> Callable[[str], Mapping[str, Number]]:
        turns = self.families.numbers(catalogue.WORKSPACE_TURNS)
        return lambda workspace: {outcome: turns.child(workspace, outcome) for outcome in TURN_OUTCOMES}

    def _tool_children(self) -> Callable[[str], _Tool]:
        calls = self.families.numbers(catalogue.TOOL_CALLS)
        seconds = self.families.spreads(catalogue.TOOL_DURATION)
        argument_errors = self.families.numbers(catalogue.ARGUMENT_ERRORS)

        def make(tool: str) -> _Tool:
            outcomes = {outcome: calls.child(tool, outcome) for outcome in CALL_OUTCOMES}
            return _Tool(outcomes, seconds.child(tool), argument_errors.child(tool))

        return make

    def _finished(self, event: pulpo.TurnFinished) -> None:
        if event.variant not in self._variants:
            self._start_variant(event.variant)
        self._requests.child(event.variant, event.served_by, event.outcome).value += 1
        self._durations.child(event.variant).observe(event.duration)
        self._workspaces[event.workspace_id][event.outcome].value += 1
        self._steps.observe(event.steps)
        if event.outcome == "limit":
            self._loop_limit.value += 1

    def _assigned(self, event: pulpo.VariantAssigned) -> None:
        self._decisions.child(event.variant, self._reasons[event.reason]).value += 1

    def _stepped(self, event: pulpo.PlannerStepped) -> None:
        self._planners[event.planner].observe(event.duration)

    def _checked(self, event: pulpo.PolicyChecked) -> None:
        self._policies[event.policy].observe(event.duration)

    def _called(self, event: pulpo.ToolCalled) -> None:
        tool = self._tools[event.tool]
        tool.calls[event.outcome].value += 1
        tool.seconds.observe(event.duration)
        if event.outcome == "invalid":
            tool.argument_errors.value += 1

    def _loaded(self, event: pulpo.PluginsLoaded) -> None:
        for state, count in event.states.items():
            self._plugins.child(state).value = count

    def _sink_failed(self, event: pulpo.SinkFailed) -> None:
        self._sink_errors[event.sink].value += 1
