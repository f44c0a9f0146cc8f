"""scripts/deploy.sh as it is, on an engine whose containers are real processes (see `support.processes`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.installation import Installation
from support.postgres import running_postgres
from support.processes.installing import installed


@pytest.fixture(scope="module")
def drain_delay() -> str:
    """Seconds for which a copy that was asked to stop goes on: hardly any where nobody writes meanwhile."""
    return "0.2"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, drain_delay: str) -> Iterator[Installation]:
    """A clone of this tree that nothing was deployed from yet."""
    folder = tmp_path_factory.mktemp("engine")
    with running_postgres() as postgres, installed(folder, postgres) as environ:
        made = Installation(tmp_path_factory.mktemp("clone"), {**environ, "PULPO_DRAIN_DELAY": drain_delay})
        try:
            yield made
        finally:
            made.compose("down")
