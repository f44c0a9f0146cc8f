from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

import pulpo
from pulpo.errors import PluginConflictError, PluginLoadError, RequiredPluginError
from pulpo.plugins import Catalogue, load_plugins

Install = Callable[..., None]

HELLO = """
    import pulpo

    @pulpo.tool(read_only=True)
    def {tool}(name: str) -> str:
        "Greet."
        return name

    @pulpo.hookimpl
    def pulpo_register_tools(settings):
        return [{tool}]
"""


def given(**plugins: object) -> list[tuple[str, object]]:
    return list(plugins.items())


def states(catalogue: Catalogue) -> dict[str, str]:
    return {record.name: record.state for record in catalogue.records}


def reason(catalogue: Catalogue, name: str) -> str:
    return next(record.reason for record in catalogue.records if record.name == name and record.state != "active")


def offering(**hooks: Any) -> object:
    """A plugin whose hook ``pulpo_register_<name>`` returns a list of the given values."""
    made = {f"pulpo_register_{name}": pulpo.hookimpl(lambda values=values: values) for name, values in hooks.items()}
    return SimpleNamespace(**made)


def tool(name: str) -> pulpo.Tool:
    def function() -> None:
        """Do nothing."""

    return pulpo.tool(name=name)(function)


class Policy(pulpo.Policy):
    name = "strict"


class Settings(BaseModel, extra="forbid"):
    word: str = "Hola"


class Everything:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: list[Any] = []
        self.opened: list[str] = []

    @pulpo.hookimpl
    def pulpo_settings(self) -> type[BaseModel]:
        return Settings

    @pulpo.hookimpl
    def pulpo_migrations(self) -> Path:
        return self.folder

    @pulpo.hookimpl
    def pulpo_register_policies(self, settings: Any) -> list[pulpo.Policy]:
        self.seen.append(settings)
        return [Policy()]

    @pulpo.hookimpl
    def pulpo_register_workspaces(self) -> list[pulpo.Workspace]:
        return [pulpo.Workspace(id="salon")]

    @pulpo.hookimpl
    @asynccontextmanager
    async def pulpo_lifespan(self, runtime: Any, settings: Any) -> AsyncIterator[None]:
        self.opened.append(settings.word)
        yield


async def test_every_hook_is_flattened_and_listed(tmp_path: Path) -> None:
    plugin = Everything(tmp_path)
    made = load_plugins(only=(), extra=given(all=plugin), sections={"all": {"word": "Hi"}})
    (record,) = made.records
    assert record.contributes == {
        "workspaces": ("salon",),
        "policies": ("strict",),
        "migrations": ("all",),
        "lifespans": ("all",),
    }
    assert made.settings == {"all": Settings(word="Hi")}
    assert plugin.seen == [Settings(word="Hi")]
    assert made.migrations == {"all": tmp_path}
    assert [type(policy) for policy in made.policies] == [Policy]
    ((name, lifespan),) = made.lifespans
    runtime: Any = None
    async with lifespan(runtime):
        assert (name, plugin.opened) == ("all", ["Hi"])


def test_installed_plugins_load_and_a_bad_one_is_quarantined(install: Install) -> None:
    install("good-dist", {"good_mod": HELLO.format(tool="good")}, entries={"good": "good_mod"}, version="3.0")
    install("bad-dist", {"bad_mod": "import not_there_at_all"}, entries={"bad": "bad_mod"})
    made = load_plugins(only={"good", "bad"})
    assert states(made) == {"bad": "quarantined", "good": "active"}
    assert reason(made, "bad") == (
        "import failed: ModuleNotFoundError: No module named 'not_there_at_all' (at bad_mod.py:1)"
    )
    assert list(made.tools) == ["good"]
    good = made.records[1]
    assert (good.distribution, good.version, good.import_ms > 0) == ("good-dist", "3.0", True)


def test_an_entry_point_to_a_missing_attribute_is_named(install: Install) -> None:
    install("odd", {"odd_mod": ""}, entries={"odd": "odd_mod:plugin"})
    assert "AttributeError: module 'odd_mod' has no attribute 'plugin'" in reason(load_plugins(only={"odd"}), "odd")


@pytest.mark.parametrize("lists", [{"deny": ["good"]}, {"deny": ["Good_Dist"]}, {"allow": ["pulpoai"]}])
def test_blocked_plugins_are_listed_and_never_imported(install: Install, lists: dict[str, Any]) -> None:
    install("good-dist", {"good_mod": HELLO.format(tool="good")}, entries={"good": "good_mod"})
    made = load_plugins(only={"good"}, **lists)
    assert states(made) == {"good": "blocked"}
    assert reason(made, "good").endswith(next(iter(lists)))
    assert "good_mod" not in sys.modules
    assert not made.tools


def test_only_keeps_others_out_of_sight(install: Install) -> None:
    install("good-dist", {"good_mod": HELLO.format(tool="good")}, entries={"good": "good_mod", "other": "good_mod"})
    assert states(load_plugins(only={"good"})) == {"good": "active"}


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("tool 'x'", {"tools": [tool("x")]}, {"tools": [tool("x")]}),
        ("policy 'strict'", {"policies": [Policy()]}, {"policies": [Policy()]}),
        ("workspace 'w'", {"workspaces": [pulpo.Workspace(id="w")]}, {"workspaces": [pulpo.Workspace(id="w")]}),
        (
            "tool 'x'",
            {"tools": [tool("x")]},
            {"tools": [SimpleNamespace(name="remote", tools=(tool("x"),))]},
        ),
    ],
)
def test_a_name_offered_twice_stays_with_the_first_and_both_owners_are_named(
    kind: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    bystander = {**second, "policies": second.get("policies", [Policy()])}
    made = load_plugins(only=(), extra=given(beta=offering(**bystander), alpha=offering(**first)))
    assert states(made) == {"alpha": "active", "beta": "quarantined"}
    assert reason(made, "beta").startswith(f"{kind} is offered by 'alpha' and by 'beta': deny one of them")
    assert [record.contributes for record in made.records if record.name == "beta"] == [{}]
    assert made.sources == ()


def test_routes_at_one_address_are_a_conflict() -> None:
    def route(path: str) -> pulpo.Route:
        async def handler(request: pulpo.RouteRequest) -> None:
            return None

        return pulpo.Route(method="GET", path=path, scope="chat", handler=handler, summary="x")

    plugins = given(a=offering(routes=[route("/r/{x}")]), b=offering(routes=[route("/r/{y}"), route("/s")]))
    made = load_plugins(only=(), extra=plugins)
    assert reason(made, "b").startswith("route 'GET /r/{y}' is offered by 'a' and by 'b'")
    assert [it.path for it in made.routes] == ["/r/{x}"]


def test_a_quarantined_plugin_s_names_are_free_for_the_next() -> None:
    plugins = given(
        a=offering(tools=[tool("x")]), b=offering(tools=[tool("x"), tool("y")]), c=offering(tools=[tool("y")])
    )
    made = load_plugins(only=(), extra=plugins)
    assert states(made) == {"a": "active", "b": "quarantined", "c": "active"}
    assert made.owner("tool", "y") == "c"


def test_two_distributions_with_one_plugin_name_are_both_named_and_the_second_is_not_imported(install: Install) -> None:
    install("aaa", {"aaa_mod": HELLO.format(tool="hi")}, entries={"same": "aaa_mod"})
    install("bbb", {"bbb_mod": HELLO.format(tool="ho")}, entries={"same": "bbb_mod"})
    made = load_plugins(only={"same"})
    assert [(it.distribution, it.state) for it in made.records] == [("aaa", "active"), ("bbb", "quarantined")]
    assert made.records[1].reason.startswith("plugin 'same' is offered by 'aaa 1.0' and by 'bbb 1.0'")
    assert "bbb_mod" not in sys.modules
    denied = load_plugins(only={"same"}, deny=["aaa"])
    assert [(it.distribution, it.state) for it in denied.records] == [("aaa", "blocked"), ("bbb", "active")]


def test_one_object_cannot_be_two_plugins() -> None:
    plugin = offering(tools=[tool("x")])
    made = load_plugins(only=(), extra=given(a=plugin, b=plugin))
    assert states(made) == {"a": "active", "b": "quarantined"}


@pytest.mark.parametrize(
    ("required", "message"),
    [
        (["nope"], r"nope: not installed \(installed are .*pulpo_rules"),
        (["bad", "good"], r"bad: quarantined, hook pulpo_register_tools failed: ZeroDivisionError"),
        (["blocked_one"], r"blocked_one: blocked, named in \[plugins\] deny"),
        (["nope", "bad"], r"bad: quarantined, .*; nope: not installed"),
    ],
)
def test_a_required_plugin_that_is_not_active_refuses_the_start(
    install: Install, required: list[str], message: str
) -> None:
    install("bbb", {"bbb_mod": ""}, entries={"blocked_one": "bbb_mod"})
    bad = SimpleNamespace(pulpo_register_tools=pulpo.hookimpl(lambda: 1 // 0))
    with pytest.raises(RequiredPluginError, match=message) as caught:
        load_plugins(
            only={"blocked_one"},
            deny=["blocked_one"],
            required=required,
            extra=given(bad=bad, good=offering(tools=[tool("x")])),
        )
    assert caught.value.plugin in required


def test_a_required_plugin_that_is_active_is_fine() -> None:
    made = load_plugins(only=(), required=["good"], extra=given(good=offering(tools=[tool("x")])))
    assert states(made) == {"good": "active"}


def test_strict_names_every_broken_plugin_and_minds_no_blocked_one(install: Install) -> None:
    install("bbb", {"bbb_mod": ""}, entries={"blocked_one": "bbb_mod"})
    fine = {"only": {"blocked_one"}, "deny": ["blocked_one"], "strict": True}
    assert states(load_plugins(**fine)) == {"blocked_one": "blocked"}
    broken = given(bad=offering(tools=[3]), worse=offering(tools=[4]), good=offering(tools=[tool("x")]))
    with pytest.raises(PluginLoadError, match=r"strict allows no broken plugin: bad: .*; worse: ") as caught:
        load_plugins(**fine, extra=broken)
    assert caught.value.plugin == "bad"


def test_a_slow_import_is_active_and_remarked() -> None:
    times = iter([0.0, 3.0])
    made = load_plugins(only=(), extra=given(a=offering(tools=[tool("x")])), slow_import=2.0, clock=lambda: next(times))
    (record,) = made.records
    assert (record.state, record.import_ms) == ("active", 3000)
    assert record.reason.startswith("slow import: 3.0 s (more than 2 s)")


def test_the_first_party_plugins_are_all_active_and_strict() -> None:
    names = {"pulpo_canary", "pulpo_guardrails"}
    made = load_plugins(only=names, required=names, strict=True)
    assert made.owner("canary strategy", "percentage") == "pulpo_canary"


def test_a_conflict_names_both_owners_as_data() -> None:
    error = PluginConflictError(kind="tool", name="x", owners=("a", "b"))
    assert (error.plugin, error.owners) == ("b", ("a", "b"))
