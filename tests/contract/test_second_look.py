"""A test that fails once is looked at again, alone; one that is wrong stays wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.documents import ROOT

ONCE = """
def test_once():
    with open("seen", "a+") as file:
        file.write(".")
        file.seek(0)
        assert file.read() != "."
"""
SOUND = """
def test_sound():
    with open("sound", "a") as file:
        file.write(".")
"""
WRONG = "def test_wrong():\n    assert False\n"
SKEWED = "import nothing_of_this_name\n"


@pytest.mark.parametrize(
    ("tests", "code", "noted"),
    [
        (SOUND, 0, ""),
        (SOUND + ONCE, 0, "passed on the second look only: test_it.py::test_once\n"),
        (SOUND + ONCE + WRONG, 1, ""),
        (SOUND + SKEWED, 2, ""),
    ],
    ids=["all well", "fails once", "fails always", "not importable"],
)
def test_what_becomes_of(tests: str, code: int, noted: str, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(tests, "utf-8")
    looked = tmp_path / "looked"
    earlier = tmp_path / ".pytest_cache/v/cache/lastfailed"
    earlier.parent.mkdir(parents=True)
    earlier.write_text('{"other/test_room.py::test_that_failed_twice": true}', "utf-8")
    environ = {**os.environ, "TOX_ENV_DIR": str(tmp_path), "SECOND_LOOKS": str(looked)}
    environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # importing them is most of the time
    command = [
        sys.executable,
        str(ROOT / "tests/support/second_look.py"),
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "xdist",
    ]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    assert (looked.read_text("utf-8") if looked.exists() else "") == noted
    assert not (tmp_path / "sound").exists() or (tmp_path / "sound").read_text("utf-8") == ".", "it ran once"
