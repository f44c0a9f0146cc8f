from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count, repeat
from typing import Any

import pytest

from deployer import images, release, verify
from deployer.engine import DeployError
from deployer.release import Release
from deployer.steps import Step, Undo, perform

TAG = "pulpo-ai:2"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def planned(engine: Any, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A release whose application never becomes ready."""
    monkeypatch.setattr(release, "READY_SECONDS", 0)
    return Release(engine=engine, environ={}, site=NOBODY, ports={}, bind="127.0.0.1", services=("pulpo-app",))


def test_everything_is_looked_at_before_anything_is_changed(planned: Release) -> None:
    steps = planned.deploy(TAG, tests=True, backup=True)
    names = [step.name for step in steps]
    first = next(number for number, step in enumerate(steps) if step.changes)
    assert names[first] == "tag"
    assert {"engine", "files", "disk", "ports", "tests", "build", "settings", "migrations", "backup"} <= set(
        names[:first]
    )
    assert {"start", "application ready", "smoke chat", "metrics", "canary", "logs"} <= set(names[first:])


def run(planned: Release, steps: list[Step], undo: Undo) -> list[str]:
    """Run the steps that need no server; return what was said."""
    said: list[str] = []
    wanted = [step for step in steps if step.name in ("tag", "start", "application ready", "never")]
    assert not perform(wanted, undo=undo, say=said.append)
    return said


def test_a_release_that_is_not_well_is_rolled_back_by_itself(planned: Release, machine: Any) -> None:
    machine.images = {images.LATEST: "old", images.PREVIOUS: "older", TAG: "new"}
    said = run(planned, planned.deploy(TAG, tests=False, backup=False), planned.undo)
    assert (machine.images[images.LATEST], machine.images[images.PREVIOUS]) == ("old", "older")
    assert machine.did("up", "pulpo-app")
    assert "did not answer" in said[2]


def test_a_change_that_was_cut_off_goes_back_to_what_ran_and_not_to_the_one_before(planned, machine) -> None:
    machine.images = {images.LATEST: "old", images.PREVIOUS: "older", TAG: "new"}
    machine.failing = {f"tag {images.LATEST}"}
    run(planned, planned.deploy(TAG, tests=False, backup=False), planned.undo)
    assert (machine.images[images.LATEST], machine.images[images.PREVIOUS]) == ("old", "older")


def test_a_first_release_that_is_not_well_is_stopped_and_not_the_latest(planned: Release, machine: Any) -> None:
    machine.images = {TAG: "new"}
    said = run(planned, planned.deploy(TAG, tests=False, backup=False), planned.undo)
    assert "the application is stopped" in said[-1]
    assert machine.did("stop", "pulpo-app")
    assert machine.images == {TAG: "new"}


@pytest.mark.parametrize(("counts", "looks"), [(count(87), 5), (repeat(87), 91)])
def test_a_version_that_keeps_ending_is_not_waited_for(
    engine: Any, machine: Any, monkeypatch: pytest.MonkeyPatch, counts: Iterator[int], looks: int
) -> None:
    """What its container came to before is not counted."""
    waits = partial(verify.wait_until, clock=count().__next__, sleep=lambda _seconds: None)
    monkeypatch.setattr(verify, "wait_until", waits)
    machine.said = {"ps --quiet": "c1", "logs": "no such table"}

    def run(command: tuple[str, ...], **given: Any) -> str:
        said: str = machine.run(command, **given)
        return str(next(counts)) if "{{.RestartCount}}" in command else said

    planned = Release(engine=replace(engine, run=run), environ={}, site=NOBODY, ports={}, bind="127.0.0.1")
    (ready,) = (step for step in planned.start() if step.name == "application ready")
    with pytest.raises(DeployError, match="no such table") as told:
        ready.work()
    assert ("has ended 5 times by itself" in str(told.value)) == (looks == 5)
    assert len([line for line in machine.commands if "{{.RestartCount}}" in line]) == 1 + looks


def test_a_rollback_that_fails_its_verification_stays(planned: Release, machine: Any) -> None:
    machine.images = {images.LATEST: "broken", images.PREVIOUS: "old"}
    said = run(planned, planned.roll_back(), planned.undo_roll_back)
    assert machine.images[images.LATEST] == "old"
    assert "was kept" in said[-1]


def test_a_rollback_that_is_interrupted_is_undone(planned: Release, machine: Any) -> None:
    machine.images = {images.LATEST: "new", images.PREVIOUS: "old"}

    def interrupted() -> str:
        raise KeyboardInterrupt

    run(planned, [planned.roll_back()[1], Step("never", interrupted)], planned.undo_roll_back)
    assert (machine.images[images.LATEST], machine.images[images.PREVIOUS]) == ("new", "old")


def test_the_new_image_checks_settings_and_migrations_not_the_one_that_runs(planned: Release, machine: Any) -> None:
    machine.said["ps --quiet postgres"] = "0123456789ab\n"
    steps = {step.name: step for step in planned.deploy(TAG, tests=False, backup=False)}
    steps["settings"].work()
    steps["migrations"].work()
    tags = [
        environ.get("PULPO_TAG")
        for line, environ in zip(machine.commands, machine.environs, strict=True)
        if "run --rm" in line
    ]
    assert tags == ["2", "2"]
