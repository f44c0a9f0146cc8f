"""A third party's plugin that is declarations only, in ten dialogues a language through the embedded planner."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import anyio
import pytest

from pulpo.evaluation.cases import read_dialogues
from pulpo.evaluation.judging import Judgement, judge
from pulpo.evaluation.local import in_process
from pulpo.evaluation.runner import run_cases
from pulpo.plugins import load_plugins
from pulpo.settings import load_settings
from support.distributions import install

FOLDER = Path(__file__).parents[2] / "examples" / "pizza-plugin"
FILE = read_dialogues(FOLDER / "dialogues.toml")


def plugin() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pulpo_pizza", FOLDER / "pulpo_pizza.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def held() -> list[Judgement]:
    catalogue = load_plugins(extra=[("pizza", plugin())], only={"pulpo_rules", "pulpo_guardrails"}, strict=True)
    settings = load_settings(environ={}, overrides=dict(FILE.settings))
    async with in_process(settings, catalogue=catalogue) as places:
        return [judge(record) async for record in run_cases(FILE.cases, places, workspace="pizzeria")]


@pytest.fixture(scope="module")
def judgements() -> dict[str, Judgement]:
    """All dialogues by id, held once."""
    return {each.case.id: each for each in anyio.run(held)}


@pytest.mark.parametrize("case", [case.id for case in FILE.cases])
def test_the_pizzeria_converses(judgements: dict[str, Judgement], case: str) -> None:
    assert judgements[case].problems == ()


def test_its_own_test_passes_where_it_is_installed(tmp_path: Path) -> None:
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text("utf-8"))["project"]
    source = (FOLDER / "pulpo_pizza.py").read_text("utf-8")
    install(tmp_path, project["name"], {"pulpo_pizza": source}, entries=project["entry-points"]["pulpo"])
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pyproject.toml", "--rootdir", "."],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_both_languages_have_ten() -> None:
    assert [sum(case.locale == locale for case in FILE.cases) for locale in ("es", "en")] == [10, 10]
