"""One copy of the application: its image, a deployment, a planted bug, production, and the way back."""

from __future__ import annotations

import re
import time

import pytest

from support.installation import Installation
from support.workshop import BASE

SKIP = ("--skip-tests", "--without", "grafana")
MOST_OVER_BASE = 200e6
TOLD = {
    "answers without prices": "smoke chat failed",
    "fails when asked for services": "smoke chat failed",
    "ends when it is served": "times by itself",
}

BUGS = {
    "answers without prices": {"plugins/pulpo_booking/speech.py": ('"EUR": "€"', '"EUR": "?"')},
    "fails when asked for services": {
        "plugins/pulpo_booking/tools/information.py": (
            "business = desk.business(context.workspace.id)",
            "raise LookupError(context.workspace.id)",
        )
    },
    "ends when it is served": {
        "runtime/pulpo/cli/servers.py": (
            "with bind(settings.host, settings.port) as listener:",
            "with bind(settings.host, settings.port) as listener:\n        raise SystemExit(3)",
        )
    },
}


def test_the_image_is_small_and_runs_as_nobody_special(installation: Installation) -> None:
    size, base = (int(installation.podman("image", "inspect", "--format", "{{.Size}}", name)) for name in (TAG, BASE))
    assert 0 < size - base <= MOST_OVER_BASE
    container = installation.compose("ps", "--quiet", "pulpo-app")
    assert installation.inspect(container)["HostConfig"]["ReadonlyRootfs"] is True
    inside = installation.podman("exec", container, "python", "-c", LOOK_AROUND).split("\n")
    assert inside == ["10001 10001", "read-only", "no pip, no compiler"]
    labels = installation.inspect(container)["Config"]["Labels"]
    assert f"pulpo-ai:{labels['org.opencontainers.image.revision']}" == installation.version()


TAG = "pulpo-ai:latest"
LOOK_AROUND = """
import os, shutil
print(os.getuid(), os.getgid())
try:
    open("/opt/pulpo/x", "w")
except OSError as error:
    print("read-only" if error.errno == 30 else error)
found = [name for name in ("pip", "gcc", "cc", "make") if shutil.which(name, path="/opt/pulpo/bin:/usr/bin")]
print(", ".join(found) or "no pip, no compiler")
"""


def test_the_first_deployment_was_verified_and_timed(installation: Installation) -> None:
    said = (installation.folder / "deploy" / "first.log").read_text("utf-8")
    steps = re.findall(r"\[\d+/(\d+)\] (.+?) [\d.]+ s", said)
    assert len(steps) == int(steps[0][0])
    assert "asked in es and en, booked, cancelled" in said
    assert "scraped by Prometheus" in said
    assert re.search(r"done in [\d.]+ s", said)
    assert "€" in installation.chat("How much is a haircut?")


@pytest.mark.parametrize("bug", BUGS)
def test_a_version_with_a_planted_bug_is_rolled_back_by_itself(installation: Installation, bug: str) -> None:
    before = installation.serving()
    tag = installation.commit(f"Plant: {bug}", BUGS[bug])
    try:
        run = installation.deploy("staging", *SKIP)
        assert run.status == 1
        assert TOLD[bug] in run.said
        assert "rolled back in" in run.said
        assert installation.serving() == before == installation.image()
        assert before != installation.image(tag)
        assert "€" in installation.chat("How much is a haircut?")
    finally:
        installation.commit("Mend it", {file: (new, old) for file, (old, new) in BUGS[bug].items()})


def test_rollback_by_hand_goes_back_and_forth(installation: Installation) -> None:
    old = installation.serving()
    installation.commit("Greet", {"plugins/pulpo_booking/speech.py": ('"""', '"""New. ')})
    assert installation.deploy("staging", *SKIP).status == 0
    new = installation.serving()
    assert new != old
    assert installation.deploy("rollback", "--without", "grafana").status == 0
    assert installation.serving() == old
    assert "€" in installation.chat("How much is a haircut?")
    assert installation.deploy("rollback", "--without", "grafana").status == 0
    assert installation.serving() == new


def test_production_asks_and_backs_up_what_can_be_restored(installation: Installation) -> None:
    before = installation.serving()
    installation.commit("Go to production")
    refused = installation.deploy("production", *SKIP, typed="yes\n")
    assert refused.status == 1
    assert "nothing was changed" in refused.said
    assert installation.serving() == before
    run = installation.deploy("production", *SKIP, typed="production\n")
    assert run.status == 0, run.said
    tables, rows = map(int, re.findall(r"restored on trial: (\d+) tables, (\d+) rows", run.said)[0])
    assert tables > 5
    assert rows > 0
    assert run.said.index("backup") < run.said.index("] tag ") < run.said.index("] start ")
    (backup,) = (installation.folder / "deploy" / "backups").iterdir()
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_backup_restores_as_the_guide_says(installation: Installation) -> None:
    (backup,) = (installation.folder / "deploy" / "backups").iterdir()
    count = ("exec", "-T", "postgres", "psql", "-U", "pulpo", "-Atc", "SELECT count(*) FROM turns", "pulpo")
    rows = int(installation.compose(*count))
    installation.chat("How much is a haircut?")
    assert int(installation.compose(*count)) > rows
    installation.compose("stop", "pulpo-app")
    target = f"/tmp/{backup.name}"  # noqa: S108 - inside the container
    installation.compose("cp", str(backup), f"postgres:{target}")
    installation.compose(
        *("exec", "-T", "postgres", "psql", "-q", "-v", "ON_ERROR_STOP=1", "-U", "pulpo", "-f", target, "pulpo")
    )
    installation.compose("start", "pulpo-app")
    assert int(installation.compose(*count)) <= rows
    deadline = time.monotonic() + 30
    while "€" not in _try(installation) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert "€" in installation.chat("How much is a haircut?")


def test_a_dry_run_changes_nothing(installation: Installation) -> None:
    before = installation.serving(), installation.image(), installation.podman("ps", "--quiet")
    run = installation.deploy("production", "--dry-run", "--blue-green")
    assert run.status == 0
    assert run.said.count("(dry run)") > 15
    assert before == (installation.serving(), installation.image(), installation.podman("ps", "--quiet"))


def _try(installation: Installation) -> str:
    try:
        return installation.chat("How much is a haircut?")
    except Exception as error:
        return str(error)
