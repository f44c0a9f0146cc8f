"""What the choice of a variant and the rollout do to the metrics."""

from __future__ import annotations

from typing import Final

import pulpo
from pulpo_prometheus import catalogue
from pulpo_prometheus.families import Families, Handlers
from pulpo_prometheus.turns import STABLE, VARIANTS

ON_STABLE: Final = ("killed", "disabled", "aborted", "denied", "not_matched", "strategy_error", "shadow")
"""Why a turn is sent to stable; where it goes for the other reasons, its conversation or the canary says."""


ROLLOUT_STATES: Final = ("progressing", "paused", "inconclusive", "aborted", "promoted")

SHADOW_RESULTS: Final = ("same", "wording", "answer", "arguments", "tools", "error")

COMPARED: Final = ("stable", "shadow")

EVIDENCE_KINDS: Final = ("rollback", "non_inferior", "clean")


class RoutingCounts:
    """Counts decisions and units, and shows what the canary is set to and the rollout as it was told last."""

    def __init__(self, families: Families) -> None:
        self._decisions = families.numbers(catalogue.DECISIONS)
        # A capped look-up that gives the name itself: a reason comes from strategies, which anybody may write.
        self._reasons = families.capped(catalogue.DECISIONS, str)
        for variant in VARIANTS:
            self._decisions.child(variant, "pinned")
        for reason in ON_STABLE:
            self._decisions.child(STABLE, reason)
        self._traffic = families.numbers(catalogue.TRAFFIC).child()
        self._revision = families.numbers(catalogue.REVISION).child()
        self._valid = families.numbers(catalogue.CONFIG_VALID).child()
        self._state = families.numbers(catalogue.CANARY_STATE)
        self._evidence = families.numbers(catalogue.EVIDENCE)
        self._rollbacks = families.numbers(catalogue.ROLLBACKS)
        self._units = families.numbers(catalogue.UNITS)
        self._bad_units = families.numbers(catalogue.BAD_UNITS)
        self._comparisons = families.numbers(catalogue.SHADOW)
        self._dropped = families.numbers(catalogue.SHADOW_DROPPED).child()
        planning, tokens = families.spreads(catalogue.SHADOW_PLANNING), families.numbers(catalogue.SHADOW_TOKENS)
        self._planning = [planning.child(by) for by in COMPARED]
        self._tokens = [tokens.child(by) for by in COMPARED]
        for state in ROLLOUT_STATES:
            self._state.child(state)
        for result in SHADOW_RESULTS:
            self._comparisons.child(result)

    @property
    def handlers(self) -> Handlers:
        """What is counted, by kind of event."""
        return {
            pulpo.VariantAssigned: self._assigned,
            pulpo.CanaryConfigured: self._configured,
            pulpo.RolloutCounted: self._counted,
            pulpo.CanaryRolledBack: self._rolled_back,
            pulpo.ShadowCompared: self._compared,
            pulpo.ShadowDropped: self._not_compared,
        }

    def expect(self, loaded: pulpo.PluginsLoaded) -> None:
        """Make the children of variants and guardrails; reasons are not known at start."""
        variants = loaded.names.get("variants", ())
        for variant in variants:
            self._units.child(variant)
        for guardrail in loaded.names.get("guardrails", ()):
            self._rollbacks.child(guardrail)
            for kind in EVIDENCE_KINDS:
                self._evidence.child(guardrail, kind)
            for variant in variants:
                self._bad_units.child(guardrail, variant)

    def show(self, rollout: pulpo.RolloutReading | None) -> None:
        """Show the rollout as it is now; without one everything is 0."""
        for state in ROLLOUT_STATES:
            self._state.child(state).value = rollout is not None and state == rollout.state
        for _, child in self._evidence.children():
            child.value = 0.0
        if rollout is not None:
            for guardrail, kinds in rollout.log_evidence.items():
                for kind, value in kinds.items():
                    self._evidence.child(guardrail, kind).value = value

    def _counted(self, event: pulpo.RolloutCounted) -> None:
        for place, variant in enumerate((STABLE, event.variant)):
            self._units.child(variant).value += event.enrolled[place]
            for guardrail, bad in event.bad.items():
                self._bad_units.child(guardrail, variant).value += bad[place]

    def _rolled_back(self, event: pulpo.CanaryRolledBack) -> None:
        self._rollbacks.child(event.guardrail).value += 1

    def _compared(self, event: pulpo.ShadowCompared) -> None:
        self._comparisons[event.result,].value += 1
        for place in (0, 1):
            self._planning[place].observe(event.seconds[place])
            self._tokens[place].value += event.tokens[place]

    def _not_compared(self, _event: pulpo.ShadowDropped) -> None:
        self._dropped.value += 1

    def _configured(self, event: pulpo.CanaryConfigured) -> None:
        self._traffic.value = event.share * 100
        self._revision.value = event.revision
        self._valid.value = not (event.problem or event.missing)

    def _assigned(self, event: pulpo.VariantAssigned) -> None:
        self._decisions[event.variant, self._reasons[event.reason]].value += 1
