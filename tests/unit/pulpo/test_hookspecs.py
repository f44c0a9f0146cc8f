from __future__ import annotations

import doctest
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import pulpo
from pulpo import hookspecs
from pulpo.hookspecs import SPECIFICATIONS
from pulpo.plugins import load_plugins

HOOKS: dict[str, Callable[..., Any]] = {
    name: function
    for specification in SPECIFICATIONS
    for name, function in vars(specification).items()
    if name.startswith("pulpo_")
}


def documentation(hook: str) -> str:
    return inspect.getdoc(HOOKS[hook]) or ""


def example(hook: str) -> dict[str, Any]:
    """Run the docstring's example and return what it defined."""
    test = doctest.DocTestParser().get_doctest(documentation(hook), {}, hook, None, None)
    result = doctest.DocTestRunner(verbose=False).run(test, clear_globs=False)
    assert result.attempted > 0, f"{hook} shows no example"
    assert result.failed == 0
    return test.globs


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_says_what_it_returns(hook: str) -> None:
    assert documentation(hook).startswith("Return ")


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_says_when_it_is_called(hook: str) -> None:
    owner = next(each for each in SPECIFICATIONS if hook in vars(each))
    assert re.search(r"\b[Cc]alled\b", f"{documentation(hook)} {inspect.getdoc(owner)}")


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_typed(hook: str) -> None:
    signature = inspect.signature(HOOKS[hook])
    parameters = [each for each in signature.parameters.values() if each.name != "self"]
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(each.annotation is not inspect.Parameter.empty for each in parameters)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_of_every_hook_runs_and_loads_as_a_plugin(
    hook: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_plugin" / "migrations").mkdir(parents=True)
    plugin = ModuleType("example")
    vars(plugin)[hook] = example(hook)[hook]
    made = load_plugins(only=(), extra=[("example", plugin)])
    assert [(record.state, record.reason) for record in made.records] == [("active", "")]
    assert made.settings or made.records[0].contributes


def test_hooks_are_the_only_thing_the_specifications_hold() -> None:
    others = [name for each in SPECIFICATIONS for name in vars(each) if not name.startswith(("pulpo_", "__"))]
    assert others == []


@pytest.mark.parametrize("hook", HOOKS)
def test_a_specification_is_never_called_itself(hook: str) -> None:
    arguments = [None] * len(inspect.signature(HOOKS[hook]).parameters)
    with pytest.raises(NotImplementedError):
        HOOKS[hook](*arguments)


def test_the_marker_marks_for_this_project() -> None:
    marked = pulpo.hookimpl(lambda: None)
    assert pulpo.hookimpl is hookspecs.hookimpl
    assert hasattr(marked, f"{hookspecs.PROJECT}_impl")
