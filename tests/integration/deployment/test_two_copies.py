"""Blue-green, while customers write: versions come, fail, are cut off and go back, and nobody notices."""

from __future__ import annotations

import pytest

from support.installation import BARE, NEW, NO_PRICES, Installation
from support.steady import steady
from support.waiting import until

RATE = 20.0
"""Requests a second: the test's own processes, the client and both copies share a small machine. A deployment takes
more than a second on any."""


@pytest.fixture(scope="module")
def drain_delay() -> str:
    """Half of what compose.yaml gives: what nginx has to read its file again, which it does not say when it has."""
    return "1"


@pytest.fixture(scope="module", autouse=True)
def blue(installation: Installation) -> None:
    """Blue has the traffic."""
    run = installation.deploy("staging", "--blue-green", *BARE)
    assert run.status == 0, run.said
    assert "nothing -> blue" in run.said


def test_a_switch(installation: Installation) -> None:
    before = installation.colour()
    installation.commit("Switch", NEW)
    with steady(installation.url, installation.key, rate=RATE, tries=2) as answers:
        run = installation.deploy("staging", *BARE)
    assert run.status == 0, run.said
    assert installation.colour() != before
    answers.all_well(least=RATE)


def test_a_planted_bug_never_gets_the_traffic(installation: Installation) -> None:
    before = installation.colour(), installation.image()
    installation.commit("Plant", NO_PRICES)
    with steady(installation.url, installation.key, rate=RATE, tries=2) as answers:
        run = installation.deploy("staging", *BARE)
    installation.take_back(NO_PRICES)
    assert run.status == 1
    assert "rolled back" in run.said
    assert (installation.colour(), installation.image()) == before
    answers.all_well(least=RATE)


def test_ctrl_c_after_the_switch_gives_the_traffic_back(installation: Installation) -> None:
    before = installation.colour(), installation.image()
    installation.commit("Interrupt", NEW)
    with steady(installation.url, installation.key, rate=RATE, tries=2) as answers:
        run = installation.interrupt("staging", *BARE, after="] switch ", wait=0.1)
    assert run.status == 1
    assert (installation.colour(), installation.image()) == before
    answers.all_well(least=RATE)


def test_rollback_by_hand(installation: Installation) -> None:
    before, latest = installation.colour(), installation.image("pulpo-ai:latest")
    with steady(installation.url, installation.key, rate=RATE, tries=2) as answers:
        run = installation.deploy("rollback", *BARE[1:])
    assert run.status == 0, run.said
    assert installation.colour() != before
    assert installation.image("pulpo-ai:previous") == latest
    answers.all_well(least=RATE)


def test_control_a_copy_that_ends_without_a_switch_is_noticed(installation: Installation) -> None:
    serving = f"pulpo-app-{installation.colour()}"
    with steady(installation.url, installation.key, rate=RATE, tries=2) as answers:
        until(lambda: answers.counts["200"] > 0)
        installation.compose("stop", serving)
        until(lambda: bool(answers.failed))
