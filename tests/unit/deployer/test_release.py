from __future__ import annotations

from typing import Any

import pytest

from deployer import images, release
from deployer.release import Release
from deployer.steps import perform

TAG = "pulpo-ai:2"


@pytest.fixture
def planned(engine: Any, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A release whose application never becomes ready."""
    monkeypatch.setattr(release, "READY_SECONDS", 0)
    return Release(
        engine=engine, environ={}, site="http://127.0.0.1:9", ports={}, bind="127.0.0.1", services=("pulpo-app",)
    )


def test_everything_is_looked_at_before_anything_is_changed(planned: Release) -> None:
    steps = planned.deploy(TAG, tests=True, backup=True)
    names = [step.name for step in steps]
    first = next(number for number, step in enumerate(steps) if step.changes)
    assert names[first] == "tag"
    assert {"engine", "files", "disk", "ports", "tests", "build", "settings", "migrations", "backup"} <= set(
        names[:first]
    )
    assert {"start", "application ready", "smoke chat", "metrics", "canary", "logs"} <= set(names[first:])


def test_a_release_that_is_not_well_is_rolled_back_by_itself(planned: Release, machine: Any) -> None:
    machine.images = {images.LATEST: "old", TAG: "new"}
    said: list[str] = []
    steps = [
        step
        for step in planned.deploy(TAG, tests=False, backup=False)
        if step.name in ("tag", "start", "application ready")
    ]
    assert not perform(steps, undo=lambda: _without_waiting(planned), say=said.append)
    assert machine.images[images.LATEST] == "old"
    assert "did not answer" in said[-2]


def test_a_first_release_that_is_not_well_is_stopped(planned: Release, machine: Any) -> None:
    machine.images = {TAG: "new"}
    assert "the application is stopped" in planned.undo()
    assert machine.did("stop", "pulpo-app")


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


def _without_waiting(planned: Release) -> str:
    return images.swap(planned.engine)
