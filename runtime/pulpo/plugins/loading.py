"""Loads all plugins: finds them, guards each, settles who owns a name, and refuses what must not start."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from pulpo.contracts.tools import tool
from pulpo.errors import PluginConflictError, PluginLoadError, RequiredPluginError
from pulpo.plugins.catalogue import Catalogue, assembled
from pulpo.plugins.discovery import Candidate, gate, installed
from pulpo.plugins.guard import Contribution, Loaded, load_one
from pulpo.plugins.hooks import new_manager
from pulpo.plugins.kinds import KINDS, TOOL
from pulpo.plugins.records import PluginRecord, PluginState


def load_plugins(
    *,
    allow: Collection[str] | None = None,
    deny: Collection[str] = (),
    required: Collection[str] = (),
    strict: bool = False,
    sections: Mapping[str, Mapping[str, Any]] | None = None,
    extra: Sequence[tuple[str, object]] = (),
    only: Collection[str] | None = None,
    slow_import: float = 1.0,
    clock: Callable[[], float] = time.perf_counter,
) -> Catalogue:
    """Load the installed plugins, in order of name, and return what they contribute.

    ``allow`` and ``deny`` match entry-point names or distributions, before any import. ``sections`` are the
    ``[plugins.<name>]`` tables. ``extra`` are plugin objects given directly, which no list keeps out; ``only``
    looks at no other entry points than these. ``slow_import`` and ``clock`` are in seconds.

    Raises `RequiredPluginError` when one of ``required`` is not active, and with ``strict`` `PluginLoadError`
    when any plugin is quarantined; both name all of them with their reasons.
    """
    offered = installed()
    found = gate((it for it in offered if only is None or it.name in only), allow=allow, deny=deny)
    given = [Candidate(name=name, load=partial(_itself, plugin)) for name, plugin in extra]
    manager = new_manager()
    _pay_for_pydantic()
    loaded = (
        load_one(
            candidate,
            manager=manager,
            section=(sections or {}).get(candidate.name, {}),
            slow_import=slow_import,
            clock=clock,
        )
        for candidate in _one_per_name(sorted([*given, *found], key=lambda it: it.name))
    )
    catalogue = assembled([(it, _record(it)) for it in _without_conflicts(loaded)])
    _refuse_missing(catalogue.records, required=required, installed={it.name for it in offered})
    if strict:
        _refuse_broken(catalogue.records)
    return catalogue


def _pay_for_pydantic() -> None:
    # What declaring the first tool imports takes longer than most plugins, and would be counted as one's own.
    def sample(text: Annotated[str, "any"]) -> str:
        return text

    tool(sample)


def _itself(plugin: object) -> object:
    return plugin


def _one_per_name(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Let the first unblocked candidate have the name; importing the others would only help an impostor."""
    owners: dict[str, Candidate] = {}
    for candidate in candidates:
        owner = owners.get(candidate.name)
        if candidate.blocked:
            yield candidate
        elif owner is None:
            owners[candidate.name] = candidate
            yield candidate
        else:
            yield replace(candidate, load=_refusal(owner, candidate))


def _refusal(owner: Candidate, other: Candidate) -> Callable[[], object]:
    def refuse() -> object:
        names = (_shipper(owner), _shipper(other))
        conflict = PluginConflictError(kind="plugin", name=other.name, owners=names)
        raise PluginLoadError(str(conflict), plugin=other.name) from conflict

    return refuse


def _shipper(candidate: Candidate) -> str:
    return f"{candidate.distribution} {candidate.version}".strip() or "an object given directly"


def _without_conflicts(plugins: Iterator[Loaded]) -> Iterator[Loaded]:
    """Quarantine whatever claims a name that an earlier plugin has."""
    owners: dict[tuple[str, str], str] = {}
    for plugin in plugins:
        name = plugin.candidate.name
        claims = list(_claims(plugin.contribution)) if plugin.contribution else []
        taken = next((claim for claim in claims if claim[:2] in owners), None)
        if taken is None:
            owners |= {(kind, claim): name for kind, claim, _ in claims}
            yield plugin
        else:
            kind, claim, key = taken
            conflict = PluginConflictError(kind=kind, name=key, owners=(owners[kind, claim], name))
            yield replace(plugin, contribution=None, reason=str(conflict))


def _claims(contribution: Contribution) -> Iterator[tuple[str, str, str]]:
    for kind in KINDS:
        for key in contribution.values.get(kind.field, {}):
            yield kind.name, kind.claim(key), key
    for source in contribution.values.get("sources", {}).values():
        for each in source.tools:
            yield TOOL.name, each.name, each.name


def _record(plugin: Loaded) -> PluginRecord:
    candidate = plugin.candidate
    state: PluginState = "blocked" if candidate.blocked else "active" if plugin.contribution else "quarantined"
    return PluginRecord(
        name=candidate.name,
        state=state,
        distribution=candidate.distribution,
        version=candidate.version,
        contributes=_contributes(candidate.name, plugin.contribution) if plugin.contribution else {},
        import_ms=plugin.import_ms,
        reason=plugin.reason,
    )


def _contributes(name: str, contribution: Contribution) -> dict[str, tuple[str, ...]]:
    contributed = {kind_field: tuple(values) for kind_field, values in contribution.values.items()}
    if contribution.migrations is not None:
        contributed["migrations"] = (name,)
    if contribution.lifespans:
        contributed["lifespans"] = (name,)
    return contributed


def _refuse_missing(records: Sequence[PluginRecord], *, required: Collection[str], installed: Collection[str]) -> None:
    active = {record.name for record in records if record.state == "active"}
    missing = sorted(set(required) - active)
    if missing:
        states = {record.name: f"{record.state}, {record.reason}" for record in records}
        none = f"not installed (installed are {', '.join(sorted(installed)) or 'none'})"
        reasons = "; ".join(f"{name}: {states.get(name, none)}" for name in missing)
        raise RequiredPluginError(
            f"required, but not active: {reasons}. Mend or install it, or require it no longer", plugin=missing[0]
        )


def _refuse_broken(records: Sequence[PluginRecord]) -> None:
    broken = [record for record in records if record.state == "quarantined"]
    if broken:
        reasons = "; ".join(f"{record.name}: {record.reason}" for record in broken)
        raise PluginLoadError(
            f"[plugins] strict allows no broken plugin: {reasons}. Mend it, uninstall it, or name it in deny",
            plugin=broken[0].name,
        )
