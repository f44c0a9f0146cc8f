"""Why a body or a query does not fit, said to whoever wrote it: which place, and what may stand there.

msgspec names the place and the rule; what the rule is for, and which values there are, stands in the type's schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import msgspec

Schema: TypeAlias = Mapping[str, Any]

NOT_BLANK: Final = "^[^\\u0000]*\\S[^\\u0000]*$"
_PATTERNS: Final = {
    NOT_BLANK: "must not be blank",
    "^[^\\u0000-\\u001f\\u007f]*$": "must hold no control characters",
}
_TO_THE_END: Final = "(?!\\n)"
"""What keeps a last line break out (`reading.whole`); to a reader it is noise."""
_KINDS: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}
_SIGNS: Final = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}
_PLACE: Final = re.compile(r"(?P<what>.*?)(?: - at (?P<key>`key` in )?`\$\.?(?P<path>[^`]*)`)?", re.DOTALL)
_STEP: Final = re.compile(r"\[[^\]]*\]|[^.\[]+")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(.*)`")
_ENUM: Final = re.compile(r"Invalid enum value (.*)", re.DOTALL)
_KIND: Final = re.compile(r"Expected `([^`]*)`, got `([^`]*)`")
_PATTERN: Final = re.compile(r"Expected `str` matching regex '(.*)'")
_BOUND: Final = re.compile(r"Expected `(\w+)`( of length)? ([<>]=?) (\S+)")


def told(error: msgspec.ValidationError, kind: type[Any]) -> str:
    """Return a sentence on the place that does not fit ``kind``, and what the type says of what belongs there."""
    found = _PLACE.fullmatch(str(error))
    what, path = (found["what"], found["path"] or "") if found else (str(error), "")
    schema = _at(msgspec.json.schema(kind), path)
    known = sorted(schema.get("properties", ()))
    if unknown := _UNKNOWN.fullmatch(what):
        return f"There is no field `{unknown[1]}`{_within(path)}; known are: {', '.join(known)}."
    if missing := _MISSING.fullmatch(what):
        wanted = _at(schema, missing[1], schema)
        return _with_description(f"The field `{missing[1]}` is missing{_within(path)}", wanted)
    place = f"A key of `{path}`" if found and found["key"] else f"`{path}`" if path else "It"
    return _with_description(f"{place} {_rule(what, schema)}", schema)


def _rule(what: str, schema: Schema) -> str:
    """What the value has to be, in words."""
    if found := _ENUM.fullmatch(what):
        return f"cannot be {found[1]}; it is one of: {', '.join(map(str, schema.get('enum', ())))}"
    if found := _KIND.fullmatch(what):
        *others, last = [_KINDS.get(each, each) for each in found[1].split(" | ")]
        wanted = f"{', '.join(others)} or {last}" if others else last
        return f"must be {wanted}, not {_KINDS.get(found[2], found[2])}"
    if found := _PATTERN.fullmatch(what):
        pattern = found[1].replace("\\\\", "\\").replace(_TO_THE_END, "")
        return _PATTERNS.get(pattern, f"must match {pattern}")
    if found := _BOUND.fullmatch(what):
        kind, counted, sign, bound = found.groups()
        if counted and (sign, bound) == (">=", "1"):
            return "must not be empty"
        unit = (" characters" if kind == "str" else " entries") if counted else ""
        return f"must {'have' if counted else 'be'} {_SIGNS[sign]} {bound.removesuffix('.0')}{unit}"
    return f"does not fit: {what}"


def _with_description(sentence: str, schema: Schema) -> str:
    description = str(schema.get("description", "")).strip()
    return f"{sentence}. {description}" if description else f"{sentence}."


def _within(path: str) -> str:
    return f" in `{path}`" if path else ""


def _at(schema: Schema, path: str, root: Schema | None = None) -> Schema:
    """The part of a schema that describes ``path``; an empty one where it cannot tell."""
    root = root or schema
    here = _followed(schema, root)
    for step in _STEP.findall(path):
        inner = here.get("properties", {}).get(step) or here.get("items") or here.get("additionalProperties")
        if not isinstance(inner, Mapping):
            return {}
        here = _followed(inner, root)
    return here


def _followed(schema: Schema, root: Schema) -> Schema:
    """Follow a reference, also out of "this or null"; what a place says of itself stands above what its type says."""
    options = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    inner = options[0] if len(options) == 1 else schema
    if "$ref" in inner:
        inner = root["$defs"][inner["$ref"].rpartition("/")[2]]
        inner = {key: value for key, value in inner.items() if key != "description"}
    return {**inner, **{key: value for key, value in schema.items() if key in ("description", "$defs")}}
