"""Two copies behind nginx: versions change, fail and come back while customers write, and none of them notices."""

from __future__ import annotations

import time

import pytest

from support.installation import Installation
from support.steady import steady
from support.workshop import AT_ONCE

SKIP = ("--skip-tests", "--without", "grafana")
RATE = 50.0
NEW = {"runtime/pulpo/__init__.py": ('"""', '"""New. ')}
BUG = ('"EUR": "€"', '"EUR": "?"')
SPEECH = "plugins/pulpo_booking/speech.py"


@pytest.fixture(scope="module", autouse=True)
def blue(installation: Installation) -> None:
    """The single copy has given way to the first colour."""
    run = installation.deploy("staging", "--blue-green", *SKIP)
    assert run.status == 0, run.said
    assert "nothing -> blue" in run.said


def build(installation: Installation, why: str, changes: dict[str, tuple[str, str]]) -> None:
    """Commit and build beforehand, so that the steps that are looked at come soon."""
    installation.commit(why, changes)
    assert installation.deploy("image").status == 0


def test_a_build_and_a_switch(installation: Installation) -> None:
    before = installation.colour()
    installation.commit("Switch", NEW)
    yielding = installation.environ["PULPO_BUILD_OPTIONS"].removesuffix(AT_ONCE)
    with steady(installation.url, installation.key, rate=RATE) as answers:
        run = installation.deploy("staging", *SKIP, PULPO_BUILD_OPTIONS=yielding)
        time.sleep(2)
    assert run.status == 0, run.said
    assert run.seconds("build") > 5, "it was built before: nothing was shown"
    assert installation.colour() != before
    answers.all_well(least=10 * RATE)


def test_a_planted_bug_never_gets_the_traffic(installation: Installation) -> None:
    before = installation.colour(), installation.image()
    build(installation, "Plant", {SPEECH: BUG})
    with steady(installation.url, installation.key, rate=RATE) as answers:
        run = installation.deploy("staging", *SKIP)
    installation.commit("Mend", {SPEECH: (BUG[1], BUG[0])})
    assert run.status == 1
    assert "rolled back" in run.said
    assert (installation.colour(), installation.image()) == before
    answers.all_well(least=10 * RATE)


def test_rollback_by_hand(installation: Installation) -> None:
    before = installation.colour(), installation.image(), installation.image("pulpo-ai:previous")
    with steady(installation.url, installation.key, rate=RATE) as answers:
        run = installation.deploy("rollback", "--without", "grafana")
        time.sleep(2)
    assert run.status == 0, run.said
    assert (installation.image(), installation.image("pulpo-ai:previous")) == (before[2], before[1])
    assert installation.colour() != before[0]
    answers.all_well(least=10 * RATE)


@pytest.mark.parametrize("step", ["tag", "start the idle colour", "verify the idle colour", "switch", "smoke chat"])
def test_ctrl_c_in_the_step_after(installation: Installation, step: str) -> None:
    before = installation.colour(), installation.image()
    build(installation, f"Interrupt after {step}", NEW)
    with steady(installation.url, installation.key, rate=RATE) as answers:
        run = installation.interrupt("staging", *SKIP, after=f"] {step} ", wait=0.2)
        time.sleep(1)
    assert run.status == 1
    assert (installation.colour(), installation.image()) == before
    answers.all_well(least=10 * RATE)


def test_control_a_switch_without_a_drain_is_noticed(installation: Installation) -> None:
    serving = f"pulpo-app-{installation.colour()}"
    with steady(installation.url, installation.key, rate=RATE) as answers:
        time.sleep(2)
        installation.compose("kill", serving)
        time.sleep(1)
        installation.compose("start", serving)
        time.sleep(15)
    print(answers.counts)
    assert answers.failed
