"""What ``pulpo check NAME`` looks at before a plugin is published.

An error is something the runtime or a planner cannot work with; a warning is something a user or an operator will
notice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any, Literal

from msgspec import Struct

from pulpo.contracts.tools import Tool
from pulpo.conversation import Text
from pulpo.plugins import Catalogue, PluginRecord, load_plugins

LANGUAGES = ("es", "en")
SLOW_IMPORT_MS = 200
LARGEST_SCHEMA = 4096
"""Bytes of JSON. Every schema is sent to a language model with every step."""
TOOL_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]{0,63}")
"""What the chat-completion protocols allow as the name of a function."""
JSON_TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}


class Finding(Struct, frozen=True):
    """One thing to mend; ``subject`` is the plugin, or ``tool NAME`` or ``tool NAME, PARAMETER``."""

    level: Literal["error", "warning"]
    subject: str
    message: str


def check_plugin(
    name: str,
    *,
    sections: Mapping[str, Mapping[str, Any]] | None = None,
    extra: Sequence[tuple[str, object]] = (),
    reserved: Collection[str] = (),
) -> list[Finding]:
    """Load the plugin ``name`` alone and strictly, and return what its author should mend, errors first.

    ``sections`` are the ``[plugins.<name>]`` tables, ``extra`` as for `load_plugins`, ``reserved`` the names of the
    runtime's own commands. Never raises for anything
    that is wrong with the plugin.
    """
    import sqlalchemy  # noqa: F401 - every server has it loaded, so it is no part of what a plugin's import takes

    catalogue = load_plugins(only=[name], sections=sections or {}, extra=extra)
    broken = [record.reason for record in catalogue.records if record.state != "active"]
    if broken or not catalogue.records:
        others = ", ".join(sorted(entry.name for entry in entry_points(group="pulpo")))
        missing = (
            f"not installed; there are {others or 'none'}: pip install the distribution that has it as an entry point"
        )
        reasons = broken or [missing]
        return [Finding("error", f"plugin {name}", reason) for reason in reasons]
    findings = [*_of_plugin(catalogue, name), *_of_commands(catalogue, reserved), *_of_tools(catalogue)]
    return sorted(findings, key=lambda finding: finding.level != "error")


def exit_code(findings: Sequence[Finding]) -> int:
    """Return 1 when there is an error; warnings alone are 0."""
    return int(any(finding.level == "error" for finding in findings))


def _of_plugin(catalogue: Catalogue, name: str) -> Iterator[Finding]:
    record = next(record for record in catalogue.records if record.name == name)
    subject = f"plugin {name}"
    if not record.contributes and not catalogue.settings:
        yield Finding("error", subject, record.reason or "contributes nothing: return something from a hook")
    yield from _of_import(record, subject)


def _of_import(record: PluginRecord, subject: str) -> Iterator[Finding]:
    if record.import_ms > SLOW_IMPORT_MS:
        yield Finding(
            "warning",
            subject,
            f"its import takes {record.import_ms:.0f} ms (more than {SLOW_IMPORT_MS}): "
            "import heavy libraries inside the functions that use them",
        )


def _of_commands(catalogue: Catalogue, reserved: Collection[str]) -> Iterator[Finding]:
    for name in catalogue.commands:
        if name in reserved:
            said = "the runtime has a command of this name, which goes first: rename it"
            yield Finding("error", f"command {name}", said)


def _of_tools(catalogue: Catalogue) -> Iterator[Finding]:
    for tool in catalogue.tools.values():
        yield from _of_tool(tool)
        try:
            yield from [*_of_schema(tool), *_of_parameters(tool)]
        except Exception as error:  # a schema that somebody wrote by hand may be of any shape
            said = f"its schema is no JSON schema ({type(error).__name__}: {error}): let `pulpo.tool` write it"
            yield Finding("error", f"tool {tool.name}", said)


def _of_tool(tool: Tool) -> Iterator[Finding]:
    subject = f"tool {tool.name}"
    if not TOOL_NAME.fullmatch(tool.name):
        yield Finding("error", subject, "its name must be 1 to 64 letters, digits, _ or -, beginning with a letter")
    if not tool.description.strip():
        yield Finding("error", subject, "has no docstring: planners read it to know when to call the tool")
    missing = [language for language in LANGUAGES if not tool.examples.get(language)]
    if missing:
        yield Finding(
            "warning", subject, f"has no examples in {', '.join(missing)}: the embedded planner recognises it by them"
        )


def _of_schema(tool: Tool) -> Iterator[Finding]:
    subject = f"tool {tool.name}"
    try:
        size = len(json.dumps(tool.schema, ensure_ascii=False, allow_nan=False).encode())
    except (TypeError, ValueError) as error:
        yield Finding("error", subject, f"its schema is not JSON ({error})")
        return
    if size > LARGEST_SCHEMA:
        yield Finding(
            "error", subject, f"its schema has {size} bytes (more than {LARGEST_SCHEMA}): take fewer arguments"
        )
    if tool.schema.get("type") != "object":
        yield Finding("error", subject, "its schema must be of type object, with one property an argument")
    for place, problem in _schema_problems(tool.schema, tool.schema, "schema"):
        yield Finding("error", subject, f"{place} {problem}")


def _schema_problems(schema: Any, root: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """Walk the keywords that hold schemas, and check those that planners and clients depend on."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, Mapping):
        yield place, "is not a JSON schema: a schema is an object or a boolean"
        return
    kinds = schema.get("type", [])
    unknown = set([kinds] if isinstance(kinds, str) else kinds) - JSON_TYPES
    if unknown:
        yield place, f"has the unknown type {', '.join(sorted(unknown))}"
    reference = schema.get("$ref")
    if reference is not None and not _resolves(reference, root):
        yield place, f"refers to {reference}, which is not in it"
    for key, below in _subschemas(schema):
        yield from _schema_problems(below, root, f"{place}.{key}")


def _subschemas(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for keyword in ("properties", "$defs"):
        for key, below in schema.get(keyword, {}).items():
            yield key, below
    for keyword in ("anyOf", "oneOf", "allOf"):
        for index, below in enumerate(schema.get(keyword, ())):
            yield f"{keyword}[{index}]", below
    for keyword in ("items", "additionalProperties"):
        if keyword in schema:
            yield keyword, schema[keyword]


def _resolves(reference: str, root: Mapping[str, Any]) -> bool:
    target: Any = root
    for part in reference.removeprefix("#/").split("/"):
        if not isinstance(target, Mapping) or part not in target:
            return False
        target = target[part]
    return reference.startswith("#/")


def _of_parameters(tool: Tool) -> Iterator[Finding]:
    for parameter in tool.schema.get("properties", {}):
        yield from _of_parameter(tool, parameter)


def _of_parameter(tool: Tool, parameter: str) -> Iterator[Finding]:
    subject = f"tool {tool.name}, {parameter}"
    if not tool.schema["properties"][parameter].get("description"):
        yield Finding("error", subject, 'has no description: annotate it as Annotated[type, "what it is"]')
    slot = tool.slots.get(parameter)
    missing = _missing(slot.ask if slot else "")
    if parameter in tool.required and missing:
        yield Finding(
            "warning", subject, f"has no question in {', '.join(missing)}: give its Slot an `ask` in both languages"
        )


def _missing(text: Text) -> list[str]:
    if isinstance(text, str):
        return [] if text else list(LANGUAGES)
    return [language for language in LANGUAGES if not text.get(language)]
