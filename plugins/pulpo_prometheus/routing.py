"""What the choice of a variant does to the metrics."""

from __future__ import annotations

from typing import Final

import pulpo
from pulpo_prometheus import catalogue
from pulpo_prometheus.families import Families, Handlers
from pulpo_prometheus.turns import STABLE, VARIANTS

ON_STABLE: Final = ("killed", "disabled", "aborted", "denied", "not_matched", "strategy_error")
"""Why a turn is sent to stable; where it goes for the other reasons, its conversation or the canary says."""


class RoutingCounts:
    """Counts decisions, and shows what the canary is set to."""

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

    @property
    def handlers(self) -> Handlers:
        """What is counted, by kind of event."""
        return {pulpo.VariantAssigned: self._assigned, pulpo.CanaryConfigured: self._configured}

    def expect(self, _loaded: pulpo.PluginsLoaded) -> None:
        """Reasons are not known at start."""

    def _configured(self, event: pulpo.CanaryConfigured) -> None:
        self._traffic.value = event.share * 100
        self._revision.value = event.revision
        self._valid.value = not (event.problem or event.missing)

    def _assigned(self, event: pulpo.VariantAssigned) -> None:
        self._decisions.child(event.variant, self._reasons[event.reason]).value += 1
