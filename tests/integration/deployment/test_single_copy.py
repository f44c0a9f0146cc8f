"""One copy: a deployment is verified, one that is not well goes back by itself, and so does one that is cut off."""

from __future__ import annotations

import re

import pytest

from support.installation import BARE, NEW, NO_PRICES, Installation


@pytest.fixture(scope="module", autouse=True)
def first(installation: Installation) -> str:
    """What the first deployment said."""
    run = installation.deploy("staging", *BARE)
    assert run.status == 0, run.said
    return run.said


def test_the_first_deployment_was_verified_and_timed(installation: Installation, first: str) -> None:
    steps = re.findall(r"\[\d+/(\d+)\] (.+?) [\d.]+ s", first)
    assert len(steps) == int(steps[0][0])
    assert "asked in es and en, booked, cancelled" in first
    assert re.search(r"done in [\d.]+ s", first)
    assert "€" in installation.chat("How much is a haircut?")


def test_a_version_with_a_planted_bug_is_rolled_back_by_itself(installation: Installation) -> None:
    before = installation.state()
    tag = installation.commit("Plant", NO_PRICES)
    run = installation.deploy("staging", *BARE)
    installation.take_back(NO_PRICES)
    assert run.status == 1
    assert re.search(r"smoke chat failed after .*no prices in the answer", run.said)
    assert "rolled back in" in run.said
    assert installation.state() == before
    assert installation.serving() != installation.image(tag)
    assert "€" in installation.chat("How much is a haircut?")


def test_production_asks_backs_up_what_can_be_restored_and_is_rolled_back_by_hand(installation: Installation) -> None:
    old = installation.serving()
    installation.commit("Greet", NEW)
    refused = installation.deploy("production", *BARE, typed="yes\n")
    assert (refused.status, installation.serving()) == (1, old)
    run = installation.deploy("production", *BARE, typed="production\n")
    assert run.status == 0, run.said
    assert installation.serving() != old
    tables, rows = map(int, re.findall(r"restored on trial: (\d+) tables, (\d+) rows", run.said)[0])
    assert tables > 5
    assert rows > 0
    assert installation.deploy("rollback", *BARE[1:]).status == 0
    assert installation.serving() == old
    assert "€" in installation.chat("How much is a haircut?")


@pytest.mark.parametrize("step", ["tag", "start"])
def test_ctrl_c_in_the_step_after(installation: Installation, step: str) -> None:
    before = installation.state()
    installation.commit(f"Interrupt after {step}", NEW)
    run = installation.interrupt("staging", *BARE, after=f"] {step} ", wait=0.2)
    assert run.status == 1
    assert "interrupted" in run.said
    assert installation.state() == before
    assert "€" in installation.chat("How much is a haircut?")
