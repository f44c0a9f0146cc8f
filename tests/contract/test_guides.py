"""Every command of every page is run by a test, here or where the comment above it says, or has a reason there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.documents import ROOT, Block, blocks, pages
from support.ports import free_port
from support.server import Server

pytestmark = pytest.mark.docs

SHELLS = {"bash", "sh", "console"}
GUIDES = (ROOT / "deploy" / "README.md", ROOT / "deploy" / "GUIA.md")
PAGES = [page for page in pages() if any(block.language in SHELLS for block in blocks(page))]
RUN = {
    "tests/contract/test_readme.py": {"serve", "test", "server"},
    "tests/contract/test_guides.py": {"server", "dry", "served", "eval"},
    "tests/integration/test_llm_canary_example.py": {"model", "serve", "talk", "cost", "break", "status"},
}
"""Marks of blocks that tests run, by the tests."""
WHY_NOT = "<!-- (not run:|run by tests/)[^>]+ -->"
MARKS = set().union(*RUN.values())

SERVED = list(dict.fromkeys(block for guide in GUIDES for block in blocks(guide, "server")))


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_is_run_or_says_why_not(page: Path) -> None:
    text = page.read_text("utf-8")
    silent = [
        block.text
        for block in blocks(page)
        if block.language in SHELLS
        and block.mark not in MARKS
        and not re.search(
            rf"<!-- (not run:|run by tests/)[^>]+ -->\n\n```{block.language}\n{re.escape(block.text)}", text
        )
    ]
    assert silent == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_tests_that_run_them_exist(page: Path) -> None:
    named = re.findall(r"<!-- run by ([^>]+) -->", page.read_text("utf-8"))
    files = [file for each in named for file in re.findall(r"tests/[\w/]+\.py", each)]
    assert [file for file in files if not (ROOT / file).is_file()] == []


@pytest.mark.parametrize("file", RUN)
def test_the_marks_are_read_by_the_tests_that_run_them(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    assert [mark for mark in RUN[file] if f'"{mark}"' not in text] == []


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server and a key with scope admin, as the guides have one."""
    server = Server(tmp_path_factory.mktemp("keyed"), free_port())
    try:
        server.start(seconds=120)
        made = subprocess.run(
            [sys.executable, "-m", "pulpo", "keys", "create", "--workspace", "demo", "--scope", "admin"],
            env={**os.environ, **server.settings()},
            cwd=server.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        found = re.search(r"pulpo_[\w-]{43}", made.stdout)
        assert found, made.stdout
        yield server, found[0]
    finally:
        server.stop()


@pytest.mark.parametrize("block", SERVED, ids=[block.text.split("/metrics")[-1].split()[0] for block in SERVED])
def test_commands_against_a_server(block: Block, keyed: tuple[Server, str], tmp_path: Path) -> None:
    server, key = keyed
    script = 'set -euo pipefail\ncurl() { command curl --silent --show-error --fail-with-body "$@"; }\n' + block.text
    script = script.replace("http://localhost:8000", server.url)
    script = script.replace(".venv/bin/pulpo", f"{sys.executable} -m pulpo")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, **server.settings(), "PULPO_API_KEY": key},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()


EXAMPLES = [page for page in PAGES if blocks(page, "served")]


@pytest.mark.parametrize("page", EXAMPLES, ids=name)
def test_an_example_is_served_and_its_other_commands_talk_to_it(page: Path, tmp_path: Path) -> None:
    (block,) = blocks(page, "served")
    serve, *others = block.text.replace("examples/", f"{ROOT}/examples/").splitlines()
    server = Server(tmp_path, free_port(), command=[sys.executable, "-m", *serve.split()])
    try:
        server.start(seconds=120)
        for command in others:
            asked = command.replace("http://127.0.0.1:8000", server.url)
            done = subprocess.run(
                [sys.executable, "-m", *shlex.split(asked)], cwd=tmp_path, capture_output=True, text=True, timeout=120
            )
            assert done.returncode == 0, done.stderr
            assert done.stdout.strip()
    finally:
        server.stop()


def test_the_example_dialogues_are_evaluated(tmp_path: Path) -> None:
    (block,) = blocks(ROOT / "examples/dialogues/README.md", "eval")
    command = block.text.replace("examples/", f"{ROOT}/examples/").split()
    done = subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_deployments_are_run_dry(guide: Path) -> None:
    (block,) = blocks(guide, "dry")
    for command in block.text.splitlines():
        done = subprocess.run(
            [*command.split(), "--dry-run"],
            cwd=ROOT,
            env={**os.environ, "PULPO_ENGINE": "false", "PULPO_COMPOSE": "false"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert "(dry run)" in done.stderr


def test_both_guides_have_the_same_commands() -> None:
    english, spanish = ([block.text for block in blocks(guide)] for guide in GUIDES)
    assert english == spanish


SEED_MODES = {"all", "unit", "smoke", "integration", "lint", "security"}


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_every_mode_of_the_first_test_runner_has_environments_that_exist(guide: Path) -> None:
    rows = re.findall(
        r"^\| `python tests/run_tests.py (\w+)` \| `tox(?: -e ([a-z,]+))?`", guide.read_text("utf-8"), re.M
    )
    assert {mode for mode, _ in rows} == SEED_MODES
    listed = re.findall(r"[\w-]+", (ROOT / "tox.ini").read_text("utf-8").partition("env_list =")[2].partition("\n")[0])
    for mode, environments in rows:
        assert set(filter(None, environments.split(","))) <= set(listed), mode
