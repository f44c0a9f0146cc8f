"""``pulpo eval --url`` against a real server: what needs no held clock is held there, the rest is skipped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support.server import Server

SET = Path(__file__).parents[1] / "dialogues"


def test_dialogues_are_held_on_a_server(server: Server, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    files = [str(SET / name) for name in ("anytime.toml", "marea.toml")]
    done = subprocess.run(
        [sys.executable, "-m", "pulpo", "eval", *files, "--url", server.url, "--json", str(report)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    every = json.loads(report.read_text("utf-8"))["scores"][0]
    assert (every["dialogues"], every["right"], every["skipped"]) == (4, 4, 15)
