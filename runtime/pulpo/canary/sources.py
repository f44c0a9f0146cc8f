"""The live configuration as values: what each source said, and what follows when one of them speaks. Pure.

At start: default < file < environment and command line. From then on the newest word counts, field by field,
whether the file or the API said it; what the sources said last is remembered, so that a restart is no word.

A file that is being written, or was cut off, must not let more users in. Its beginning is often valid TOML, so a key
that the file had and has no more keeps its value, and while one is missing the file can only narrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace
from pydantic import ValidationError

from pulpo.conversation import Json
from pulpo.settings import CanarySettings

Reading: TypeAlias = Mapping[str, Json]
"""What one source says: fields of ``[canary]`` and their values, as JSON has them."""

OPEN: Final = tuple(name for name in CanarySettings.model_fields if name not in ("kill", "locked", "rollout"))
"""The fields that the API may set; the others are the file's."""

FILE: Final = "file"
API: Final = "api"

_MISSING: Final = object()


class Field(Struct, frozen=True):
    """A value and who gave it: ``source`` is ``file``, ``environment``, ``command line``, ``program`` or ``api``,
    ``by`` names the file, the variable or the key. ``at`` is UTC seconds."""

    value: Json
    source: str
    by: str
    at: float


class Killed(Struct, frozen=True):
    """Who stopped the canary over the API, and why."""

    by: str
    at: float
    reason: str = ""


class Sources(Struct, frozen=True):
    """The durable state. ``fields`` lack what has its default; ``file`` and ``initial`` are what the file and the
    start (environment, command line) are known to say; ``killed`` is the API's kill switch."""

    fields: dict[str, Field] = field(default_factory=dict)
    file: dict[str, Json] = field(default_factory=dict)
    initial: dict[str, Json] = field(default_factory=dict)
    killed: Killed | None = None


class Initial(NamedTuple):
    """A value that the start gave, and where it came from."""

    value: Json
    source: str
    by: str


class Edit(NamedTuple):
    """What an edited file came to: ``missing`` are dotted keys that it had and has no more, ``held`` the fields whose
    new value waits until they are back."""

    sources: Sources
    missing: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


def settings_of(sources: Sources) -> CanarySettings:
    """Return the configuration that follows. Fields this release does not know are left out; values it cannot read,
    of a release that is rolled out or back, mean everybody on stable."""
    try:
        return CanarySettings(**values_of(sources))
    except ValidationError:
        return CanarySettings()


def values_of(sources: Sources) -> dict[str, Json]:
    """Return the values that are not defaults, by field."""
    return {name: given.value for name, given in sources.fields.items() if name in CanarySettings.model_fields}


def started(sources: Sources, *, file: Reading, initial: Mapping[str, Initial], path: str, now: float) -> Sources:
    """Take in what the file and the start say, where it is not what they said before; what they no longer say goes
    back to the other, or to its default."""
    fields = dict(sources.fields)
    for name in (*sources.file, *sources.initial):
        if name not in file and name not in initial and name in fields and fields[name].source != API:
            del fields[name]
    for name, value in file.items():
        if sources.file.get(name, _MISSING) != value or _orphaned(name, fields, initial):
            fields[name] = Field(value, FILE, path, now)
    for name, given in initial.items():
        if sources.initial.get(name, _MISSING) != given.value or name not in fields:
            fields[name] = Field(given.value, given.source, given.by, now)
    said = {name: given.value for name, given in initial.items()}
    return replace(sources, fields=fields, file=dict(file), initial=said)


def edited(sources: Sources, *, file: Reading, path: str, now: float, known: frozenset[str] | None) -> Edit:
    """Take in a file that changed while serving; ``known`` are the settings that the strategy it names can have (None:
    nobody knows)."""
    said = dict(file)
    if "settings" not in said and "settings" in sources.file:
        said["settings"] = {}  # if something of it is missed, it is held below
    changed = {name: value for name, value in said.items() if sources.file.get(name, _MISSING) != value}
    if "strategy" in changed and "settings" not in changed and not said.get("settings"):
        changed["settings"] = {}  # another strategy begins without the settings of the one before
    missing = tuple(_missing(sources.file, said, known))
    held: tuple[str, ...] = ()
    if missing:
        before = settings_of(sources)
        held = tuple(name for name, value in changed.items() if not _narrows(name, getattr(before, name), value))
    taken = {name: value for name, value in changed.items() if name not in held}
    fields = {**sources.fields, **{name: Field(value, FILE, path, now) for name, value in taken.items()}}
    return Edit(replace(sources, fields=fields, file={**sources.file, **taken}), missing, held)


def requested(sources: Sources, values: Reading, *, by: str, now: float) -> Sources:
    """Take in what the API said."""
    said = dict(values)
    strategy = settings_of(sources).strategy
    if said.get("strategy", strategy) != strategy:
        said.setdefault("settings", {})
    news = {name: value for name, value in said.items() if not _says(sources.fields.get(name), value, API)}
    return replace(sources, fields={**sources.fields, **{name: Field(it, API, by, now) for name, it in news.items()}})


def given_back(
    sources: Sources, names: Iterable[str], *, file: Reading, initial: Mapping[str, Initial], path: str, now: float
) -> Sources:
    """Give fields back to the file as it is now, else to the start, else to their defaults."""
    fields, believed = dict(sources.fields), dict(sources.file)
    for name in names:
        fields.pop(name, None)
        believed.pop(name, None)
        if name in file:
            believed[name] = file[name]
            fields[name] = Field(file[name], FILE, path, now)
        elif name in initial:
            fields[name] = Field(initial[name].value, initial[name].source, initial[name].by, now)
    return replace(sources, fields=fields, file=believed)


def difference(before: Sources, after: Sources) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return what differs, before and after: a field's value and its source, None for its default."""
    names = [name for name in {**before.fields, **after.fields} if before.fields.get(name) != after.fields.get(name)]
    was, now = {name: _told(before, name) for name in names}, {name: _told(after, name) for name in names}
    if before.killed != after.killed:
        was["killed"], now["killed"] = (it and {"reason": it.reason} for it in (before.killed, after.killed))
    return was, now


def _told(sources: Sources, name: str) -> Json:
    given = sources.fields.get(name)
    return None if given is None else {"value": given.value, "source": given.source}


def _says(given: Field | None, value: Json, source: str) -> bool:
    return given is not None and given.value == value and given.source == source


def _orphaned(name: str, fields: Mapping[str, Field], initial: Mapping[str, Initial]) -> bool:
    """The field was the environment's, which says nothing of it any more."""
    held = fields.get(name)
    return held is None or (held.source not in (FILE, API) and name not in initial)


def _missing(before: Reading, now: Reading, known: frozenset[str] | None) -> Iterator[str]:
    """Name what the file had and has no more, apart from settings that its strategy cannot have anyway."""
    for name, value in before.items():
        if name not in now:
            yield name
        elif isinstance(value, dict) and isinstance(now[name], dict):
            gone = [key for key in value if key not in now[name]]
            yield from (f"{name}.{key}" for key in gone if name != "settings" or known is None or key in known)


def _narrows(name: str, before: Any, now: Any) -> bool:
    """Whether the new value lets nobody in who was not in before, whatever else is set."""
    if name in ("percentage", "shadow"):
        return bool(now <= before)
    if name in ("enabled", "kill"):
        return bool(now == (name == "kill") or now == before)
    if name in ("deny_users", "deny_workspaces"):
        return set(now) >= set(before)
    if name in ("allow_users", "allow_workspaces"):
        return set(now) <= set(before)
    return bool(name == "locked" or now == before)
