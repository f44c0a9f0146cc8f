from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
import pytest
from pydantic import BaseModel

import pulpo
from pulpo.errors import PluginLoadError
from pulpo.plugins.hooks import PluginHooks, known_hooks, new_manager


class Nothing(BaseModel):
    pass


def hooks(plugin: object) -> PluginHooks:
    return PluginHooks.of(new_manager(), plugin, name="demo")


def plugin(**functions: Any) -> ModuleType:
    """A module with hooks, as an entry point would name it."""
    module = ModuleType("demo")
    for name, function in functions.items():
        setattr(module, name, function)
    return module


def hooked(function: Any) -> Any:
    return pulpo.hookimpl(function)


def pulpo_register_tool(settings: Any) -> list[Any]:
    return []


def nothing() -> list[Any]:
    return []


def register(settings: Any) -> list[Any]:
    return []


def takes_config(config: Any) -> list[Any]:
    return []


async def is_async(settings: Any) -> list[Any]:
    return []


async def opens(runtime: Any, settings: Any) -> AsyncIterator[None]:
    yield


def wraps(settings: Any) -> Any:
    return (yield)


@pytest.mark.parametrize(
    ("functions", "reason"),
    [
        ({"pulpo_register_tool": hooked(pulpo_register_tool)}, "unknown hook pulpo_register_tool: did you mean"),
        ({"pulpo_xyz": hooked(nothing)}, "unknown hook pulpo_xyz: the hooks are pulpo_lifespan, pulpo_mig"),
        ({"pulpo_register_tools": register}, "function pulpo_register_tools lacks its marker: put @pulpo.hookimpl"),
        ({"pulpo_register_toolz": register}, "unknown hook pulpo_register_toolz: did you mean pulpo_register_tools?"),
        (
            {"pulpo_register_tools": hooked(takes_config)},
            "pulpo_register_tools has a wrong signature: it takes sett",
        ),
        ({"pulpo_settings": hooked(takes_config)}, "pulpo_settings has a wrong signature: it takes no parameters"),
        ({"pulpo_register_tools": hooked(is_async)}, "hook pulpo_register_tools is async: hooks are plain functions"),
        ({"pulpo_lifespan": hooked(opens)}, "hook pulpo_lifespan is an async generator: put @contextlib.async"),
        ({"pulpo_register_tools": pulpo.hookimpl(wrapper=True)(wraps)}, "hook pulpo_register_tools is a wrapper"),
    ],
)
def test_a_hook_that_does_not_fit_is_refused_and_forgotten(functions: dict[str, Any], reason: str) -> None:
    manager = new_manager()
    with pytest.raises(PluginLoadError, match=re.escape(reason)) as caught:
        PluginHooks.of(manager, plugin(**functions), name="demo")
    assert caught.value.plugin == "demo"
    assert not manager.get_plugins()


def test_other_things_named_like_hooks_are_left_alone() -> None:
    found = hooks(plugin(pulpo_booking=ModuleType("pulpo_booking"), pulpo_words=("a", "b")))
    assert not found.implementations


def test_an_optional_hook_of_a_newer_pulpo_is_allowed() -> None:
    later = pulpo.hookimpl(optionalhook=True)(nothing)
    assert "pulpo_later" in hooks(plugin(pulpo_later=later)).implementations


def test_settings_reach_a_hook_also_as_a_parameter_with_a_default() -> None:
    def given(settings: Any = None) -> list[Any]:
        return [settings]

    settings = Nothing()
    assert hooks(plugin(pulpo_register_tools=hooked(given))).values("pulpo_register_tools", settings) == [settings]


def test_a_hook_may_ignore_settings_and_yield_its_values() -> None:
    def yields() -> Any:
        yield 1
        yield 2

    assert hooks(plugin(pulpo_register_tools=hooked(yields))).values("pulpo_register_tools", None) == [1, 2]


def test_specname_lets_two_functions_share_a_hook() -> None:
    functions = {
        name: pulpo.hookimpl(specname="pulpo_register_tools")(lambda value=name: [value]) for name in ("one", "two")
    }
    assert sorted(hooks(plugin(**functions)).values("pulpo_register_tools", None)) == ["one", "two"]


@pytest.mark.parametrize("returned", [None, "a string", b"bytes", {"a": 1}, 3])
def test_a_registration_hook_must_return_a_list(returned: object) -> None:
    found = hooks(plugin(pulpo_register_tools=hooked(lambda: returned)))
    with pytest.raises(PluginLoadError, match=r"hook pulpo_register_tools returned .*: return a list"):
        found.values("pulpo_register_tools", None)


def test_what_a_hook_raises_names_the_hook_even_while_its_values_are_read() -> None:
    def breaks_off() -> Any:
        yield 1
        raise LookupError("no more")

    found = hooks(plugin(pulpo_register_tools=hooked(breaks_off)))
    with pytest.raises(PluginLoadError, match=r"pulpo_register_tools failed: LookupError: no more \(at test_hooks"):
        found.values("pulpo_register_tools", None)


@pytest.mark.parametrize("model", [3, "Greeting", int, Nothing()])
def test_settings_must_be_a_model(model: object) -> None:
    with pytest.raises(PluginLoadError, match=r"return a subclass of pydantic\.BaseModel"):
        hooks(plugin(pulpo_settings=hooked(lambda: model))).settings_model()


def test_migrations_must_be_an_existing_folder(tmp_path: Path) -> None:
    assert hooks(plugin(pulpo_migrations=hooked(lambda: tmp_path))).migrations() == tmp_path
    assert hooks(plugin()).migrations() is None
    for wrong in (str(tmp_path), tmp_path / "missing"):
        with pytest.raises(PluginLoadError, match=r"return the pathlib\.Path of an existing folder"):
            hooks(plugin(pulpo_migrations=hooked(lambda wrong=wrong: wrong))).migrations()


async def test_a_lifespan_is_not_opened_before_it_is_entered() -> None:
    log: list[Any] = []

    @asynccontextmanager
    async def lifespan(runtime: Any, settings: Any) -> AsyncIterator[None]:
        log.append((runtime, settings))
        yield
        log.append("closed")

    settings = Nothing()
    (opener,) = hooks(plugin(pulpo_lifespan=hooked(lifespan))).lifespans(settings)
    assert log == []
    runtime: Any = object()
    async with opener(runtime):
        assert log == [(runtime, settings)]
    assert log[-1] == "closed"


def test_every_hook_of_the_specifications_is_known_with_its_parameters() -> None:
    known = known_hooks(new_manager())
    assert known["pulpo_lifespan"] == ("runtime", "settings")
    assert known["pulpo_settings"] == ()
    assert len(known) == 12


def test_only_the_plugin_s_own_hooks_are_its_own() -> None:
    manager: pluggy.PluginManager = new_manager()
    first = plugin(pulpo_register_tools=hooked(lambda: ["first"]))
    second = plugin(pulpo_register_tools=hooked(lambda: ["second"]))
    PluginHooks.of(manager, first, name="first")
    assert PluginHooks.of(manager, second, name="second").values("pulpo_register_tools", None) == ["second"]
