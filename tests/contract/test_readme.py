"""README's commands and code blocks run as they are printed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

from pulpo.testing.agent import new_agent
from support.documents import ROOT, Block, blocks, files
from support.ports import free_port
from support.server import Server

pytestmark = pytest.mark.docs

README = ROOT / "README.md"
COMMANDS = blocks(README, "server")


def test_the_first_command_sets_up_and_serves(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    for path in files():
        target = clone / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (block,) = blocks(README, "serve")
    # `exec`, so that stopping the shell stops the server.
    script = block.text.replace("&& .venv/bin/pulpo", "&& exec .venv/bin/pulpo")
    server = Server(clone, free_port(), command=("bash", "-c", script))
    try:
        server.start(seconds=300)
    finally:
        server.stop()


def test_the_second_command_is_what_ci_runs() -> None:
    (block,) = blocks(README, "test")
    assert (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1] == block.text.strip()


@pytest.mark.skipif(shutil.which("curl") is None, reason="README's examples are written with curl")
@pytest.mark.parametrize("block", COMMANDS, ids=[block.text.split()[0] for block in COMMANDS])
def test_commands_against_a_server(block: Block, server: Server, tmp_path: Path) -> None:
    script = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n' + block.text
    for written in ("http://127.0.0.1:8000", "http://localhost:8000"):
        script = script.replace(written, server.url)
    script = script.replace(".venv/bin/pulpo", f"{sys.executable} -m pulpo")
    run = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, **server.settings()},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.strip()


async def test_the_plugin_works(tmp_path: Path) -> None:
    (block,) = blocks(README, "plugin")
    assert len([line for line in block.text.splitlines() if line.strip()]) < 15
    module = types.ModuleType("hello", doc="README's plugin")
    exec(compile(block.text, "README.md", "exec"), module.__dict__)  # noqa: S102 - what README tells readers to run
    with new_agent(plugins=[module], directory=tmp_path) as agent:
        assert await agent.call("say_hello", {"name": "Ana"}) == "Hola, Ana!"
        assert "Hola, Eva!" in (await agent.say("say hello to Eva", locale="en")).reply
