"""The page for plugin authors: every hook is on it, and its code runs."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic_core import PydanticUndefined

from pulpo.hookspecs import SPECIFICATIONS
from pulpo.plugins import load_plugins
from pulpo.testing import Agent
from pulpo.testing.agent import new_agent
from pulpo.testing.check import check_plugin
from pulpo_llm.config import LlmConfig
from support.documents import ROOT, Block, blocks

pytestmark = pytest.mark.docs

PAGE = ROOT / "plugins" / "README.md"
PLUGINS = blocks(PAGE, "plugin")
HOOKS = [name for each in SPECIFICATIONS for name in vars(each) if name.startswith("pulpo_")]


def module(block: Block, name: str) -> ModuleType:
    made = ModuleType(name)
    # Annotations are resolved, and dataclasses and models built, by looking the module up.
    sys.modules[name] = made
    exec(compile(block.text, str(PAGE), "exec"), vars(made))  # noqa: S102 - what the page tells readers to run
    return made


def defined(block: Block) -> list[str]:
    return re.findall(r"^(?:async )?def (pulpo_\w+)", block.text, re.MULTILINE)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pulpo_tides" / "migrations").mkdir(parents=True)
    (tmp_path / "pulpo_tides" / "console").mkdir()
    (tmp_path / "pulpo_tides" / "console" / "tides.js").write_text("export default { render() {} };")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "tides", raising=False)


def test_every_hook_has_a_section_and_nothing_else_is_called_one() -> None:
    sections = re.findall(r"^### (pulpo_\w+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(sections) == sorted(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_section_says_what_is_returned_and_shows_it(hook: str) -> None:
    (section,) = re.findall(rf"^### {hook}$(.*?)(?=^##|\Z)", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert "Returns " in section
    assert f"def {hook}(" in section


@pytest.mark.parametrize("block", PLUGINS, ids=["+".join(defined(block)) for block in PLUGINS])
def test_every_plugin_on_the_page_loads(block: Block) -> None:
    made = load_plugins(only=(), extra=[("tides", module(block, "tides"))], slow_import=60)
    assert [(record.state, record.reason) for record in made.records] == [("active", "")]
    assert made.settings or made.records[0].contributes


def test_every_python_block_is_run_by_a_test() -> None:
    assert {block.mark for block in blocks(PAGE) if block.language == "python"} == {"plugin", "test"}


async def test_the_first_plugin_passes_its_own_test_and_check(tmp_path: Path) -> None:
    (test,) = blocks(PAGE, "test")
    plugin = module(PLUGINS[0], "tides")
    with new_agent(plugins=[plugin], directory=tmp_path) as agent:
        await vars(module(test, "test_tides"))["test_high_water"](agent)
    assert [it for it in check_plugin("tides", extra=[("tides", plugin)]) if it.level == "error"] == []


async def test_the_second_plugin_writes_once_it_is_called(tmp_path: Path) -> None:
    plugin = module(PLUGINS[1], "waiting")
    with new_agent(plugins=[plugin], directory=tmp_path) as agent:
        result = await agent.call("join_list", {"name": "Ana"}, locale="en")
    assert (result.text, result.done) == ("Listed: Ana.", True)
    assert check_plugin("waiting", extra=[("waiting", plugin)]) == []


async def test_the_last_plugin_counts_beside_the_turns_while_it_is_open(tmp_path: Path) -> None:
    plugin = module(PLUGINS[-1], "counting")
    turns = vars(plugin)["TURNS"]
    turns["now"] = -1
    with new_agent(plugins=[plugin], directory=tmp_path) as agent:
        await agent.say("hola")
        assert turns["now"] >= 0


def test_the_distribution_and_the_settings_are_valid() -> None:
    project, settings, variant = (tomllib.loads(block.text) for block in blocks(PAGE) if block.language == "toml")
    assert project["project"]["entry-points"]["pulpo"] == {"tides": "pulpo_tides"}
    from pulpo.settings import Settings

    plugins = Settings(**settings).plugins
    assert (plugins.required, plugins.strict, plugins.sections) == (("tides",), True, {"tides": {"unit": "m"}})
    chosen = Settings(**variant)
    assert chosen.prices.keys() == {chosen.variants["canary"].settings["model"]}


def test_every_setting_of_the_llm_planner_is_listed_and_the_sample_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_KEY", "k")
    sample = next(tomllib.loads(it.text) for it in blocks(PAGE) if it.language == "toml" and "base_url" in it.text)
    assert LlmConfig(**sample["variants"]["canary"]["settings"]).prompt.keys() == {"es", "en"}
    section = PAGE.read_text("utf-8").partition("## The planner `llm`")[2].partition("\n## ")[0]
    listed = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", section, re.MULTILINE))
    assert listed == {name: written(field.default) for name, field in LlmConfig.model_fields.items()}


def written(default: Any) -> str:
    if default is PydanticUndefined:
        return "–"
    return "none" if default is None or default == {} else str(default).lower().removesuffix(".0")


def test_the_agent_s_methods_on_the_page_exist() -> None:
    named = set(re.findall(r"`(?:await )?agent\.(\w+)", PAGE.read_text("utf-8")))
    public = {name for name in vars(Agent) if not name.startswith("_")}
    assert named == public


def test_shipped_plugins_are_listed() -> None:
    listed = set(re.findall(r"^\| `(pulpo_\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert listed == set(project["project"]["entry-points"]["pulpo"])
