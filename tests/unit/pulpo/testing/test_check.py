from __future__ import annotations

from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Annotated, Any

import jsonschema_rs
import pytest
from pydantic import BaseModel

import pulpo
from pulpo.plugins import PluginRecord
from pulpo.testing import check
from pulpo.testing.check import Finding, check_plugin, exit_code


class Guest(BaseModel):
    name: str


@pulpo.tool(read_only=True, examples={"es": ["saluda a Ana"], "en": ["say hello to Ana"]})
def good(
    name: Annotated[str, "who", pulpo.Slot(ask={"es": "¿A quién?", "en": "To whom?"})],
    guests: Annotated[list[Guest] | None, "who comes along"] = None,
) -> str:
    """Greet somebody."""
    return name


def checked(*tools: Any, name: str = "demo", **options: Any) -> list[Finding]:
    plugin = SimpleNamespace(pulpo_register_tools=pulpo.hookimpl(lambda: tools))
    return check_plugin(name, extra=[("demo", plugin)], **options)


def found(*tools: Any) -> set[tuple[str, str]]:
    return {(finding.level, f"{finding.subject}: {finding.message}".partition(" (")[0]) for finding in checked(*tools)}


def test_there_is_nothing_to_say_about_a_good_plugin() -> None:
    assert checked(good) == []
    assert jsonschema_rs.meta.is_valid(good.schema)


def test_texts_that_are_missing_are_named() -> None:
    @pulpo.tool
    def bare(name: str, day: Annotated[str, "when", pulpo.Slot(ask={"es": "¿Cuándo?"})], limit: int = 3) -> None: ...

    assert found(bare) == {
        ("error", "tool bare: has no docstring: planners read it to know when to call the tool"),
        ("error", 'tool bare, name: has no description: annotate it as Annotated[type, "what it is"]'),
        ("error", 'tool bare, limit: has no description: annotate it as Annotated[type, "what it is"]'),
        ("warning", "tool bare: has no examples in es, en: the embedded planner recognises it by them"),
        ("warning", "tool bare, name: has no question in es, en: give its Slot an `ask` in both languages"),
        ("warning", "tool bare, day: has no question in en: give its Slot an `ask` in both languages"),
    }


def test_errors_come_first() -> None:
    levels = [finding.level for finding in checked(pulpo.tool(lambda: None), replace(good, name="b", description=""))]
    assert levels == sorted(levels)
    assert "error" in levels


@pytest.mark.parametrize("name", ["say hello", "9lives", "día", "x" * 65])
def test_a_name_that_protocols_refuse_is_an_error(name: str) -> None:
    (finding,) = checked(good.renamed(name))
    assert finding.level == "error"
    assert "its name must be 1 to 64 letters" in finding.message


OBJECT = {"type": "object"}


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "array"}, "must be of type object"),
        ({**OBJECT, "x": float("nan")}, "its schema is not JSON"),
        ({**OBJECT, "x": {1, 2}}, "its schema is not JSON"),
        ({**OBJECT, "$comment": "x" * 4096}, "more than 4096"),
        ({**OBJECT, "properties": {"a": {"description": "x", "type": "text"}}}, "schema.a has the unknown type text"),
        (
            {**OBJECT, "properties": {"a": {"description": "x", "$ref": "#/$defs/A"}}},
            "schema.a refers to #/$defs/A",
        ),
        (
            {**OBJECT, "properties": {"a": {"description": "x", "$ref": "http://b"}}},
            "schema.a refers to http://b",
        ),
        (
            {**OBJECT, "properties": {"a": {"description": "x", "anyOf": [{"items": 3}]}}},
            "schema.a.anyOf[0].items is not a JSON schema",
        ),
        ([], "its schema is no JSON schema (AttributeError"),
        ({**OBJECT, "properties": []}, "its schema is no JSON schema"),
        ({**OBJECT, "properties": {"a": {"$ref": 5}}}, "its schema is no JSON schema"),
        ({**OBJECT, "properties": {"a": {"type": [{}]}}}, "its schema is no JSON schema"),
    ],
)
def test_a_schema_that_planners_cannot_read_is_an_error(schema: dict[str, Any], message: str) -> None:
    findings = checked(replace(good, schema=schema))
    assert [message in finding.message for finding in findings if finding.level == "error"] == [True]


def test_a_plugin_that_does_not_load_is_an_error_with_its_reason() -> None:
    (finding,) = checked(3)
    assert finding == Finding(
        "error",
        "plugin demo",
        "hook pulpo_register_tools returned something else: int is not a pulpo.Tool or pulpo.ToolSource: "
        "it has no 'name'",
    )


def test_a_plugin_that_is_not_there_is_an_error() -> None:
    (finding,) = check_plugin("not_there")
    assert finding.level == "error"
    assert finding.message.startswith("not installed; there are pulpo_booking, ")


def test_its_section_is_validated() -> None:
    (finding,) = checked(good, sections={"demo": {"word": "Hi"}})
    assert "[plugins.demo] word: this plugin takes no settings" in finding.message


def test_a_plugin_that_contributes_nothing_is_an_error() -> None:
    assert found() == {("error", "plugin demo: contributes nothing: return something from a hook")}
    (finding,) = check_plugin("demo", extra=[("demo", SimpleNamespace())])
    assert finding.message.startswith("implements no hook")


def test_a_slow_import_is_a_warning() -> None:
    record = PluginRecord("demo", "active", contributes={"tools": ("good",)}, import_ms=201)
    findings = list(check._of_import(record, "plugin demo"))
    assert [finding.level for finding in findings] == ["warning"]
    assert "201 ms (more than 200)" in findings[0].message


@pytest.mark.parametrize(
    ("levels", "code"), [((), 0), (("warning",), 0), (("warning", "error"), 1), (("error", "error"), 1)]
)
def test_only_errors_fail(levels: tuple[Any, ...], code: int) -> None:
    assert exit_code([Finding(level, "x", "y") for level in levels]) == code


def test_a_command_that_the_runtime_has_itself_is_an_error() -> None:
    plugin = ModuleType("tides")

    @pulpo.hookimpl
    def pulpo_register_commands(settings: None) -> list[pulpo.Command]:
        return [pulpo.Command(name="serve", summary="Serve fish.", load=lambda: None)]  # type: ignore[arg-type,return-value]

    vars(plugin)["pulpo_register_commands"] = pulpo_register_commands
    (finding,) = check_plugin("tides", extra=[("tides", plugin)], reserved={"serve"})
    assert (finding.level, finding.subject) == ("error", "command serve")
    assert check_plugin("tides", extra=[("tides", plugin)]) == []
