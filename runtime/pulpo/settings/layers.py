"""What each source says, as nested tables, and the name under which a person knows each value's source."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from pulpo.errors import SettingsError
from pulpo.settings.model import Exponent, Settings

PREFIX = "PULPO_"
DELIMITER = "__"

PLAIN = {
    "CANARY_ENABLED": ("canary", "enabled"),
    "CANARY_PERCENTAGE": ("canary", "percentage"),
    "CANARY_STRATEGY": ("canary", "strategy"),
}
"""Variables without the prefix, for they are what people type during a rollout."""

NOT_SETTINGS = frozenset({"PULPO_CONFIG", "PULPO_API_KEY", "PULPO_REQUIRE", "PULPO_SHARED", "PULPO_AXE"})
"""Variables with the prefix that are read elsewhere: the settings file's path, the key of `pulpo chat --url`, and
three of the test suite."""

# Kubernetes gives every container of a namespace with a Service named `pulpo` these variables, unasked.
_SERVICE_LINK = re.compile(r"PULPO(_\w+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)")
_SERVICE_ADDRESS = re.compile(r"(tcp|udp|sctp)://")

OPTIONS = frozenset({"host", "port", "database_url", "server"})
"""Settings that commands have an option of their own for; the others are written ``--set KEY=VALUE``."""

Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """One source: its nested ``values``, and in ``names`` which variable or option gave which key."""

    name: str
    values: Mapping[str, Any]
    names: Mapping[Key, str]

    def holds(self, key: Key) -> bool:
        """Say whether this source gives ``key`` a value (or a table of values)."""
        here: Any = self.values
        for part in key:
            if not isinstance(here, Mapping) or part not in here:
                return False
            here = here[part]
        return True

    def origin(self, key: Key) -> str:
        """Name the source of ``key``: the file, the environment variable or the option."""
        related = [known for known in self.names if known[: len(key)] == key or key[: len(known)] == known]
        return self.names[max(related, key=len)] if related else self.name


class LayerSource(PydanticBaseSettingsSource):
    """A layer as pydantic-settings merges it."""

    def __init__(self, layer: Layer) -> None:
        super().__init__(Settings)
        self.layer = layer

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the layer's value of a field, or None."""
        return self.layer.values.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the whole layer, unknown keys included: the model refuses them by name."""
        return dict(self.layer.values)


def read_file(path: Path) -> Layer:
    """Read a TOML file; a file that cannot be read or parsed is a `SettingsError` naming it and the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a text with a mark that TOML does not know
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", source=str(path), key="settings file") from error
    except UnicodeDecodeError as error:
        raise SettingsError("is not UTF-8 text", source=str(path), key="settings file") from error
    try:
        values = tomllib.loads(text, parse_float=_float)
    except (ValueError, RecursionError) as error:  # what tomllib lets through of a huge number, of a thousand brackets
        found = re.search(r"line (\d+)", str(error))
        line = found[1] if found else text.count("\n") + 1
        raise SettingsError(f"is not valid TOML: {error}", source=str(path), key=f"line {line}") from error
    return Layer(str(path), values, {})


def _float(written: str) -> float:
    return Exponent(written) if "e" in written.lower() else float(written)


def read_environment(environ: Mapping[str, str]) -> Layer:
    """Read ``PULPO_*`` and the plain canary variables. An empty variable counts as absent; text that begins with
    ``{`` or ``[`` is JSON; names are lower-cased, ``__`` goes one table down."""
    values: dict[str, Any] = {}
    names: dict[Key, str] = {}
    given: dict[Key, str] = {}
    for name in sorted(filter(lambda name: _is_setting(name, environ[name]), environ)):
        key = variable_key(name)
        source = f"environment variable {name}"
        if given.setdefault(key, environ[name]) != environ[name]:
            raise SettingsError(f"contradicts the {names[key]}; unset one of them", source=source, key=".".join(key))
        place(values, key, _decode(environ[name], source=source, key=key), source=source)
        names[key] = source
    return Layer("environment", values, names)


def read_options(overrides: Mapping[str, Any]) -> Layer:
    """Read what the command line gave: dotted keys, each under the name of its option. Text is read as in the
    environment."""
    values: dict[str, Any] = {}
    names: dict[Key, str] = {}
    for dotted, value in overrides.items():
        key = tuple(dotted.split("."))
        names[key] = "option --" + dotted.replace("_", "-") if dotted in OPTIONS else f"option --set {dotted}"
        given = _decode(value, source=names[key], key=key) if isinstance(value, str) else value
        place(values, key, given, source=names[key])
    return Layer("command line", values, names)


def place(values: dict[str, Any], key: Key, value: Any, *, source: str) -> None:
    """Put ``value`` at ``key``, tables merged; a table where another value stands already is a `SettingsError`."""
    here = values
    for part in key[:-1]:
        here = here.setdefault(part, {})
        if not isinstance(here, dict):
            raise SettingsError("is given both as a value and as a table", source=source, key=".".join(key))
    before = here.get(key[-1])
    here[key[-1]] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value


def variable_key(name: str) -> Key:
    """Return the key that an environment variable sets."""
    return PLAIN.get(name) or tuple(name.removeprefix(PREFIX).lower().split(DELIMITER))


def variable_name(key: Key) -> str:
    """Return the environment variable that sets ``key``."""
    return PREFIX + DELIMITER.join(key).upper()


def _is_setting(name: str, value: str) -> bool:
    if not value or name in NOT_SETTINGS or _SERVICE_LINK.fullmatch(name):
        return False
    linked = name.endswith("_PORT") and _SERVICE_ADDRESS.match(value)
    return name in PLAIN or (name.startswith(PREFIX) and not linked)


def _decode(text: str, *, source: str, key: Key) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsError(f"begins like JSON but is not: {error}", source=source, key=".".join(key)) from error
