"""Real parts for integration tests; each skips, or fails where PULPO_REQUIRE promises the part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.parts import NODE_MODULES, require
from support.postgres import Postgres, running_postgres


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    return require("chromium")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, to be run in a page."""
    require("node")
    return (NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this run's own; do not stop it, others use it too (see `own_postgres`)."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this test's own, to be stopped, frozen and killed."""
    with running_postgres() as server:
        yield server
