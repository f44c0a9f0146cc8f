"""Several replicas and one database: a change made at one is in force at all of them, whole, and survives a start."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

import pulpo
from pulpo_booking import configuration
from pulpo_booking.business import Business, Stored, etag_of
from pulpo_booking.configuration import followed
from pulpo_booking.desk import Desk
from support.waiting import eventually
from unit.pulpo_booking.counter import NOW, Counter, EngineDatabase, business_of
from unit.pulpo_booking.test_business_routes import call

pytestmark = pytest.mark.anyio

OpenCounter = Callable[..., Counter]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration, "LOOK_SECONDS", 0.01)


def runtime(database: Any, told: list[pulpo.Workspace]) -> pulpo.Runtime:
    def clock() -> datetime:
        return NOW

    return pulpo.Runtime(
        database=database, workspaces={}, clock=clock, emit=lambda _: None, update_workspace=told.append
    )


async def test_another_replica_takes_a_change_over(open_counter: OpenCounter) -> None:
    here, there = open_counter(business_of()), open_counter(business_of())
    told: list[pulpo.Workspace] = []
    async with followed(there.desk, runtime(there.database, told)):
        for name in ("First", "Second"):
            await call(here, "PUT", business_of(name=name))
            await eventually(lambda name=name: there.desk.businesses["shop"].name == name)
    assert [each.name for each in told] == ["First", "Second"]
    assert there.desk.version("shop") == 2
    assert (await call(there, "GET"))[1] == (await call(here, "GET"))[1]


async def test_a_change_survives_a_start_and_the_file_stands_behind_it(open_counter: OpenCounter) -> None:
    await call(open_counter(business_of()), "PUT", business_of(name="Changed"))
    started = open_counter(business_of(name="From the file"))
    assert started.desk.businesses["shop"].name == "From the file"
    async with followed(started.desk, runtime(started.database, [])):
        assert started.desk.businesses["shop"].name == "Changed"


class Away:
    """A database that is away until it is back."""

    def __init__(self, database: EngineDatabase) -> None:
        self.database, self.away, self.asked = database, False, 0

    async def read(self, closure: Any) -> Any:
        self.asked += 1
        if self.away:
            raise RuntimeError("away")
        return await self.database.read(closure)


async def test_while_the_database_is_away_what_is_known_stays(
    open_counter: OpenCounter, caplog: pytest.LogCaptureFixture
) -> None:
    counter = open_counter(business_of())
    database = Away(counter.database)
    desk = Desk(counter.desk.configured)
    async with followed(desk, runtime(database, [])):
        database.away, before = True, database.asked
        await call(counter, "PUT", business_of(name="Changed"))
        await eventually(lambda: database.asked > before + 3)
        assert desk.businesses["shop"].name == "Shop"
        database.away = False
        await eventually(lambda: desk.businesses["shop"].name == "Changed")
    assert [record.message for record in caplog.records].count("cannot ask for changed businesses: away") == 1


async def test_following_goes_on_after_what_no_error_of_the_database_would_be(
    open_counter: OpenCounter, caplog: pytest.LogCaptureFixture
) -> None:
    counter = open_counter(business_of())

    class Cancelled(Away):
        async def read(self, closure: Any) -> Any:
            if self.away:
                self.away = False
                raise asyncio.CancelledError("by nobody")
            return await super().read(closure)

    database = Cancelled(counter.database)
    desk = Desk(counter.desk.configured)
    async with followed(desk, runtime(database, [])):
        database.away = True
        await call(counter, "PUT", business_of(name="Changed"))
        await eventually(lambda: desk.businesses["shop"].name == "Changed")
    assert [each.message for each in caplog.records if each.name == "pulpo.background"] == [
        "booking-businesses ended, and begins anew in 0.01 s"
    ]


async def test_one_that_this_release_cannot_read_is_logged_and_the_others_go_on(
    open_counter: OpenCounter, caplog: pytest.LogCaptureFixture
) -> None:
    counter = open_counter(business_of())
    await call(counter, "PUT", business_of(name="Changed"))
    newer = json.dumps(business_of(workspace="shop2", wings=4))
    with counter.database.engine.begin() as connection:
        insert = "INSERT INTO booking_businesses VALUES ('shop2', 1, :document, 0)"
        connection.execute(sa.text(insert), {"document": newer})
    desk, database = Desk({}), Away(counter.database)
    with caplog.at_level(logging.ERROR):
        async with followed(desk, runtime(database, [])):
            await eventually(lambda: bool(desk.businesses))
            before = database.asked
            await eventually(lambda: database.asked > before + 3)  # some more looks, which say nothing of it
    assert desk.businesses.keys() == {"shop"}
    assert sum("the stored business 'shop2' cannot be used: wings:" in each.message for each in caplog.records) == 1


def test_an_older_version_never_replaces_a_newer_one() -> None:
    first, second = (Business.model_validate(business_of(name=name)) for name in ("First", "Second"))
    desk = Desk({})
    desk.adopt({"shop": Stored(second, 2, 0)}, seen={"shop": 2})
    desk.adopt({"shop": Stored(first, 1, 0)}, seen={"shop": 2})
    assert desk.businesses["shop"].name == "Second"


def test_validators_differ_with_content_and_version() -> None:
    one, other = (Business.model_validate(business_of(name=name)) for name in ("One", "Other"))
    stored = [Stored(one, version, 0) for version in (1, 2)]
    tags = {etag_of(one, None), etag_of(other, None), *(etag_of(one, each) for each in stored)}
    assert len(tags) == 4
    assert etag_of(None, None) == ""
