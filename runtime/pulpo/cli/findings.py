"""What `pulpo doctor` looks at: each check returns one finding, and what to do about it."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from pulpo.assembly import plugins_of
from pulpo.cli.options import Sources
from pulpo.errors import PulpoError, SettingsError
from pulpo.plugins import Catalogue, load_plugins
from pulpo.plugins.choosing import validated
from pulpo.settings import Settings, find_file, load_settings
from pulpo.settings.secrets import shown
from pulpo.store.addresses import database_path, postgres_address
from pulpo.store.migrate import pending

Status: TypeAlias = Literal["ok", "warn", "fail"]

ALONE = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
OLDEST_PYTHON = (3, 11)
LIBRARIES = ("litestar", "uvicorn", "anyio", "msgspec", "pluggy", "pydantic", "sqlalchemy", "alembic")
OPTIONAL = {
    "granian": "another HTTP server",
    "asyncpg": "PostgreSQL",
    "redis": "shared rate limits",
    "aiohttp": "LLM planner",
    "mcp": "tools from MCP servers",
    "opentelemetry-sdk": "traces",
}


class Finding(Struct, frozen=True):
    """What one check found; ``advice`` says what to do, and is empty when all is well."""

    check: str
    status: Status
    detail: str
    advice: str = ""


def examine(sources: Sources) -> Iterator[Finding]:
    """Look at everything, in order; what rests on something broken is left out."""
    yield python(sys.version_info[:3])
    yield libraries(LIBRARIES)
    yield optional_parts(OPTIONAL)
    yield time_zones("Europe/Madrid")
    settings, finding = settings_in_force(sources)
    yield finding
    if settings is None:
        return
    catalogue = _catalogue(settings)
    yield from plugins(settings, catalogue)
    yield from strangers(settings, catalogue)
    yield variants(settings, catalogue)
    yield database(settings.database_url, catalogue.migrations)
    yield address(settings)
    yield rate_limits(settings)


def python(running: tuple[int, ...]) -> Finding:
    """Is this Python new enough."""
    said = ".".join(map(str, running))
    if running >= OLDEST_PYTHON:
        return Finding("python", "ok", f"{said}, SQLite {sqlite3.sqlite_version}")
    return Finding("python", "fail", said, "install Python 3.11 or newer")


def libraries(names: tuple[str, ...]) -> Finding:
    """Are the libraries there that nothing works without."""
    found = {name: _version(name) for name in names}
    missing = [name for name, known in found.items() if known is None]
    if missing:
        return Finding("libraries", "fail", f"missing: {', '.join(missing)}", "pip install --force-reinstall pulpoai")
    return Finding("libraries", "ok", ", ".join(f"{name} {known}" for name, known in found.items()))


def optional_parts(parts: Mapping[str, str]) -> Finding:
    """Which parts that not everybody needs are installed."""
    found = {name: _version(name) for name in parts}
    there = [f"{name} {known}" for name, known in found.items() if known]
    absent = [f"{name} ({parts[name]})" for name, known in found.items() if not known]
    return Finding(
        "optional parts", "ok", f"{', '.join(there) or 'none'}; not installed: {', '.join(absent) or 'none'}"
    )


def time_zones(sample: str) -> Finding:
    """Does this Python know time zones; containers often lack the system's."""
    try:
        ZoneInfo(sample)
    except (KeyError, ValueError, OSError):
        return Finding("time zones", "fail", f"{sample} is unknown", "pip install tzdata")
    return Finding("time zones", "ok", f"tzdata {_version('tzdata') or 'of the system'}")


def settings_in_force(sources: Sources) -> tuple[Settings | None, Finding]:
    """Can the settings be read."""
    try:
        path = sources["file"] or find_file()
        settings = load_settings(**sources)
    except PulpoError as error:
        return None, Finding("settings", "fail", str(error), "correct it; `pulpo config show` lists what is in force")
    said = str(path) if path else "no pulpo.toml: defaults, environment and options"
    return settings, Finding("settings", "ok", said)


def plugins(settings: Settings, catalogue: Catalogue) -> Iterator[Finding]:
    """Which plugins are active, and one finding for each that should be and is not."""
    active = [record.name for record in catalogue.records if record.state == "active"]
    if active:
        yield Finding("plugins", "ok", f"{len(active)} active: {', '.join(active)}")
    else:
        yield Finding("plugins", "fail", "none is active", "pip install pulpoai, or see [plugins] allow and deny")
    known = {record.name: record for record in catalogue.records}
    for record in catalogue.records:
        if record.state == "quarantined":
            status: Status = "fail" if settings.plugins.strict or record.name in settings.plugins.required else "warn"
            advice = f"mend it, or name it in [plugins] deny; `pulpo check {record.name}` says more"
            yield Finding(f"plugin {record.name}", status, record.reason, advice)
    for name in settings.plugins.required:
        state = known[name].state if name in known else "not installed"
        if state in ("blocked", "not installed"):
            yield Finding(f"plugin {name}", "fail", f"required, but {state}", "install and allow it, or drop it there")


def strangers(settings: Settings, catalogue: Catalogue) -> Iterator[Finding]:
    """Which plugins the settings speak of that nobody has installed: most often a slip of the pen."""
    chosen = settings.plugins
    installed = {record.name for record in catalogue.records}
    known = installed | {record.distribution for record in catalogue.records}
    places = [(f"[plugins.{name}]", name) for name in chosen.sections if name not in installed]
    places += [("[plugins] allow", name) for name in chosen.allow or () if name not in known]
    places += [("[plugins] deny", name) for name in chosen.deny if name not in known]
    for place, name in places:
        near = get_close_matches(name, known, n=1)
        advice = f"did you mean {near[0]}?" if near else "install it, or take it out of the settings"
        yield Finding(f"plugin {name}", "warn", f"{place} speaks of it, but it is not installed", advice)


def variants(settings: Settings, catalogue: Catalogue) -> Finding:
    """Do the planners exist that the variants name, with those settings, and the strategy of an enabled canary."""
    missing = [
        f"variants.{name}.planner = {variant.planner!r}"
        for name, variant in settings.variants.items()
        if variant.planner not in catalogue.planners
    ]
    if settings.canary.enabled and settings.canary.strategy not in catalogue.strategies:
        missing.append(f"canary.strategy = {settings.canary.strategy!r}")
    if missing:
        return Finding("variants", "fail", f"no plugin offers {', '.join(missing)}", "install the plugin, or change it")
    try:
        for name, variant in settings.variants.items():
            config = catalogue.planners[variant.planner].config
            validated(config, variant.settings, key=f"variants.{name}.settings")
    except SettingsError as error:
        return Finding("variants", "fail", str(error), "correct it, or choose another planner")
    share = f"{settings.canary.percentage:.3g} of new conversations" if settings.canary.enabled else "canary off"
    return Finding("variants", "ok", f"{', '.join(sorted(settings.variants))}; {share}")


def database(url: str, branches: Mapping[str, Path]) -> Finding:
    """Can the database be opened and written, and is its schema current. Nothing is created."""
    if postgres_address(url) is not None:
        return _postgres(url, branches)
    try:
        path = database_path(url)
        if not path.exists():
            return _absent_database(path)
        behind = pending(url, branches)
    except (PulpoError, sqlite3.Error, OSError) as error:
        return Finding("database", "fail", str(error), "correct database_url, or restore the file")
    if not os.access(path, os.W_OK):
        return Finding("database", "fail", f"{path} cannot be written", "change its permissions or database_url")
    if behind:
        return Finding("database", "warn", f"{path} is not up to date", "run `pulpo db upgrade` (a start does it too)")
    return Finding("database", "ok", f"{path} is up to date")


def address(settings: Settings) -> Finding:
    """Is the server's address free."""
    from pulpo.cli.listening import bind

    said = f"{settings.host}:{settings.port}"
    try:
        bind(settings.host, settings.port).close()
    except PulpoError:
        return Finding("address", "warn", f"{said} is taken", "fine if it is pulpo itself; else choose another --port")
    return Finding("address", "ok", f"{said} is free")


def rate_limits(settings: Settings) -> Finding:
    """Is anybody kept from sending as much as they like to a server that others reach."""
    limits = settings.rate_limit
    known = {"user": limits.user, "key": limits.key, "workspace": limits.workspace}
    said = ", ".join(f"{name} {rate}" for name, rate in known.items() if rate)
    if said or ALONE.fullmatch(settings.host):
        return Finding("rate limits", "ok", said or "none, and only this machine reaches the server")
    return Finding(
        "rate limits",
        "warn",
        f"none, and {settings.host} is reached by others",
        'set [rate_limit]: user = "30/minute" and key = "600/minute" stop who floods, and no person types so fast',
    )


def _postgres(url: str, branches: Mapping[str, Path]) -> Finding:
    said = shown("database_url", url)
    try:
        behind = pending(url, branches)
    except PulpoError as error:
        return Finding("database", "fail", str(error), "correct database_url, or start the database")
    if behind:
        return Finding("database", "warn", f"{said} is not up to date", "run `pulpo db upgrade` (a start does it too)")
    return Finding("database", "ok", f"{said} is up to date")


def _absent_database(path: Path) -> Finding:
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if os.access(folder, os.W_OK):
        return Finding("database", "ok", f"{path} will be made at the first start")
    return Finding("database", "fail", f"{path} cannot be made", f"make {folder} writable, or change database_url")


def _catalogue(settings: Settings) -> Catalogue:
    try:
        return plugins_of(settings)
    except PulpoError:
        # What a strict or required plugin breaks is reported plugin by plugin.
        chosen = settings.plugins
        return load_plugins(allow=chosen.allow, deny=chosen.deny, sections=chosen.sections)


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
