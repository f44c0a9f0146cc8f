from __future__ import annotations

import os
import signal

import pytest

from deployer.engine import DeployError
from deployer.steps import Failure, Step, perform


def fails() -> str:
    raise DeployError("the port is taken; free it")


def interrupted() -> str:
    raise KeyboardInterrupt


def nothing(failure: Failure) -> str:
    raise AssertionError("there is nothing to undo")


@pytest.fixture
def said() -> list[str]:
    return []


def test_steps_run_in_order_and_are_timed(said: list[str]) -> None:
    seconds = iter(range(100))
    steps = [Step("build", lambda: "3 layers"), Step("start", lambda: "")]
    assert perform(steps, undo=nothing, say=said.append, clock=lambda: next(seconds))
    assert said == ["[1/2] build 1.0 s: 3 layers", "[2/2] start 1.0 s", "done in 5.0 s"]


def test_a_dry_run_names_every_step_and_runs_none(said: list[str]) -> None:
    assert perform([Step("build", fails), Step("start", fails, changes=True)], undo=nothing, say=said.append, dry=True)
    assert said[:2] == ["[1/2] build (dry run)", "[2/2] start (dry run)"]


@pytest.mark.parametrize("trouble", [fails, interrupted])
def test_what_fails_after_a_change_is_undone(trouble, said: list[str]) -> None:
    done: list[str] = []
    steps = [
        Step("start", lambda: "", changes=True),
        Step("verify", trouble),
        Step("never", lambda: done.append("x") or ""),
    ]
    assert not perform(steps, undo=lambda _: done.append("undone") or "the old one runs", say=said.append)
    assert done == ["undone"]
    assert said[-1].endswith("the old one runs")
    assert "failed" in said[-2]


def test_a_change_that_fails_half_way_is_undone_too(said: list[str]) -> None:
    done: list[str] = []
    assert not perform(
        [Step("start", fails, changes=True)], undo=lambda _: done.append("undone") or "", say=said.append
    )
    assert done == ["undone"]


def test_what_fails_before_any_change_undoes_nothing(said: list[str]) -> None:
    done: list[str] = []
    assert not perform([Step("check", fails)], undo=lambda _: done.append("undone") or "", say=said.append)
    assert done == []
    assert "the port is taken; free it" in said[0]


def test_an_undo_that_fails_says_what_to_do(said: list[str]) -> None:
    assert not perform([Step("start", fails, changes=True)], undo=lambda _: fails(), say=said.append)
    assert "ROLLBACK FAILED" in said[-1]
    assert "scripts/deploy.sh rollback" in said[-1]


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_it_is_undone_and_a_second_one_does_not_interrupt_that(which, said: list[str]) -> None:
    failures: list[Failure] = []

    def undo(failure: Failure) -> str:
        failures.append(failure)
        os.kill(os.getpid(), signal.SIGINT)
        return "finished all the same"

    def interrupting() -> str:
        os.kill(os.getpid(), which)
        raise AssertionError("the signal ends the step")

    step = Step("start", interrupting, changes=True)
    before = signal.getsignal(which)
    assert not perform([step], undo=undo, say=said.append)
    assert failures == [Failure(step, interrupted=True)]
    assert said[-1].endswith("finished all the same")
    assert signal.getsignal(which) is before


def test_a_mistake_of_our_own_is_undone_too_and_told_in_full(said: list[str]) -> None:
    done: list[str] = []
    step = Step("start", lambda: str(1 // 0), changes=True)
    assert not perform([step], undo=lambda _: done.append("undone") or "", say=said.append)
    assert done == ["undone"]
    assert "ZeroDivisionError" in said[0]
    assert "Traceback" in said[0]
