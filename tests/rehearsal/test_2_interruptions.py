"""Whatever ends a deployment, and in whichever step: what ran before serves, and nothing is left half-done."""

from __future__ import annotations

import json
import signal

import pytest

from support.installation import Installation

SKIP = ("--skip-tests", "--without", "grafana")
LONG = ("engine", "ports", "build", "settings", "migrations", "backup", "tag", "start")
BEFORE = {**dict.fromkeys(LONG, 0.4), "application ready": 0.0, "key": 0.0}
"""How long after each step the deployment is interrupted, in seconds: while the one after it runs, or the next."""


def state(installation: Installation) -> tuple[str | None, ...]:
    """What must be the same afterwards: images, containers (none that a step left behind) and what they run."""
    containers = json.loads(installation.podman("ps", "--all", "--format", "json"))
    return *installation.state(), *sorted(f"{each['Names'][0]} {each['State']}" for each in containers)


@pytest.fixture(scope="module", autouse=True)
def two_versions(installation: Installation) -> None:
    installation.commit("Have a version before")
    assert installation.deploy("staging", *SKIP).status == 0


@pytest.mark.parametrize(("step", "wait"), BEFORE.items())
def test_ctrl_c_in_the_step_after(installation: Installation, step: str, wait: float) -> None:
    before = state(installation)
    installation.commit(f"Interrupt after {step}", {"runtime/pulpo/__init__.py": ('"""', '"""New. ')})
    run = installation.interrupt("production", "--yes", *SKIP, after=f"] {step} ", wait=wait)
    assert run.status == 1
    assert "failed" in run.said
    assert state(installation) == before
    assert "€" in installation.chat("How much is a haircut?")
    assert installation.compose("exec", "-T", "postgres", "psql", "-U", "pulpo", "-Atc", LEFT, "postgres") == ""


LEFT = "SELECT datname FROM pg_database WHERE datname = 'pulpo_restore_check'"


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP])
def test_a_cancelled_job_and_a_lost_connection_are_the_same(installation: Installation, sign: signal.Signals) -> None:
    before = state(installation)
    installation.commit(f"End by {sign.name}", {"runtime/pulpo/__init__.py": ('"""', '"""New. ')})
    run = installation.interrupt("staging", *SKIP, after="] tag ", wait=0.4, sign=sign)
    assert "rolled back" in run.said
    assert state(installation) == before


@pytest.mark.parametrize(("step", "wait"), [("engine", 0.2), ("tag", 0.2), ("start", 0.2), ("application ready", 0.0)])
def test_ctrl_c_in_a_rollback(installation: Installation, step: str, wait: float) -> None:
    before = state(installation)
    run = installation.interrupt("rollback", "--without", "grafana", after=f"] {step} ", wait=wait)
    assert run.status == 1
    assert state(installation) == before
    assert "€" in installation.chat("How much is a haircut?")
