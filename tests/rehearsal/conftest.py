"""Deployments on real containers. They take minutes and are run by hand: `tox -e rehearsal`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.installation import Installation
from support.workshop import missing, workshop


@pytest.fixture(scope="session")
def environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What scripts/deploy.sh is called with on this machine; skips where containers cannot be run."""
    if lacking := missing():
        pytest.skip(f"no rehearsal here: {lacking}")
    with workshop(tmp_path_factory.mktemp("workshop")) as made:
        yield made


@pytest.fixture(scope="session")
def installation(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A clone of this tree whose first version is deployed to staging."""
    made = Installation(tmp_path_factory.mktemp("clone"), environ)
    try:
        first = made.deploy("staging", "--skip-tests", "--without", "grafana")
        (Path(made.folder) / "deploy" / "first.log").write_text(first.said, "utf-8")
        assert first.status == 0, first.said
        yield made
    finally:
        made.remove()
