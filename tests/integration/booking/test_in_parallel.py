"""Fifty customers of two replicas want one slot at once, twenty times, on PostgreSQL.

The controls do what the tables' guard and the locks do not allow: look and then write, which books a slot twice,
and write without having agreed on an order, which deadlocks.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from itertools import cycle
from typing import TypeAlias, TypeVar

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from pulpo.contracts.storage import Database
from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.errors import ConversationBusyError, StoreUnavailableError
from pulpo.store.opening import open_store
from pulpo.store.turnstore import TurnStore
from pulpo_booking import appointments as bookings
from pulpo_booking.appointment import Appointment, Customer
from pulpo_booking.appointments import Appointments
from pulpo_booking.business import Business
from pulpo_booking.calendar import Question, claims_for, refusal
from pulpo_booking.localtime import Stretch
from support.postgres import UNHURRIED, Postgres
from support.turns import accept
from support.turns import asked as asked_turn
from unit.pulpo_booking.counter import NOW, business_of

CUSTOMERS = int(os.environ.get("CUSTOMERS", "50"))
ROUNDS = 20

T = TypeVar("T")
Try: TypeAlias = Callable[[TurnStore, Question, int, str, asyncio.Barrier], Awaitable[bool]]


@pytest.fixture
async def replicas(postgres_url: str) -> AsyncIterator[list[TurnStore]]:
    """Two stores on one database, as two processes have them."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(open_store(postgres_url, patience=UNHURRIED)) for _ in range(2)]


def business(*, people: Sequence[str] = ("ana",), rooms: int | None = None, **service: object) -> Business:
    services = [{"id": "cut", "name": "Cut", "minutes": 30, **service}]
    staff = [{"id": name, "name": name.title()} for name in people]
    return Business.model_validate(business_of(services=services, staff=staff, rooms=rooms))


def question(business: Business) -> Question:
    return Question(business=business, service=business.services[0], now=int(NOW.timestamp()))


async def as_the_tool_does(store: TurnStore, asked: Question, at: int, id_: str, _: asyncio.Barrier) -> bool:
    """An intent, and then one transaction with the ledger's record."""

    def book(connection: sa.Connection) -> Result:
        booked = Appointments(connection, asked.business.workspace)
        made = booked.book(asked, at, Customer(f"user:{id_}", id_, "600"), appointment_id=id_)
        return Result(done=isinstance(made, Appointment))

    asked_once = asked_turn(id_, id_, new=True, idempotency_key=id_)
    with suppress(ConversationBusyError):  # accepted, though the first answer to it came too late
        await insist(lambda: accept(store, asked_once))
    call = ToolCall(id_, "book", {})
    await insist(lambda: store.intend(key=id_, turn_id=id_, call=call, group="booking", now=0.0, epoch=1))
    return (await insist(lambda: store.commit(book, key=id_, now=0.0, epoch=1))).done


async def look_then_write(store: TurnStore, asked: Question, at: int, id_: str, barrier: asyncio.Barrier) -> bool:
    """Two transactions with a moment in between: only the database can keep this from booking twice."""
    workspace = asked.business.workspace
    day = Stretch(at - 86_400, at + 86_400)
    held = await insist(lambda: store.database.read(lambda c: Appointments(c, workspace).taken(day)))
    await barrier.wait()
    if refusal(asked, at, held) is not None:
        return False

    def write(connection: sa.Connection) -> bool:
        book = Appointments(connection, workspace)
        claims = claims_for(asked, asked.candidates[0], at, held) or ()
        draft = book._draft(asked, at, Customer(f"user:{id_}", id_, "600"), id_)
        return book._write(draft, claims, now=asked.now, moving=False)

    return await insist(lambda: store.database.write(write))


async def insist(step: Callable[[], Awaitable[T]]) -> T:
    """Ask again while the answer is "try again", as a client does that gets a 503: on a slow machine the fiftieth in
    the queue waits longer than the store is patient."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await step()
            except StoreUnavailableError:
                await asyncio.sleep(0.05)


async def race(
    replicas: list[TurnStore], attempt: Try, asked: Question, *, rounds: int = ROUNDS
) -> list[tuple[int, int, int]]:
    """Return for each round how many were told yes, how many rows stand, and how many claims on the staff."""
    counts = []
    for number in range(rounds):
        at = int(dt.datetime(2026, 12, 1 + number, 10, tzinfo=asked.business.zone).timestamp())
        barrier = asyncio.Barrier(CUSTOMERS)
        tries = [
            attempt(store, asked, at, f"r{number}c{customer}", barrier)
            for customer, store in zip(range(CUSTOMERS), cycle(replicas), strict=False)
        ]
        yes = sum(await asyncio.gather(*tries))
        counts.append((yes, *await standing(replicas[0].database, asked.business.workspace, at)))
    return counts


async def standing(database: Database, workspace: str, at: int) -> tuple[int, int]:
    def count(connection: sa.Connection) -> tuple[int, int]:
        book = Appointments(connection, workspace)
        claims = [claim for claim in book.taken(Stretch(at, at + 60)) if claim.resource.startswith("staff")]
        return len(book.between(Stretch(at, at + 1), states=["active"])), len(claims)

    return await database.read(count)


@pytest.mark.parametrize("capacity", [1, 3])
async def test_one_slot_is_booked_as_often_as_it_has_places(replicas: list[TurnStore], capacity: int) -> None:
    asked = question(business(capacity=capacity))
    assert await race(replicas, as_the_tool_does, asked) == [(capacity, capacity, capacity)] * ROUNDS


async def test_three_people_in_two_rooms_are_booked_twice(
    replicas: list[TurnStore], postgres: Postgres, postgres_url: str
) -> None:
    asked = question(business(people=("ana", "luz", "mia"), rooms=2))
    assert await race(replicas, as_the_tool_does, asked, rounds=10) == [(2, 2, 2)] * 10
    assert postgres.deadlocks(postgres_url) == 0


async def trade_places(
    replicas: list[TurnStore], asked: Question, *, rounds: int = 10, enough: Callable[[], bool] = lambda: False
) -> None:
    """Two appointments move to each other's start at once, each knowing nothing of the other, over and over."""
    day = int(dt.datetime(2026, 12, 1, 10, tzinfo=asked.business.zone).timestamp())
    starts = {"eva": day, "leo": day + 1800}

    def begin(connection: sa.Connection) -> list[Appointment | str]:
        book = Appointments(connection, asked.business.workspace)
        return [book.book(asked, at, Customer(who, who, "600"), appointment_id=who) for who, at in starts.items()]

    def move(connection: sa.Connection, appointment: Appointment, at: int) -> None:
        draft = replace(appointment, starts_at=at, ends_at=at + 1800)
        claims = claims_for(asked, asked.candidates[0], at, []) or ()
        Appointments(connection, asked.business.workspace)._write(draft, claims, now=asked.now, moving=True)

    eva, leo = await replicas[0].database.write(begin)
    assert isinstance(eva, Appointment)
    assert isinstance(leo, Appointment)
    for _ in range(rounds):
        await asyncio.gather(
            replicas[0].database.write(partial(move, appointment=eva, at=leo.starts_at)),
            replicas[1].database.write(partial(move, appointment=leo, at=eva.starts_at)),
        )
        if enough():
            return


async def test_two_that_trade_places_do_not_deadlock(
    replicas: list[TurnStore], postgres: Postgres, postgres_url: str
) -> None:
    await trade_places(replicas, question(business()))
    assert postgres.deadlocks(postgres_url) == 0


async def test_without_the_locks_they_do(
    replicas: list[TurnStore], postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookings, "lock_resources", lambda *_: None)
    met = lambda: postgres.deadlocks(postgres_url) > 0  # noqa: E731
    await trade_places(replicas, question(business()), rounds=1000, enough=met)
    assert met(), "the control must deadlock, or the test above proves nothing"


async def test_the_guard_alone_keeps_the_slot_from_a_stale_look(replicas: list[TurnStore]) -> None:
    assert await race(replicas, look_then_write, question(business()), rounds=5) == [(1, 1, 1)] * 5


async def test_without_the_guard_a_stale_look_books_twice(replicas: list[TurnStore]) -> None:
    def drop(connection: sa.Connection) -> None:
        for name in ("booking_allocations_one_a_seat", "booking_allocations_one_group"):
            connection.execute(sa.text(f"ALTER TABLE booking_allocations DROP CONSTRAINT {name}"))

    await replicas[0].database.write(drop)
    counts = await race(replicas, look_then_write, question(business()), rounds=2)
    assert any(rows > 1 for _, rows, _ in counts), "the control must double-book, or the tests above prove nothing"
