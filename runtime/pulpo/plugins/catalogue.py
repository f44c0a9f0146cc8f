"""Everything the active plugins contribute, flattened: what the runtime works with, no hook call from here on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from pulpo.contracts.canary import CanaryStrategy
from pulpo.contracts.commands import Command
from pulpo.contracts.console import ConsoleSection
from pulpo.contracts.events import MetricSink
from pulpo.contracts.planners import PlannerFactory
from pulpo.contracts.policies import Policy
from pulpo.contracts.routes import Route
from pulpo.contracts.tools import Tool, ToolSource
from pulpo.conversation import Workspace
from pulpo.plugins.guard import Contribution, Loaded
from pulpo.plugins.hooks import Lifespan
from pulpo.plugins.kinds import KINDS, Kind
from pulpo.plugins.records import PluginRecord

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The plugins and what they offer; everything is in order of the plugins' names.

    ``records`` lists every plugin found, also those that are not active. ``migrations``, ``lifespans`` and
    ``settings`` are by plugin, as are ``modules`` (where its code is), the other mappings by their own names.
    """

    records: tuple[PluginRecord, ...] = ()
    tools: Mapping[str, Tool] = field(default_factory=dict)
    sources: tuple[ToolSource, ...] = ()
    policies: tuple[Policy, ...] = ()
    strategies: Mapping[str, CanaryStrategy] = field(default_factory=dict)
    planners: Mapping[str, PlannerFactory] = field(default_factory=dict)
    sinks: tuple[MetricSink, ...] = ()
    routes: tuple[Route, ...] = ()
    commands: Mapping[str, Command] = field(default_factory=dict)
    sections: tuple[ConsoleSection, ...] = ()
    workspaces: Mapping[str, Workspace] = field(default_factory=dict)
    migrations: Mapping[str, Path] = field(default_factory=dict)
    lifespans: tuple[tuple[str, Lifespan], ...] = ()
    settings: Mapping[str, BaseModel] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)

    def owner(self, kind: str, name: str) -> str:
        """Return the plugin that offers ``name``, for instance ``owner("tool", "say_hello")``.

        ``kind`` is a kind's name (``tool``, ``policy``, ``metric sink``) or its field here (``tools``). A tool
        that a source offers now belongs to the source's plugin. Raises `LookupError` when nobody offers it.
        """
        fields = {each.name: each.field for each in KINDS}
        wanted = fields.get(kind, kind)
        for record in self.records:
            if name in record.contributes.get(wanted, ()):
                return record.name
        for source in self.sources if wanted == "tools" else ():
            if any(tool.name == name for tool in source.tools):
                return self.owner("sources", source.name)
        raise LookupError(f"no active plugin offers a {kind} {name!r}; `pulpo plugins` lists what there is")

    def without(self, plugin: str, *, reason: str) -> Catalogue:
        """Return the catalogue with ``plugin`` quarantined after all: it keeps its record and offers nothing."""
        gone = next(record for record in self.records if record.name == plugin)
        kept = {kind.field: _kept(getattr(self, kind.field), kind, gone) for kind in KINDS}
        records = tuple(
            structs.replace(record, state="quarantined", reason=reason, contributes={}) if record is gone else record
            for record in self.records
        )
        lifespans = tuple(each for each in self.lifespans if each[0] != plugin)
        return replace(self, records=records, lifespans=lifespans, **kept)


def _kept(offered: Any, kind: Kind, gone: PluginRecord) -> Any:
    names = gone.contributes.get(kind.field, ())
    if isinstance(offered, Mapping):
        return {name: value for name, value in offered.items() if name not in names}
    return tuple(value for value in offered if kind.key(value) not in names)


def assembled(plugins: Sequence[tuple[Loaded, PluginRecord]]) -> Catalogue:
    """Flatten the usable plugins, already free of conflicts, into a catalogue; the others keep their record."""
    active = [(it.candidate.name, it.contribution) for it, _ in plugins if it.contribution is not None]
    merged = _merged(contribution for _, contribution in active)
    return Catalogue(
        records=tuple(record for _, record in plugins),
        tools=merged["tools"],
        sources=tuple(merged["sources"].values()),
        policies=tuple(merged["policies"].values()),
        strategies=merged["strategies"],
        planners=merged["planners"],
        sinks=tuple(merged["sinks"].values()),
        routes=tuple(merged["routes"].values()),
        commands=merged["commands"],
        sections=tuple(merged["sections"].values()),
        workspaces=merged["workspaces"],
        migrations={name: it.migrations for name, it in active if it.migrations is not None},
        lifespans=tuple((name, lifespan) for name, it in active for lifespan in it.lifespans),
        settings={name: it.settings for name, it in active if it.settings is not None},
        modules={it.candidate.name: it.module for it, _ in plugins if it.contribution is not None},
    )


def _merged(contributions: Iterable[Contribution]) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {kind.field: {} for kind in KINDS}
    for contribution in contributions:
        for kind_field, values in contribution.values.items():
            merged[kind_field].update(values)
    return merged
