from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from msgspec import Struct
from pydantic import BaseModel

import pulpo
from pulpo.plugins.kinds import KINDS, kind_of


class Config(BaseModel):
    pass


class Named(pulpo.Policy):
    name = "named"


class Nameless(pulpo.Policy):
    pass


class Sync(pulpo.Policy):
    name = "sync"

    def check_call(self, context: Any, call: Any, tool: Any) -> pulpo.Verdict:  # type: ignore[override]
        return pulpo.ALLOW


class Short(pulpo.Policy):
    name = "short"

    async def check_answer(self, context: Any) -> pulpo.Verdict:  # type: ignore[override]
        return pulpo.ALLOW


class Choosy(pulpo.Policy):
    name = "choosy"

    def offers(self, tool: Any) -> bool:  # type: ignore[override]
        return True


async def finished(event: pulpo.TurnFinished) -> None:
    pass


class Pong(Struct):
    pong: bool


async def ping(request: pulpo.RouteRequest) -> Pong:
    return Pong(True)


@pulpo.tool
def nothing() -> None:
    """Do nothing."""


def plain() -> None:
    pass


FACTORY = {"name": "x", "config": Config, "build": print}
STRATEGY = {"name": "x", "config": Config, "compile": print}
SINK = {"name": "x", "handlers": {pulpo.TurnFinished: print}}
SOURCE = {"name": "x", "tools": (nothing,)}
COMMAND = pulpo.Command(name="tides", summary="Tell the tides.", load=lambda: click.Command("tides"))
SECTION = pulpo.ConsoleSection(id="tides", title={"es": "Mareas"}, files=Path(__file__).parent, module="test_kinds.py")
ROUTE = pulpo.Route(method="GET", path="/a/{id}", scope="chat", handler=ping, summary="x")


@pytest.mark.parametrize(
    ("hook", "value", "name", "key"),
    [
        ("tools", nothing, "tool", "nothing"),
        ("tools", SimpleNamespace(**SOURCE), "tool source", "x"),
        ("policies", Named(), "policy", "named"),
        ("canary_strategies", SimpleNamespace(**STRATEGY), "canary strategy", "x"),
        ("metric_sinks", SimpleNamespace(**SINK), "metric sink", "x"),
        ("planners", SimpleNamespace(**FACTORY), "planner", "x"),
        ("routes", ROUTE, "route", "GET /a/{id}"),
        ("workspaces", pulpo.Workspace(id="salon"), "workspace", "salon"),
        ("commands", COMMAND, "command", "tides"),
        ("console_sections", SECTION, "console section", "tides"),
    ],
)
def test_a_good_value_has_a_kind_and_a_name(hook: str, value: Any, name: str, key: str) -> None:
    kind = kind_of(f"pulpo_register_{hook}", value)
    assert (kind.name, kind.complaint(value), kind.key(value)) == (name, "", key)


@pytest.mark.parametrize(
    ("hook", "value", "complaint"),
    [
        ("tools", plain, "function plain is not a pulpo.Tool: decorate it with @pulpo.tool"),
        ("tools", 3, "int is not a pulpo.Tool or pulpo.ToolSource: it has no 'name'"),
        ("tools", SimpleNamespace(**{**SOURCE, "tools": [nothing]}), "its 'tools' is of the wrong type"),
        ("tools", SimpleNamespace(**{**SOURCE, "tools": (plain,)}), "its 'tools' is of the wrong type"),
        ("tools", Named, "class Named: return an instance of it"),
        ("policies", Named, "class Named is not a pulpo.Policy: return an instance of a subclass"),
        ("policies", Nameless(), "policy Nameless has no name: set `name` on the class"),
        ("policies", Sync(), "policy 'sync': check_call must be async"),
        ("policies", Short(), "policy 'short': check_answer must take (self, context, answer)"),
        ("policies", Choosy(), "policy 'choosy': offers must take (self, workspace, scopes, tool)"),
        (
            "metric_sinks",
            SimpleNamespace(**{**SINK, "handlers": {pulpo.TurnFinished: finished}}),
            "TurnFinished is async",
        ),
        ("canary_strategies", SimpleNamespace(name="x", config=Config), "it has no 'compile'"),
        ("canary_strategies", SimpleNamespace(**{**STRATEGY, "config": Config()}), "its 'config' is of the wrong type"),
        ("metric_sinks", SimpleNamespace(**{**SINK, "name": ""}), "its 'name' is of the wrong type"),
        ("metric_sinks", SimpleNamespace(**{**SINK, "handlers": {str: print}}), "its 'handlers' is of the wrong type"),
        ("metric_sinks", SimpleNamespace(**{**SINK, "handlers": {pulpo.TurnFinished: 1}}), "its 'handlers' is of the"),
        ("planners", SimpleNamespace(**{**FACTORY, "build": 1}), "is not a pulpo.PlannerFactory: its 'build' is of"),
        ("planners", SimpleNamespace(**{**FACTORY, "config": int}), "its 'config' is of the wrong type"),
        ("planners", Config, "class Config: return an instance of it"),
        ("routes", ping, "function ping is not a pulpo.Route: return instances of it"),
        ("workspaces", "salon", "str is not a pulpo.Workspace: return instances of it"),
        ("console_sections", print, "is not a pulpo.ConsoleSection: return instances of it"),
        ("console_sections", replace(SECTION, id="Low Tides"), "write its id in lower case"),
        ("console_sections", replace(SECTION, style="gone.css"), "gone.css"),
        ("commands", print, "is not a pulpo.Command: return instances of it"),
        ("commands", pulpo.Command(name="Low Tides", summary="", load=COMMAND.load), "write its name in lower case"),
        ("commands", pulpo.Command(name="tides", summary="", load=None), "`load` is a function"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_named_with_what_to_do(hook: str, value: Any, complaint: str) -> None:
    assert complaint in kind_of(f"pulpo_register_{hook}", value).complaint(value)


def test_routes_that_differ_in_a_parameter_s_name_claim_the_same_address() -> None:
    kind = kind_of("pulpo_register_routes", ROUTE)
    assert kind.claim("GET /a/{id}") == kind.claim("GET /a/{other}")
    assert kind.claim("GET /a/{id}") != kind.claim("GET /a/{id}/b")
    assert kind.claim("GET /a/{id}") != kind.claim("POST /a/{id}")


def test_each_kind_has_a_field_of_its_own() -> None:
    assert len({kind.field for kind in KINDS}) == len(KINDS)
