"""The command in an empty folder, and small plugins installed beside the real ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner, Result

from pulpo.cli import main

ECHO = """
    import pulpo
    from pydantic import BaseModel

    class Nothing(BaseModel):
        pass

    @pulpo.tool(read_only=True)
    def weigh(text: str) -> int:
        "Count letters."
        return len(text)

    class Echo:
        name = "echo"
        config = Nothing
        def build(self, config, tools):
            return self
        async def next_step(self, context):
            if context.turn.text.startswith("weigh") and not context.results:
                yield pulpo.Calls([pulpo.ToolCall("c1", "weigh", {"text": context.turn.text})])
            else:
                yield pulpo.Answer(f"you said [b]{context.turn.text}[/b]")

    @pulpo.hookimpl
    def pulpo_register_planners(settings):
        return [Echo()]

    @pulpo.hookimpl
    def pulpo_register_tools(settings):
        return [weigh]
"""

Run = Callable[..., Result]
Install = Callable[[str, str], str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and an environment without settings of the developer's own."""
    for name in os.environ:
        if name.startswith(("PULPO_", "CANARY_", "LC_", "LANG")):
            monkeypatch.delenv(name)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run() -> Run:
    """Run a command line; what it prints and its exit code are in the result."""

    def run(*arguments: str, input: str | None = None) -> Result:  # noqa: A002 - as click calls it
        result = CliRunner().invoke(main, arguments, input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a plugin of one module as a distribution of its own and return its name."""
    monkeypatch.syspath_prepend(tmp_path / "site")

    def install(name: str, source: str) -> str:
        site = tmp_path / "site"
        metadata = site / f"{name}-1.2.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (metadata / "entry_points.txt").write_text(f"[pulpo]\n{name} = {name}\n")
        (site / f"{name}.py").write_text(dedent(source))
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    return install


@pytest.fixture
def echo(install: Install) -> str:
    """The name of an installed plugin whose planner repeats what it is told, and of a settings file that uses it."""
    install("echoing", ECHO)
    Path("pulpo.toml").write_text('[plugins]\nallow = ["echoing"]\n[variants.stable]\nplanner = "echo"\n')
    return "echoing"
