"""Orders over a real SQLite store; PostgreSQL and several processes are in ``tests/integration/store``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

import pulpo
from pulpo.contracts.storage import Database
from pulpo.errors import StoreUnavailableError
from pulpo.resilience import orders
from pulpo.resilience.breaker import BreakerSettings
from pulpo.resilience.breakers import Breakers
from pulpo.resilience.orders import Orders
from pulpo.store.migrate import upgrade
from pulpo.store.opening import open_store
from support.waiting import LIMIT


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path}/pulpo.db"
    upgrade(url, {})
    async with open_store(url) as store:
        yield store.database


class Replica:
    """A process's breakers and how it follows orders."""

    def __init__(self, database: Database) -> None:
        self.told: list[pulpo.Event] = []
        self.breakers = Breakers(BreakerSettings(), clock=lambda: 0.0, emit=self.told.append)
        self.orders = Orders(database, self.breakers, clock=lambda: 1000.0, emit=self.told.append)

    def state(self, tool: str = "book") -> str:
        return self.breakers.of("demo", tool).state


async def test_an_order_is_obeyed_here_at_once_and_elsewhere_at_the_next_look(database: Database) -> None:
    here, there = Replica(database), Replica(database)
    report = await here.orders.give("demo", "book", "open", by="key_1")
    assert (report.state, here.state(), there.state()) == ("open", "open", "closed")
    assert here.told == [
        pulpo.BreakerForced("demo", "book", "open", "key_1"),
        pulpo.BreakerChanged("demo", "book", "open", "forced", "key_1"),
    ]
    await there.orders.look()
    assert there.state() == "open"
    assert there.told == here.told[1:], "and every replica says whose order it obeys"
    await there.orders.give("demo", "book", "closed")
    await here.orders.look()
    assert here.state() == "closed"


async def test_an_order_is_obeyed_once(database: Database) -> None:
    here, there = Replica(database), Replica(database)
    await here.orders.give("demo", "book", "half_open")
    await there.orders.look()
    there.breakers.force("demo", "book", "closed")
    await there.orders.look()
    assert there.state() == "closed", "an order that was obeyed is no order any more"


async def test_what_was_ordered_open_survives_a_restart_and_a_passing_state_does_not(database: Database) -> None:
    here = Replica(database)
    await here.orders.give("demo", "book", "open", by="key_1")
    await here.orders.give("demo", "look", "half_open")
    restarted = Replica(database)
    await restarted.orders.recall()
    await restarted.orders.look()
    assert (restarted.state("book"), restarted.state("look")) == ("open", "closed")
    assert [(it.reason, it.by) for it in restarted.breakers.reports()] == [("forced", "key_1"), ("", "")]


async def test_following_goes_on_when_the_database_was_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "INTERVAL", 0.01)
    here, there = Replica(database), Replica(database)
    obeyed = anyio.Event()
    looks = 0

    async def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise StoreUnavailableError("away")
        await Orders.look(there.orders)
        obeyed.set()

    monkeypatch.setattr(there.orders, "look", look)
    await here.orders.give("demo", "book", "open")
    async with anyio.create_task_group() as group:
        group.start_soon(there.orders.follow)
        with anyio.fail_after(LIMIT):
            await obeyed.wait()
        group.cancel_scope.cancel()
    assert there.state() == "open"
