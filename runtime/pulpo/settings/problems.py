"""From what pydantic found to one line a person can act on: which source, which key, what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pulpo.errors import SettingsError
from pulpo.settings.layers import Key, Layer, variable_name
from pulpo.settings.model import PluginsSettings, Settings
from pulpo.settings.secrets import shown

_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "a text",
    "tuple": "a list of texts",
    "list": "a list",
    "dict": "a table",
    "model": "a table",
    "mapping": "a table",
}


def known_keys(model: type[BaseModel] = Settings, prefix: Key = ()) -> list[Key]:
    """Return every key a person may write, ``<name>`` standing for a name of their own."""
    keys: list[Key] = []
    for name, field in model.model_fields.items():
        key = (*prefix, "<name>") if model is PluginsSettings and name == "sections" else (*prefix, name)
        table, below = _below(field.annotation)
        keys += known_keys(table, (*key, *below)) if table else [key]
    return keys


def settings_error(error: ValidationError, layers: Sequence[Layer]) -> SettingsError:
    """Name the first problem that pydantic found; ``layers`` come strongest first."""
    problems = sorted(error.errors(include_url=False), key=lambda found: found["type"] != "extra_forbidden")
    first = problems[0]
    key = _key(first)
    layer = _giver(key, layers)
    more = f" ({len(problems) - 1} more after this one)" if len(problems) > 1 else ""
    return SettingsError(
        _explain(first, key, layer) + more, source=layer.origin(key) if layer else "settings", key=".".join(key)
    )


def _key(found: ErrorDetails) -> Key:
    named = found.get("ctx", {}).get("key")
    return tuple(named.split(".")) if named else tuple(str(part) for part in found["loc"] if isinstance(part, str))


def _giver(key: Key, layers: Sequence[Layer]) -> Layer | None:
    for end in range(len(key), 0, -1):
        for layer in layers:
            if layer.holds(key[:end]):
                return layer
    return None


def _explain(found: ErrorDetails, key: Key, layer: Layer | None) -> str:
    kind = found["type"]
    if kind == "extra_forbidden":
        return _unknown(key, layer)
    if kind == "value_error":
        return str(found["ctx"]["error"])
    if kind == "contradiction":
        return found["msg"]
    expected = _EXPECTED.get(kind.partition("_")[0]) if kind.endswith(("_type", "_parsing", "_from_float")) else None
    wanted = f"expected {expected}" if expected else found["msg"].replace("Input should be", "expected", 1)
    return f"{wanted}, not {shown(key[-1], found['input'])!r}"


def _unknown(key: Key, layer: Layer | None) -> str:
    allowed = _allowed(key[:-1])
    nearest = _nearest(key, allowed)
    spell = variable_name if layer is not None and layer.name == "environment" else ".".join
    guess = f"; did you mean {spell(nearest)}?" if nearest else ";"
    return f"no such setting{guess} Allowed here: {', '.join(spell((*key[:-1], name)) for name in allowed)}"


def _nearest(key: Key, allowed: Sequence[str]) -> Key | None:
    """The same words written otherwise, else the closest sibling, else the same name in another table, else the
    closest of all."""
    everywhere = {"_".join(known): known for known in known_keys() if "<name>" not in known}
    if key != (same := everywhere.get("_".join(key), key)):
        return same
    if close := get_close_matches(key[-1], [name for name in allowed if name != "<name>"], n=1):
        return (*key[:-1], close[0])
    if moved := [known for known in everywhere.values() if known[-1] == key[-1]]:
        return moved[0]
    close = get_close_matches("_".join(key), everywhere, n=1)
    return everywhere[close[0]] if close else None


def _allowed(table: Key) -> list[str]:
    depth = len(table)
    keys = [known for known in known_keys() if len(known) > depth and _matches(known, table)]
    return list(dict.fromkeys(known[depth] for known in keys))


def _matches(known: Key, table: Key) -> bool:
    return all(part in ("<name>", name) for part, name in zip(known, table, strict=False))


def _below(annotation: Any) -> tuple[type[BaseModel] | None, Key]:
    """The model that a field's table follows, and the name that comes between (a dict of models has one)."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ()
    values = [item for item in get_args(annotation) if isinstance(item, type) and issubclass(item, BaseModel)]
    return (values[0], ("<name>",)) if values else (None, ())
