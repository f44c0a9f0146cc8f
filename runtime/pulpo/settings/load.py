"""Put the sources together: default < file < environment < command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from pulpo.errors import SettingsError
from pulpo.settings.layers import Key, Layer, LayerSource, read_environment, read_file, read_options
from pulpo.settings.model import Origin, Settings
from pulpo.settings.problems import settings_error
from pulpo.settings.secrets import shown

DEFAULT_FILE = Path("pulpo.toml")
FILE_VARIABLE = "PULPO_CONFIG"


class SettingValue(NamedTuple):
    """One value in force. ``key`` is dotted, ``value`` is JSON with secrets hidden, ``source`` is ``default``,
    the file's path, ``environment variable NAME``, ``option --name`` or ``option --set key``."""

    key: str
    value: Any
    source: str


def load_settings(
    *,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Return the settings in force.

    ``file`` is the TOML file (default: ``PULPO_CONFIG``, else ``./pulpo.toml`` if there is one), ``environ`` the
    environment (default: the process's own), ``overrides`` dotted keys and values from the command line.
    Raises `SettingsError`, which names the source, the key and what is allowed.
    """
    layers = _gather(file, environ, overrides)
    settings = _build(layers)
    named = (os.environ if environ is None else environ).get(FILE_VARIABLE)
    settings._origin = Origin(file or Path(named or DEFAULT_FILE).absolute(), _given(layers[:2]))
    return settings


def read_settings_file(path: Path, *, variants: Iterable[str]) -> Settings:
    """Return what a settings file says by itself; ``variants`` are known beside those it names.

    Raises `SettingsError`, as `load_settings` does.
    """
    read = read_file(path)
    known = read.values.get("variants", {})
    more = {"variants": {**{name: {} for name in variants}, **known}} if isinstance(known, dict) else {}
    return _build((Layer(read.name, {**read.values, **more}, {}),))


def explain_settings(
    *,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> list[SettingValue]:
    """Return every value in force with its source, in the order of the model; arguments as for `load_settings`."""
    layers = _gather(file, environ, overrides)
    return [
        SettingValue(".".join(key), shown(key[-1], value), _source(key, layers))
        for key, value in _leaves(_build(layers), ())
    ]


def find_file(environ: Mapping[str, str] | None = None) -> Path | None:
    """Return the settings file that applies when none is given, or None; ``PULPO_CONFIG`` must name a file."""
    named = (os.environ if environ is None else environ).get(FILE_VARIABLE)
    if named and not Path(named).is_file():
        raise SettingsError(
            f"there is no file {named!r}; correct the path or unset it",
            source=f"environment variable {FILE_VARIABLE}",
            key="settings file",
        )
    if named:
        return Path(named)
    return DEFAULT_FILE if DEFAULT_FILE.is_file() else None


def _gather(
    file: Path | None, environ: Mapping[str, str] | None, overrides: Mapping[str, Any] | None
) -> tuple[Layer, ...]:
    """Read the sources, strongest first."""
    path = file or find_file(environ)
    layers = [read_options(overrides or {}), read_environment(os.environ if environ is None else environ)]
    return (*layers, read_file(path)) if path else tuple(layers)


def _build(layers: tuple[Layer, ...]) -> Settings:
    try:
        # Type checkers see only the fields of a settings class, not what its base's constructor takes as well.
        return Settings(_build_sources=(tuple(map(LayerSource, layers)), {}))  # type: ignore[call-arg]
    except ValidationError as error:
        raise settings_error(error, layers) from error


def _given(layers: Iterable[Layer]) -> dict[str, str]:
    """Name what the environment and the command line give, two levels deep, the stronger source last."""
    return {".".join(key[:2]): layer.names[key] for layer in reversed(tuple(layers)) for key in layer.names}


def _leaves(value: Any, key: Key) -> Iterator[tuple[Key, Any]]:
    """Yield every value below; an empty table is a value itself. Plugin sections stand where a person writes them."""
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if not isinstance(value, dict) or not (value or key == ("plugins", "sections")):
        yield key, value
        return
    for name, item in value.items():
        below = (*key, name)
        yield from _leaves(item, ("plugins",) if below == ("plugins", "sections") and item else below)


def _source(key: Key, layers: tuple[Layer, ...]) -> str:
    return next((layer.origin(key) for layer in layers if layer.holds(key)), "default")
