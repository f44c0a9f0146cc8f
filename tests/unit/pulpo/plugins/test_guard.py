from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

import pulpo
from pulpo.plugins.discovery import Candidate
from pulpo.plugins.guard import Loaded, load_one
from pulpo.plugins.hooks import new_manager


@pulpo.tool(read_only=True)
def say_hello() -> str:
    """Greet."""
    return "Hola"


class Hello:
    @pulpo.hookimpl
    def pulpo_register_tools(self) -> list[pulpo.Tool]:
        return [say_hello]


class Twice:
    @pulpo.hookimpl
    def pulpo_register_tools(self) -> list[pulpo.Tool]:
        return [say_hello, say_hello]


class Wrong:
    @pulpo.hookimpl
    def pulpo_register_policies(self) -> list[Any]:
        return [say_hello]


class Exits:
    @pulpo.hookimpl
    def pulpo_register_policies(self) -> list[Any]:
        raise SystemExit(2)


def load(function: Callable[[], object], *, blocked: str = "", took: float = 0.0, slow_import: float = 1.0) -> Loaded:
    return load_one(
        Candidate(name="demo", load=function, blocked=blocked),
        manager=new_manager(),
        section={},
        slow_import=slow_import,
        clock=itertools.count(5.0, took).__next__,
    )


def raising(error: BaseException) -> Callable[[], object]:
    def load() -> object:
        raise error

    return load


def test_a_good_plugin_contributes_by_name() -> None:
    loaded = load(Hello)
    assert loaded.contribution is not None
    assert loaded.contribution.values == {"tools": {"say_hello": say_hello}}
    assert loaded.reason == ""


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (raising(ImportError("no module x")), "import failed: ImportError: no module x"),
        (raising(SyntaxError("bad")), "import failed: SyntaxError: bad"),
        (raising(SystemExit(1)), "import failed: it called sys.exit(1)"),
        (raising(RecursionError()), "import failed: RecursionError"),
        (Twice, "tool 'say_hello' is offered twice by 'demo'"),
        (Wrong, "hook pulpo_register_policies returned something else: Tool is not a pulpo.Policy"),
        (Exits, "hook pulpo_register_policies failed: it called sys.exit(2)"),
    ],
)
def test_a_bad_plugin_contributes_nothing_and_says_why(function: Callable[[], object], reason: str) -> None:
    loaded = load(function)
    assert loaded.contribution is None
    assert loaded.reason.startswith(reason)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), GeneratorExit()])
def test_what_is_not_the_plugin_s_own_passes(error: BaseException) -> None:
    with pytest.raises(type(error)):
        load(raising(error))


def test_a_blocked_plugin_is_not_even_imported() -> None:
    loaded = load(raising(AssertionError("imported")), blocked="named in [plugins] deny")
    assert (loaded.contribution, loaded.reason) == (None, "named in [plugins] deny")


@pytest.mark.parametrize("took", [0.99, 1.0])
def test_an_import_is_timed(took: float) -> None:
    loaded = load(Hello, took=took)
    assert (loaded.import_ms, loaded.reason) == (took * 1000, "")


def test_a_slow_import_is_active_and_remarked() -> None:
    loaded = load(Hello, took=1.3)
    assert loaded.contribution is not None
    assert loaded.reason == "slow import: 1.3 s (more than 1 s); import heavy libraries where they are used"
    assert load(Hello, took=1.3, slow_import=2).reason == ""


def test_a_failed_import_is_timed_too() -> None:
    assert load(raising(ImportError()), took=0.5).import_ms == 500


def test_a_plugin_without_hooks_is_told_so() -> None:
    loaded = load(object)
    assert loaded.contribution is not None
    assert loaded.reason == "implements no hook: mark its functions with @pulpo.hookimpl"


def test_a_plugin_that_failed_leaves_nothing_with_the_manager() -> None:
    manager = new_manager()
    candidate = Candidate(name="demo", load=Exits)
    load_one(candidate, manager=manager, section={}, slow_import=1, clock=lambda: 0.0)
    assert not manager.get_plugins()
