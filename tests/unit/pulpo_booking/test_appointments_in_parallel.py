"""Fifty customers want one slot at once, twenty times: threads with connections of their own on one SQLite file.

The control does what the tables' guard does not allow: it looks, and then writes. It books the slot twice.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import uniform
from threading import Barrier
from time import sleep
from typing import TypeAlias

import pytest
import sqlalchemy as sa

from pulpo_booking.appointment import Appointment, Customer
from pulpo_booking.appointments import Appointments
from pulpo_booking.business import Business
from pulpo_booking.calendar import Question, claims_for, refusal
from pulpo_booking.localtime import Stretch
from unit.pulpo_booking.counter import NOW, business_of

CUSTOMERS = 50
ROUNDS = 20

Try: TypeAlias = Callable[[sa.Engine, Question, int, str, Barrier], bool]


@pytest.fixture
def file_engine(engine: sa.Engine) -> Iterator[sa.Engine]:
    """Connections as the runtime's writer opens them: WAL, transactions begun by hand, IMMEDIATE."""
    path = Path(str(engine.url.database))
    immediate = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool, connect_args={"timeout": 60})

    @sa.event.listens_for(immediate, "connect")
    def _configure(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute("PRAGMA busy_timeout=0")

    @sa.event.listens_for(immediate, "begin")
    def _begin(connection: sa.Connection) -> None:
        # SQLite's own waiting sleeps ever longer, up to a tenth of a second: most of this test would be that.
        raw = connection.connection.driver_connection
        assert raw is not None
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                sleep(uniform(0.001, 0.01))  # noqa: S311
            else:
                return

    yield immediate
    immediate.dispose()


def _in_one_transaction(engine: sa.Engine, question: Question, at: int, id_: str, barrier: Barrier) -> bool:
    """As the tool does it."""
    barrier.wait()
    with engine.begin() as connection:
        book = Appointments(connection, question.business.workspace)
        customer = Customer(f"user:{id_}", id_, "600")
        return isinstance(book.book(question, at, customer, appointment_id=id_), Appointment)


def _look_then_write(engine: sa.Engine, question: Question, at: int, id_: str, barrier: Barrier) -> bool:
    """Two transactions with a moment in between: only the database can keep this from booking twice."""
    span = Stretch(at - 86_400, at + 86_400)
    with engine.begin() as connection:
        held = Appointments(connection, question.business.workspace).taken(span)
    barrier.wait()
    if refusal(question, at, held) is not None:
        return False
    with engine.begin() as connection:
        book = Appointments(connection, question.business.workspace)
        (person,) = question.candidates
        claims = claims_for(question, person, at, held) or ()
        draft = book._draft(question, at, Customer(f"user:{id_}", id_, "600"), id_)
        return book._write(draft, claims, now=question.now, moving=False)


def _race(engine: sa.Engine, attempt: Try, *, capacity: int = 1, rounds: int = ROUNDS) -> list[tuple[int, int, int]]:
    """Return for each round how many were told yes, how many rows stand, and how many allocations."""
    service = {"id": "cut", "name": "Cut", "minutes": 30, "capacity": capacity}
    business = Business.model_validate(business_of(services=[service]))
    question = Question(business=business, service=business.services[0], now=int(NOW.timestamp()))
    counts = []
    with ThreadPoolExecutor(CUSTOMERS) as threads:
        for number in range(rounds):
            at = int(dt.datetime(2026, 12, 1 + number, 10, tzinfo=business.zone).timestamp())
            barrier = Barrier(CUSTOMERS)
            tries = [
                threads.submit(attempt, engine, question, at, f"r{number}c{customer}", barrier)
                for customer in range(CUSTOMERS)
            ]
            yes = sum(each.result(timeout=120) for each in tries)
            with engine.begin() as connection:
                book = Appointments(connection, business.workspace)
                rows = len(book.between(Stretch(at, at + 1), states=["active"]))
                counts.append((yes, rows, len(book.taken(Stretch(at, at + 60)))))
    return counts


@pytest.mark.parametrize("capacity", [1, 3])
def test_one_slot_is_booked_as_often_as_it_has_places(file_engine: sa.Engine, capacity: int) -> None:
    assert _race(file_engine, _in_one_transaction, capacity=capacity) == [(capacity, capacity, capacity)] * ROUNDS


def test_the_guard_alone_keeps_the_slot_from_a_stale_look(file_engine: sa.Engine) -> None:
    assert _race(file_engine, _look_then_write, rounds=5) == [(1, 1, 1)] * 5


def test_without_the_guard_a_stale_look_books_twice(file_engine: sa.Engine) -> None:
    with file_engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER booking_allocations_insert")
    counts = _race(file_engine, _look_then_write, rounds=2)
    assert any(rows > 1 for _, rows, _ in counts), "the control must double-book, or the tests above prove nothing"
