"""The workflow's gates, run by `act` on this machine: green as they are, red with a fault planted. `tox -e workflow`.

What act cannot have without GitHub is left out: setup-python is replaced by the Python of this machine, and signing,
publishing and deploying are not run. The tests of the tree are cut down to a few of each kind, so that a run of the big
gate is short, and its threshold of coverage is lowered to what they reach: without a fault it is green so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from support.act import Act

KEPT = {
    "unit": "unit/pulpo/test_consent.py",
    "functional": "functional/test_canary_examples.py",
    "simulation": "simulation/test_simulation.py",
    "evidence": "evidence/test_rollouts.py",
    "integration": "integration/test_valkey.py",
    "smoke": "smoke/test_deployment.py",
}
REACHED = 5
"""Per cent that the few tests cover at least."""
FAILS = "def test_planted() -> None:\n    assert False\n"
SHOWS = {
    "none": "congratulations",
    "a failing test": "FAILED tests/unit/test_planted.py",
    "a coverage drop": "fail-under=85",
}
FEWER = {"SEED": "7", "PULPO_EVIDENCE_RUNS": "4"}


@pytest.mark.parametrize("job", ["lint", "security"])
def test_a_gate_is_green(act: Act, job: str) -> None:
    green, said = act.run(job, environ={})
    assert green, said[-4000:]


def test_a_planted_lint_error_is_red(act: Act) -> None:
    act.plant("runtime/pulpo/planted.py", "import os\n")
    green, said = act.run("lint", environ={"TOX_SKIP_ENV": "type|layers"})
    act.mend()
    assert not green
    assert "F401" in said


@pytest.fixture
def few(act: Act) -> Iterator[Act]:
    """The tree with a few tests of each kind, and a threshold of coverage that they reach."""
    for kind, kept in KEPT.items():
        for path in (act.tree / "tests" / kind).rglob("test_*.py"):
            if path != act.tree / "tests" / kept:
                path.unlink()
    threshold(act, REACHED)
    yield act
    act.mend()


def threshold(act: Act, per_cent: int) -> None:
    project = (act.tree / "pyproject.toml").read_text("utf-8")
    act.plant("pyproject.toml", re.sub(r"fail_under = \d+", f"fail_under = {per_cent}", project))


BIG = (
    *("--matrix", "python:3.11"),
    *("--matrix", "environments:unit,functional,simulation,evidence,integration,smoke,coverage"),
)


def test_the_big_gate_is_green(few: Act) -> None:
    green, said = few.run("tests", *BIG, environ=FEWER)
    assert green, said[-4000:]
    for kind in (*KEPT, "coverage"):
        assert re.search(rf"  {kind}: OK", said), kind


@pytest.mark.parametrize("fault", SHOWS)
def test_a_planted_fault_turns_it_red(few: Act, fault: str) -> None:
    """Only the unit tests run and are measured: one kind that is red has to be enough."""
    if fault == "a failing test":
        few.plant("tests/unit/test_planted.py", FAILS)
    if fault == "a coverage drop":
        threshold(few, 85)
    green, said = few.run("tests", *BIG, environ={"TOX_SKIP_ENV": "functional|simulation|evidence|integration|smoke"})
    assert green == (fault == "none"), said[-4000:]
    assert SHOWS[fault] in said
