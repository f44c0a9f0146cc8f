"""The sink: which events move which metrics is said in `turns`, `tools`, `models`, `routing` and `process`; here they
meet."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pulpo
from pulpo_prometheus.families import Families, Handlers
from pulpo_prometheus.models import ModelCounts
from pulpo_prometheus.page import registry_of
from pulpo_prometheus.process import ProcessCounts
from pulpo_prometheus.routing import RoutingCounts
from pulpo_prometheus.shared import Shared
from pulpo_prometheus.tools import ToolCounts
from pulpo_prometheus.turns import TurnCounts


class PrometheusSink:
    """Counts events into ``families``; ``registry`` is what the page shows.

    ``max_names`` caps the tools, the workspaces, … that a label tells apart; ``workspaces`` are always told apart.
    ``folder`` is where the processes of one server keep their numbers, None for one process.
    """

    name = "prometheus"

    def __init__(self, *, max_names: int = 50, workspaces: Collection[str] = (), folder: Path | None = None) -> None:
        self.families = Families(max_names=max_names, kind=Shared() if folder else None)
        routing = RoutingCounts(self.families)
        self.process = ProcessCounts(self.families, rollout=routing.show)
        turns = TurnCounts(self.families, workspaces=workspaces)
        tools = ToolCounts(self.families)
        models = ModelCounts(self.families, refused=turns.refused, unusable=tools.unusable)
        self._topics = (self.process, turns, tools, models, routing)
        self.registry = registry_of(self.families, folder)

    @property
    def handlers(self) -> Handlers:
        """What is counted, by kind of event; no two topics count the same kind."""
        found = {kind: handler for topic in self._topics for kind, handler in topic.handlers.items()}
        return {pulpo.PluginsLoaded: self._loaded, **found}

    def _loaded(self, event: pulpo.PluginsLoaded) -> None:
        for topic in self._topics:
            topic.expect(event)
