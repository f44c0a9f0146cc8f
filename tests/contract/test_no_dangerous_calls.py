"""The product loads no code and no objects from data, and starts no shell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = frozenset(
    {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "joblib"}
)
CALLS = frozenset({"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load"})


def findings(source: str) -> Iterator[str]:
    """Tell what of `MODULES` and `CALLS` a module uses, and where it starts a shell."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom):
            yield from [node.module or ""] if (node.module or "").partition(".")[0] in MODULES else []
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            yield from [name] if name in CALLS or name.endswith("create_subprocess_shell") else []
            yield from (f"{name}(shell=…)" for each in node.keywords if each.arg == "shell")


@pytest.mark.parametrize("folder", ["runtime", "plugins", "examples"])
def test_nothing_dangerous_is_called(folder: str) -> None:
    paths = sorted((ROOT / folder).rglob("*.py"))
    assert paths
    found = {str(path.relative_to(ROOT)): list(findings(path.read_text("utf-8"))) for path in paths}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from marshal import loads",
        "eval('1')",
        "exec(text)",
        "import yaml\nyaml.load(text)",
        "import subprocess\nsubprocess.run(command, shell=True)",
        "import os\nos.system(command)",
        "asyncio.create_subprocess_shell(command)",
    ],
)
def test_control_each_of_them_is_found(source: str) -> None:
    assert list(findings(source))


def test_harmless_namesakes_are_not() -> None:
    assert list(findings("import re, yaml\nre.compile(text)\nyaml.safe_load(text)\nmodel.eval()")) == []
