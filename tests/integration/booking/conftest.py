"""A PostgreSQL database with the core's and the booking plugin's tables, and a desk over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

import pulpo
import pulpo_booking
from pulpo.contracts.storage import Database
from pulpo.store.migrate import upgrade
from pulpo.store.opening import open_store
from pulpo.store.transact import transact
from pulpo_booking.business import Business
from pulpo_booking.desk import Desk
from support.postgres import UNHURRIED, Postgres
from unit.pulpo_booking.counter import Counter

T = TypeVar("T")

BRANCHES = {"pulpo_booking": Path(pulpo_booking.__file__).parent / "migrations"}


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """The name of a migrated database, to copy."""
    url = postgres.create()
    upgrade(url, BRANCHES)
    return url.rpartition("/")[2]


@pytest.fixture
def postgres_url(postgres: Postgres, migrated: str) -> str:
    """A migrated database of this test's own."""
    return postgres.create(template=migrated)


@dataclass(frozen=True, slots=True)
class LedgerDatabase:
    """The store's database, with the ledger's promise for the same idempotency key."""

    database: Database
    ledger: dict[str, pulpo.Result] = field(default_factory=dict)

    async def read(self, closure: Callable[[sa.Connection], T]) -> T:
        return await self.database.read(closure)

    async def write(self, closure: Callable[[sa.Connection], T]) -> T:
        return await self.database.write(closure)

    async def commit(self, key: str, closure: Callable[[sa.Connection], pulpo.Result]) -> pulpo.Result:
        if key in self.ledger:
            return self.ledger[key]
        result = await self.write(closure)
        if result.done and key:
            self.ledger[key] = result
        return result


@dataclass(frozen=True, slots=True)
class PostgresCounter(Counter):
    """`Counter` whose tables are PostgreSQL's."""

    url: str = ""

    def rows(self) -> list[tuple[str, str, str]]:
        query = sa.text("SELECT state, staff_id, id FROM booking_appointments ORDER BY starts_at, id")
        with ThreadPoolExecutor(1) as elsewhere:  # the test's own thread has a running event loop
            return elsewhere.submit(transact, self.url, lambda c: [tuple(row) for row in c.execute(query)]).result()


@pytest.fixture
async def open_counter(postgres_url: str) -> AsyncIterator[Callable[..., Counter]]:
    """Opens a desk for one business written in the test; see the unit tests' fixture of this name."""
    async with open_store(postgres_url, patience=UNHURRIED) as store:

        def make(raw: dict[str, Any], *others: dict[str, Any]) -> Counter:
            found = [Business.model_validate(each) for each in (raw, *others)]
            desk = Desk({business.workspace: business for business in found})
            database: Any = LedgerDatabase(store.database)
            return PostgresCounter(desk, database, workspace=found[0].workspace, url=postgres_url)

        yield make
