"""What the choice of a variant does to the metrics."""

from __future__ import annotations

import pulpo
from pulpo_prometheus import catalogue
from pulpo_prometheus.families import Families, Handlers
from pulpo_prometheus.turns import STABLE, VARIANTS


class RoutingCounts:
    """Counts decisions."""

    def __init__(self, families: Families) -> None:
        self._decisions = families.numbers(catalogue.DECISIONS)
        # A capped look-up that gives the name itself: a reason comes from strategies, which anybody may write.
        self._reasons = families.capped(catalogue.DECISIONS, str)
        for variant in VARIANTS:
            self._decisions.child(variant, "pinned")
        self._decisions.child(STABLE, "disabled")

    @property
    def handlers(self) -> Handlers:
        """What is counted, by kind of event."""
        return {pulpo.VariantAssigned: self._assigned}

    def expect(self, _loaded: pulpo.PluginsLoaded) -> None:
        """Reasons are not known at start."""

    def _assigned(self, event: pulpo.VariantAssigned) -> None:
        self._decisions.child(event.variant, self._reasons[event.reason]).value += 1
