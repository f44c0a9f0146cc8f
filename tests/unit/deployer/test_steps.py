from __future__ import annotations

import os
import signal

import pytest

from deployer.engine import DeployError
from deployer.steps import Step, perform


def fails() -> str:
    raise DeployError("the port is taken; free it")


def interrupted() -> str:
    raise KeyboardInterrupt


@pytest.fixture
def said() -> list[str]:
    return []


def test_steps_run_in_order_and_are_timed(said: list[str]) -> None:
    seconds = iter(range(100))
    steps = [Step("build", lambda: "3 layers"), Step("start", lambda: "")]
    assert perform(steps, undo=None, say=said.append, clock=lambda: next(seconds))
    assert said == ["[1/2] build 1.0 s: 3 layers", "[2/2] start 1.0 s", "done in 5.0 s"]


def test_a_dry_run_names_every_step_and_runs_none(said: list[str]) -> None:
    assert perform([Step("build", fails), Step("start", fails, changes=True)], undo=fails, say=said.append, dry=True)
    assert said[:2] == ["[1/2] build (dry run)", "[2/2] start (dry run)"]


@pytest.mark.parametrize("trouble", [fails, interrupted])
def test_what_fails_after_a_change_is_undone(trouble, said: list[str]) -> None:
    done: list[str] = []
    steps = [
        Step("start", lambda: "", changes=True),
        Step("verify", trouble),
        Step("never", lambda: done.append("x") or ""),
    ]
    assert not perform(steps, undo=lambda: done.append("undone") or "the old one runs", say=said.append)
    assert done == ["undone"]
    assert said[-1].endswith("the old one runs")
    assert "failed" in said[-2]


def test_a_change_that_fails_half_way_is_undone_too(said: list[str]) -> None:
    done: list[str] = []
    assert not perform([Step("start", fails, changes=True)], undo=lambda: done.append("undone") or "", say=said.append)
    assert done == ["undone"]


def test_what_fails_before_any_change_undoes_nothing(said: list[str]) -> None:
    done: list[str] = []
    assert not perform([Step("check", fails)], undo=lambda: done.append("undone") or "", say=said.append)
    assert done == []
    assert "the port is taken; free it" in said[0]


def test_an_undo_that_fails_says_what_to_do(said: list[str]) -> None:
    assert not perform([Step("start", fails, changes=True)], undo=fails, say=said.append)
    assert "ROLLBACK FAILED" in said[-1]
    assert "scripts/deploy.sh rollback" in said[-1]


def test_a_second_control_c_does_not_interrupt_the_undo(said: list[str]) -> None:
    def undo() -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return "finished all the same"

    before = signal.getsignal(signal.SIGINT)
    assert not perform([Step("start", interrupted, changes=True)], undo=undo, say=said.append)
    assert said[-1].endswith("finished all the same")
    assert signal.getsignal(signal.SIGINT) is before
