"""The workflow, pre-commit and CONTRIBUTING name the tox environments that there are, and leave none out."""

from __future__ import annotations

import re
from configparser import ConfigParser
from typing import Any

import pytest
import yaml

from support.documents import ROOT


@pytest.fixture(scope="module")
def tox() -> ConfigParser:
    """tox.ini."""
    parser = ConfigParser(interpolation=None)
    parser.read(ROOT / "tox.ini", encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def default(tox: ConfigParser) -> list[str]:
    """The environments that a plain `tox` runs."""
    return tox["tox"]["env_list"].split(", ")


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    """The GitHub workflow."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/check.yaml").read_text("utf-8"))
    return loaded


def test_the_workflow_runs_every_environment_once(default: list[str], workflow: dict[str, Any]) -> None:
    groups = workflow["jobs"]["tox"]["strategy"]["matrix"]["environments"]
    assert sorted(",".join(groups).split(",")) == sorted(default)


def test_the_workflow_can_only_read_and_pins_what_it_uses(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each) for each in used)


def test_pre_commit_calls_environments_that_exist(default: list[str]) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    assert {hook["entry"].rpartition(" ")[2] for hook in hooks} <= set(default)


def test_contributing_explains_every_environment(default: list[str], tox: ConfigParser) -> None:
    page = (ROOT / ".github/CONTRIBUTING.md").read_text("utf-8")
    single = {name for section in tox.sections() if (name := section.removeprefix("testenv:")).isalpha()}
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == {*default, *single} - {"tox", "testenv"}
