"""A database for booking tests: real SQLite, the plugin's own migration, and a desk over the shipped samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pulpo_booking.business import Business
from pulpo_booking.desk import Desk
from pulpo_booking.files import load_businesses
from unit.pulpo_booking.counter import Counter, EngineDatabase, create_tables


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated database file, made once: copying it is cheaper than migrating for each test."""
    path = tmp_path_factory.mktemp("booking") / "empty.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    create_tables(engine)
    engine.dispose()
    return path.read_bytes()


@pytest.fixture
def engine(_migrated: bytes, tmp_path: Path) -> Iterator[sa.Engine]:
    """A migrated database of this test's own."""
    path = tmp_path / "booking.db"
    path.write_bytes(_migrated)
    engine = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON"))
    yield engine
    engine.dispose()


@pytest.fixture
def counter(engine: sa.Engine) -> Counter:
    """The desk of the three samples, demo in front."""
    return Counter(Desk(load_businesses(["demo", "marea", "arce"])), EngineDatabase(engine))


@pytest.fixture
def open_counter(engine: sa.Engine) -> Callable[..., Counter]:
    """Opens a desk for one business written in the test."""

    def make(raw: dict[str, Any], *others: dict[str, Any]) -> Counter:
        found = [Business.model_validate(each) for each in (raw, *others)]
        desk = Desk({business.workspace: business for business in found})
        return Counter(desk, EngineDatabase(engine), workspace=found[0].workspace)

    return make
