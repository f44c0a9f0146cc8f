"""Broken plugins, installed as pip would leave them: each is named with its reason, and the rest runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.distributions import install
from support.ports import free_port
from support.server import Server, running

GOOD = """
    import pulpo

    @pulpo.tool(read_only=True, examples={{"es": ["di {tool}"], "en": ["say {tool}"]}})
    def {tool}() -> str:
        "Say a word."
        return "{tool}"

    @pulpo.hookimpl
    def pulpo_register_tools(settings):
        return [{tool}]
"""

HOOK = """
    import pulpo

    @pulpo.hookimpl
    def {signature}:
        {body}
"""

SOURCES = {
    "good": GOOD.format(tool="word"),
    "import_error": "import there_is_no_such_module",
    "syntax_error": "def broken(:\n    pass\n",
    "sys_exit": "import sys\nsys.exit(7)\n",
    "unknown_hook": HOOK.format(signature="pulpo_register_tool(settings)", body="return []"),
    "unmarked_hook": "def pulpo_register_tools(settings):\n    return []\n",
    "raising_hook": HOOK.format(signature="pulpo_register_tools(settings)", body="return [][0]"),
    "exiting_hook": HOOK.format(signature="pulpo_register_tools(settings)", body="raise SystemExit(3)"),
    "wrong_signature": HOOK.format(signature="pulpo_register_tools(config)", body="return []"),
    "wrong_value": HOOK.format(signature="pulpo_register_tools(settings)", body="return [print]"),
    "takes_word_again": GOOD.format(tool="word"),
    "slow": "import time\ntime.sleep(1.05)\n" + GOOD.format(tool="late").replace("\n    ", "\n"),
}

REASONS = {
    "import_error": "import failed: ModuleNotFoundError: No module named 'there_is_no_such_module'",
    "syntax_error": "import failed: SyntaxError: invalid syntax (syntax_error_mod.py, line 1)",
    "sys_exit": "import failed: it called sys.exit(7); a plugin must not end the program (at sys_exit_mod.py:2)",
    "unknown_hook": "unknown hook pulpo_register_tool: did you mean pulpo_register_tools?",
    "unmarked_hook": "function pulpo_register_tools lacks its marker: put @pulpo.hookimpl on it",
    "raising_hook": "hook pulpo_register_tools failed: IndexError: list index out of range (at raising_hook_mod.py:6)",
    "exiting_hook": "hook pulpo_register_tools failed: it called sys.exit(3)",
    "wrong_signature": "hook pulpo_register_tools has a wrong signature: it takes settings",
    "wrong_value": "hook pulpo_register_tools returned something else: builtin_function_or_method print is not a",
    "takes_word_again": "tool 'word' is offered by 'good' and by 'takes_word_again': deny one of them",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")
    for name, source in SOURCES.items():
        install(directory, f"dist-{name}", {f"{name}_mod": source}, entries={name: f"{name}_mod"}, version="0.1")
    return directory


@pytest.fixture(scope="module")
def records(site: Path) -> dict[str, Any]:
    """What `pulpo plugins --json` lists, by name."""
    run = pulpo("plugins", "--json", site=site)
    assert run.returncode == 0, run.stderr
    return {record["name"]: record for record in json.loads(run.stdout)}


@pytest.fixture(scope="module")
def server_with_them(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), environ={"PYTHONPATH": str(site)}) as server:
        yield server


def pulpo(*arguments: str, site: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PULPO_")}
    return subprocess.run(
        [sys.executable, "-m", "pulpo", *arguments],
        env={**clean, "PYTHONPATH": str(site), **environ},
        cwd=site,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("name", REASONS)
def test_a_broken_plugin_is_quarantined_with_its_reason(records: dict[str, Any], name: str) -> None:
    record = records[name]
    assert record["state"] == "quarantined"
    assert record["reason"].startswith(REASONS[name])
    assert (record["distribution"], record["version"], record["contributes"]) == (f"dist-{name}", "0.1", {})


def test_the_others_are_active(records: dict[str, Any]) -> None:
    assert records["good"]["contributes"] == {"tools": ["word"]}
    first_party = [record for record in records.values() if record["distribution"] == "pulpoai"]
    assert len(first_party) >= 5
    assert {record["state"] for record in first_party} == {"active"}


def test_a_slow_one_is_active_and_remarked(records: dict[str, Any]) -> None:
    assert (records["slow"]["state"], records["slow"]["contributes"]) == ("active", {"tools": ["late"]})
    assert re.match(r"slow import: \d+\.\d", records["slow"]["reason"])
    assert records["slow"]["import_ms"] >= 1050


def test_the_server_starts_and_names_them(server_with_them: Server) -> None:
    listed = {each["name"]: each for each in httpx.get(f"{server_with_them.url}/plugins", timeout=60).json()["plugins"]}
    assert {name for name, each in listed.items() if each["state"] == "quarantined"} == set(REASONS)
    assert all(listed[name]["reason"].startswith(reason) for name, reason in REASONS.items())
    message = {"message": "say word", "locale": "en"}
    answer = httpx.post(f"{server_with_them.url}/chat", json=message, timeout=60).json()
    assert answer["outcome"] == "ok"


@pytest.mark.parametrize("name", ["sys_exit", "takes_word_again", "not_installed"])
def test_a_required_one_refuses_the_start_and_says_why(site: Path, tmp_path: Path, name: str) -> None:
    run = pulpo(
        "serve",
        site=site,
        PULPO_PLUGINS__REQUIRED=f"good,{name}",
        PULPO_PORT=str(free_port()),
        PULPO_DATABASE_URL=f"sqlite:///{tmp_path / 'pulpo.db'}",
    )
    assert run.returncode not in (0, -9), run.stdout + run.stderr
    said = " ".join((run.stdout + run.stderr).split())
    assert f"{name}: " in said
    assert REASONS.get(name, "not installed (installed are ") in said
    assert "good: " not in said
    assert "Traceback" not in said


def test_blocked_plugins_are_not_imported_at_all(site: Path) -> None:
    # The control: the same folder, where one plugin ends any process that imports it unguarded.
    control = subprocess.run([sys.executable, "-c", "import sys_exit_mod"], cwd=site, capture_output=True, timeout=60)
    assert control.returncode == 7
    run = pulpo("plugins", "--json", site=site, PULPO_PLUGINS__ALLOW="pulpoai,good")
    states = {record["name"]: (record["state"], record["import_ms"]) for record in json.loads(run.stdout)}
    assert {name: states[name] for name in REASONS} == dict.fromkeys(REASONS, ("blocked", 0.0))
    assert states["good"][0] == "active"
