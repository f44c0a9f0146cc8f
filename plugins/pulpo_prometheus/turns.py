"""What turns do to the metrics: their outcomes, durations, steps, checks and refusals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import pulpo
from pulpo_prometheus import catalogue
from pulpo_prometheus.children import Number
from pulpo_prometheus.families import Families, Handlers

OUTCOMES: Final = ("ok", "rescued", "error", "refused", "limit")
REFUSED: Final = ("message", "call", "answer", "model")
RESULTS: Final = ("reached", "failed", "missed")
STABLE: Final = "stable"
VARIANTS: Final = (STABLE, "canary")


class TurnCounts:
    """``workspaces`` always have a label of their own."""

    def __init__(self, families: Families, *, workspaces: Collection[str] = ()) -> None:
        self._variants: set[str] = set()
        self._requests = families.numbers(catalogue.REQUESTS)
        self._durations = families.spreads(catalogue.DURATION)
        self._steps = families.spreads(catalogue.STEPS).child()
        self._loop_limit = families.numbers(catalogue.LOOP_LIMIT).child()
        self._refusals = families.numbers(catalogue.REFUSALS)
        self._planners = families.capped(catalogue.PLANNER_DURATION, families.spreads(catalogue.PLANNER_DURATION).child)
        self._policies = families.capped(catalogue.POLICY_DURATION, families.spreads(catalogue.POLICY_DURATION).child)
        self._confidence = families.spreads(catalogue.PLANNER_CONFIDENCE)
        self._conversations = families.numbers(catalogue.CONVERSATIONS)
        self._quality = families.spreads(catalogue.QUALITY)
        # A capped look-up that gives the name itself, as for the reasons of the canary.
        self._scorers = families.capped(catalogue.QUALITY, str)
        turns = families.numbers(catalogue.WORKSPACE_TURNS)

        def of_workspace(workspace: str) -> Mapping[str, Number]:
            return {outcome: turns.child(workspace, outcome) for outcome in OUTCOMES}

        self._workspaces = families.capped(catalogue.WORKSPACE_TURNS, of_workspace, always=workspaces)
        for variant in VARIANTS:
            self._start_variant(variant)

    @property
    def handlers(self) -> Handlers:
        """What is counted, by kind of event."""
        return {
            pulpo.TurnFinished: self._finished,
            pulpo.PlannerStepped: self._stepped,
            pulpo.PolicyChecked: self._checked,
            pulpo.VariantFailed: self._failed,
            pulpo.ConversationsEnded: self._ended,
            pulpo.QualityScored: self._scored,
        }

    def expect(self, loaded: pulpo.PluginsLoaded) -> None:
        """Make the children of what is known at start."""
        for variant in loaded.names.get("variants", ()):
            self._start_variant(variant)
        self._planners.expect(loaded.names.get("planners", ()))
        self._policies.expect(loaded.names.get("policies", ()))
        self._workspaces.expect(loaded.names.get("workspaces", ()))

    def _start_variant(self, variant: str) -> None:
        self._variants.add(variant)
        self._durations.child(variant)
        self._confidence.child(variant)
        for result in RESULTS:
            self._conversations.child(variant, result)
        for served_by in {variant, STABLE}:
            for outcome in OUTCOMES:
                self._requests.child(variant, served_by, outcome)
        for kind in REFUSED:
            self._refusals.child(variant, kind)

    def _finished(self, event: pulpo.TurnFinished) -> None:
        if event.variant not in self._variants:
            self._start_variant(event.variant)
        self._requests[event.variant, event.served_by, event.outcome].value += 1
        self._durations[event.variant,].observe(event.duration, event.trace_id)
        self._workspaces[event.workspace_id][event.outcome].value += 1
        self._steps.observe(event.steps)

    def _failed(self, event: pulpo.VariantFailed) -> None:
        # Not by the turn's outcome: a canary that runs into a limit is rescued.
        if event.error == "LoopLimitError":
            self._loop_limit.value += 1

    def _stepped(self, event: pulpo.PlannerStepped) -> None:
        self._planners[event.planner].observe(event.duration)
        if event.confidence is not None:
            self._confidence[event.variant,].observe(event.confidence)

    def _ended(self, event: pulpo.ConversationsEnded) -> None:
        if event.variant not in self._variants:
            self._start_variant(event.variant)
        self._conversations[event.variant, event.result].value += event.count

    def _scored(self, event: pulpo.QualityScored) -> None:
        self._quality[event.variant, self._scorers[event.scorer]].observe(event.score, event.trace_id)

    def refused(self, variant: str, kind: str) -> None:
        """Count what was refused for another reason than a policy's verdict."""
        self._refusals[variant, kind].value += 1

    def _checked(self, event: pulpo.PolicyChecked) -> None:
        self._policies[event.policy].observe(event.duration)
        if event.verdict in ("deny", "error"):
            self._refusals[event.variant or STABLE, event.stage].value += 1
