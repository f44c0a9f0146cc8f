"""Both databases under one name: what a turn asks of its store must not depend on which it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pulpo.store.migrate import upgrade
from pulpo.store.opening import open_store
from pulpo.store.turnstore import TurnStore
from support.postgres import UNHURRIED, Postgres


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """The name of a PostgreSQL database with the core's tables, to copy."""
    url = postgres.create()
    upgrade(url, {})
    return url.rpartition("/")[2]


@pytest.fixture
def postgres_url(postgres: Postgres, migrated: str) -> str:
    """A PostgreSQL database of this test's own, with the core's tables."""
    return postgres.create(template=migrated)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database with the core's tables, once for each kind."""
    if request.param == "postgresql":
        address: str = request.getfixturevalue("postgres_url")
        return address
    address = f"sqlite:///{tmp_path}/pulpo.db"
    upgrade(address, {})
    return address


@pytest.fixture
async def store(url: str) -> AsyncIterator[TurnStore]:
    """The open store of `url`."""
    async with open_store(url, patience=UNHURRIED) as opened:
        yield opened
