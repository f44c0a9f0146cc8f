"""What each registration hook may return, and the name under which it is known.

A complaint is the empty string when a value is fine. Checking here, once, is what lets the runtime call the
values later without asking.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulpo.contracts.commands import Command
from pulpo.contracts.console import ConsoleSection
from pulpo.contracts.events import Event
from pulpo.contracts.policies import Policy
from pulpo.contracts.routes import Route
from pulpo.contracts.tools import Tool
from pulpo.conversation import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of contribution: its ``name`` in messages, its ``field`` in the catalogue, and its ``hook``.

    ``complaint`` says what is wrong with a value, ``key`` names it, ``claim`` is what two plugins must not
    both have.
    """

    name: str
    field: str
    hook: str
    complaint: Callable[[Any], str]
    key: Callable[[Any], str] = lambda value: str(value.name)
    claim: Callable[[str], str] = str


def _instance_of(expected: type[Any], advice: str) -> Callable[[Any], str]:
    def complaint(value: Any) -> str:
        return "" if isinstance(value, expected) else f"{_shown(value)} is not a pulpo.{expected.__name__}: {advice}"

    return complaint


def _shaped(protocol: str, **members: Callable[[Any], bool]) -> Callable[[Any], str]:
    """Complain about the first member of a protocol that is missing or of another type."""

    def complaint(value: Any) -> str:
        if isinstance(value, type):
            return f"{_shown(value)}: return an instance of it"
        for member, fits in members.items():
            if not hasattr(value, member):
                return f"{_shown(value)} is not a pulpo.{protocol}: it has no {member!r}"
            if not fits(getattr(value, member)):
                return f"{_shown(value)} is not a pulpo.{protocol}: its {member!r} is of the wrong type"
        return ""

    return complaint


def _shown(value: Any) -> str:
    kind = "class" if isinstance(value, type) else type(value).__name__
    return f"{kind} {getattr(value, '__qualname__', '')}".rstrip()


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_model_or_none(value: Any) -> bool:
    if value is None:
        return True
    from pydantic import BaseModel  # imported here: a runtime without settings need not pay for it

    return isinstance(value, type) and issubclass(value, BaseModel)


def _are_tools(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, Tool) for item in value)


def _are_handlers(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(event, type) and issubclass(event, Event) and callable(handler) for event, handler in value.items()
    )


CHECKS = {"check_message": 1, "check_call": 3, "check_answer": 2}
"""The checks of a policy, and how many arguments each is called with. One that cannot be called would deny all."""


def _policy_complaint(value: Any) -> str:
    if not isinstance(value, Policy):
        return f"{_shown(value)} is not a pulpo.Policy: return an instance of a subclass"
    if not _is_name(value.name):
        return f"policy {_shown(value)} has no name: set `name` on the class"
    for check, count in CHECKS.items():
        method = getattr(value, check)
        if inspect.ismethod(method) and not inspect.iscoroutinefunction(method):
            return f"policy {value.name!r}: {check} must be async"
        if not _takes(method, count):
            wanted = ", ".join(inspect.signature(getattr(Policy, check)).parameters)
            return f"policy {value.name!r}: {check} must take ({wanted})"
    return "" if _takes(value.offers, 3) else f"policy {value.name!r}: offers must take (self, workspace, scopes, tool)"


def _takes(function: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # it does not tell
        return True
    return True


def _sink_complaint(value: Any) -> str:
    complaint = _sink_shape(value)
    if complaint:
        return complaint
    for event, handler in value.handlers.items():
        if inspect.iscoroutinefunction(handler):
            return f"sink {value.name!r}: its handler of {event.__name__} is async: handlers are plain functions"
    return ""


def _tool_complaint(value: Any) -> str:
    if callable(value) and not isinstance(value, type):
        return f"{_shown(value)} is not a pulpo.Tool: decorate it with @pulpo.tool"
    return _source_complaint(value)


_sink_shape = _shaped("MetricSink", name=_is_name, handlers=_are_handlers)
_source_complaint = _shaped("Tool or pulpo.ToolSource", name=_is_name, tools=_are_tools)


def _command_complaint(value: Any) -> str:
    if not isinstance(value, Command):
        return f"{_shown(value)} is not a pulpo.Command: return instances of it"
    if not re.fullmatch(r"[a-z][a-z0-9-]*", value.name):
        return f"command {value.name!r}: write its name in lower case, with hyphens"
    return "" if callable(value.load) else f"command {value.name!r}: `load` is a function that returns a click command"


def _section_complaint(value: Any) -> str:
    if not isinstance(value, ConsoleSection):
        return f"{_shown(value)} is not a pulpo.ConsoleSection: return instances of it"
    if not re.fullmatch(r"[a-z][a-z0-9-]*", value.id):
        return f"console section {value.id!r}: write its id in lower case, with hyphens"
    missing = [name for name in (value.module, value.style) if name and not (value.files / name).is_file()]
    return f"console section {value.id!r}: there is no {value.files / missing[0]}" if missing else ""


def _route_claim(key: str) -> str:
    # `GET /a/{x}` and `GET /a/{y}` are one address.
    return re.sub(r"\{[^}]*\}", "{}", key)


TOOL = Kind(
    name="tool",
    field="tools",
    hook="pulpo_register_tools",
    complaint=lambda value: "" if isinstance(value, Tool) else _tool_complaint(value),
)
SOURCE = Kind(name="tool source", field="sources", hook="pulpo_register_tools", complaint=_source_complaint)

KINDS = (
    Kind(
        name="workspace",
        field="workspaces",
        hook="pulpo_register_workspaces",
        complaint=_instance_of(Workspace, "return instances of it"),
        key=lambda value: str(value.id),
    ),
    TOOL,
    SOURCE,
    Kind(name="policy", field="policies", hook="pulpo_register_policies", complaint=_policy_complaint),
    Kind(
        name="canary strategy",
        field="strategies",
        hook="pulpo_register_canary_strategies",
        complaint=_shaped("CanaryStrategy", name=_is_name, config=_is_model_or_none, compile=callable),
    ),
    Kind(name="metric sink", field="sinks", hook="pulpo_register_metric_sinks", complaint=_sink_complaint),
    Kind(
        name="planner",
        field="planners",
        hook="pulpo_register_planners",
        complaint=_shaped("PlannerFactory", name=_is_name, config=_is_model_or_none, build=callable),
    ),
    Kind(
        name="route",
        field="routes",
        hook="pulpo_register_routes",
        complaint=_instance_of(Route, "return instances of it"),
        key=lambda value: f"{value.method} {value.path}",
        claim=_route_claim,
    ),
    Kind(name="command", field="commands", hook="pulpo_register_commands", complaint=_command_complaint),
    Kind(
        name="console section",
        field="sections",
        hook="pulpo_register_console_sections",
        complaint=_section_complaint,
        key=lambda value: str(value.id),
    ),
)


def kind_of(hook: str, value: Any) -> Kind:
    """Return the kind of a ``value`` that ``hook`` returned (the hook for tools has two)."""
    if hook == TOOL.hook:
        return SOURCE if not isinstance(value, Tool) and not _source_complaint(value) else TOOL
    return next(kind for kind in KINDS if kind.hook == hook)
