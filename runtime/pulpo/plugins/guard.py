"""Loads one plugin so that nothing it does can hurt another.

`Exception` and `SystemExit` are a plugin's own; anything else (the user's Ctrl-C) is not ours to swallow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from pulpo.errors import PluginLoadError
from pulpo.plugins.discovery import Candidate
from pulpo.plugins.hooks import Lifespan, PluginHooks
from pulpo.plugins.kinds import KINDS, kind_of
from pulpo.plugins.reasons import explained
from pulpo.plugins.sections import validated

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one plugin adds. ``values`` are by field of the catalogue, then by name."""

    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    settings: BaseModel | None = None
    migrations: Path | None = None
    lifespans: tuple[Lifespan, ...] = ()
    hooks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of a candidate: a ``contribution`` (None unless it is usable), or the ``reason`` for none.

    With a contribution, ``reason`` is a remark. ``module`` is where the plugin's code is.
    """

    candidate: Candidate
    contribution: Contribution | None = None
    import_ms: float = 0.0
    reason: str = ""
    module: str = ""


def load_one(
    candidate: Candidate,
    *,
    manager: pluggy.PluginManager,
    section: Mapping[str, Any],
    slow_import: float,
    clock: Callable[[], float],
) -> Loaded:
    """Import ``candidate`` and collect what it offers; never raises for anything the plugin does wrong.

    ``section`` is its table of the configuration; an import of more than ``slow_import`` seconds is remarked.
    """
    if candidate.blocked:
        return Loaded(candidate=candidate, reason=candidate.blocked)
    began = clock()
    try:
        plugin = candidate.load()
    except (Exception, SystemExit) as error:
        return Loaded(
            candidate=candidate,
            import_ms=_milliseconds(clock() - began),
            reason=explained(error, stage="import failed"),
        )
    seconds = clock() - began
    imported = Loaded(candidate=candidate, import_ms=_milliseconds(seconds), module=_module(plugin))
    try:
        contribution = _contribution(PluginHooks.of(manager, plugin, name=candidate.name), section)
    except (Exception, SystemExit) as error:
        if manager.is_registered(plugin):
            manager.unregister(plugin)
        return replace(imported, reason=explained(error, stage="registration failed"))
    return replace(imported, contribution=contribution, reason=_remark(contribution, seconds, slow_import))


def _module(plugin: object) -> str:
    return plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__module__


def _contribution(hooks: PluginHooks, section: Mapping[str, Any]) -> Contribution:
    settings = validated(hooks.settings_model(), section, plugin=hooks.name)
    return Contribution(
        values=_values(hooks, settings),
        settings=settings,
        migrations=hooks.migrations(),
        lifespans=hooks.lifespans(settings),
        hooks=len(hooks.implementations),
    )


def _values(hooks: PluginHooks, settings: BaseModel | None) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for hook in dict.fromkeys(kind.hook for kind in KINDS):
        for value in hooks.values(hook, settings):
            kind = kind_of(hook, value)
            complaint = kind.complaint(value)
            if complaint:
                raise PluginLoadError(f"hook {hook} returned something else: {complaint}", plugin=hooks.name)
            key = kind.key(value)
            named = found.setdefault(kind.field, {})
            if key in named:
                raise PluginLoadError(f"{kind.name} {key!r} is offered twice by {hooks.name!r}", plugin=hooks.name)
            named[key] = value
    return found


def _remark(contribution: Contribution, seconds: float, slow_import: float) -> str:
    if seconds > slow_import:
        return f"slow import: {seconds:.1f} s (more than {slow_import:g} s); import heavy libraries where they are used"
    return "" if contribution.hooks else "implements no hook: mark its functions with @pulpo.hookimpl"


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
