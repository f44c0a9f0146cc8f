"""Booking, moving and cancelling on real tables; whatever the order, nothing ever overlaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pulpo_booking.appointment import Appointment, Customer
from pulpo_booking.appointments import Appointments
from pulpo_booking.business import Business
from pulpo_booking.calendar import Question
from pulpo_booking.localtime import Stretch
from unit.pulpo_booking.counter import NOW, business_of, create_tables

EVA = Customer("user:eva", "Eva", "600100200")
DAY = dt.date(2026, 11, 26)


def _business(**changes: Any) -> Business:
    return Business.model_validate(business_of(**changes))


def _ask(business: Business, service: str = "cut", staff: str = "") -> Question:
    return Question(
        business=business,
        service=business.services_by_id[service],
        staff=business.staff_by_id.get(staff),
        now=int(NOW.timestamp()),
    )


def _at(business: Business, clock: str) -> int:
    return int(dt.datetime.combine(DAY, dt.time.fromisoformat(clock), business.zone).timestamp())


@contextmanager
def _open(engine: sa.Engine, business: Business) -> Iterator[Appointments]:
    with engine.begin() as connection:
        yield Appointments(connection, business.workspace)


def _booked(book: Appointments, question: Question, clock: str, id_: str) -> Appointment:
    made = book.book(question, _at(question.business, clock), EVA, appointment_id=id_)
    assert isinstance(made, Appointment), made
    return made


def test_a_booking_is_found_by_its_customer_only(engine: sa.Engine) -> None:
    business = _business()
    with _open(engine, business) as book:
        made = _booked(book, _ask(business), "10:00", "a")
    with _open(engine, business) as book:
        assert book.find("a", customer=EVA.key) == made
        assert book.find("a", customer="user:other") is None
        assert Appointments(book.connection, "elsewhere").find("a", customer=EVA.key) is None
        assert book.upcoming(customer=EVA.key, now=made.starts_at) == [made]
        assert book.upcoming(customer=EVA.key, now=made.ends_at) == []


def test_between_is_half_open(engine: sa.Engine) -> None:
    business = _business()
    with _open(engine, business) as book:
        made = _booked(book, _ask(business), "10:00", "a")
        assert book.between(Stretch(made.starts_at, made.starts_at + 1), states=["active"]) == [made]
        assert book.between(Stretch(made.starts_at - 9, made.starts_at), states=["active"]) == []
        assert book.between(Stretch(made.starts_at, made.ends_at), states=["cancelled"]) == []


def test_a_refused_move_leaves_everything_as_it_was(engine: sa.Engine) -> None:
    business = _business()
    with _open(engine, business) as book:
        mine = _booked(book, _ask(business), "10:00", "a")
        _booked(book, _ask(business), "12:00", "b")
        before = sorted(book.taken(Stretch(0, 2**40)))
        assert book.reschedule(_ask(business), _at(business, "12:15"), mine) == "taken"
        assert sorted(book.taken(Stretch(0, 2**40))) == before
        assert book.find("a", customer=EVA.key) == mine


def test_a_rival_between_look_and_write_costs_nothing_but_the_slot(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look sees an empty calendar, as if the rival had committed right after it; the guard has the last word."""
    business = _business()
    with _open(engine, business) as book:
        mine = _booked(book, _ask(business), "10:00", "a")
        _booked(book, _ask(business), "12:00", "b")
        monkeypatch.setattr(Appointments, "taken", lambda *_, **__: [])
        assert book.book(_ask(business), _at(business, "12:00"), EVA, appointment_id="c") == "taken"
        assert book.reschedule(_ask(business), _at(business, "12:15"), mine) == "taken"
    monkeypatch.undo()
    with _open(engine, business) as book:
        assert book.find("c", customer=EVA.key) is None
        assert book.find("a", customer=EVA.key) == mine
        assert len(book.taken(Stretch(0, 2**40))) == 2


def test_the_price_is_the_one_agreed(engine: sa.Engine) -> None:
    business = _business()
    dearer = _business(services=[{"id": "cut", "name": "Cut", "minutes": 30, "price": 99}])
    with _open(engine, business) as book:
        made = _booked(book, _ask(business), "10:00", "a")
        moved = book.reschedule(_ask(dearer), _at(business, "11:00"), made)
        assert isinstance(moved, Appointment)
        assert (moved.price, moved.id) == (made.price, made.id)


def test_others_move_over_when_only_their_rooms_are_in_the_way(engine: sa.Engine) -> None:
    staff = [{"id": each, "name": each} for each in "abc"]
    services = [{"id": "half", "name": "Half", "minutes": 30}, {"id": "whole", "name": "Whole", "minutes": 60}]
    business = _business(rooms=2, staff=staff, services=services)
    whole = _ask(business, "whole")
    with _open(engine, business) as book:
        first = _booked(book, _ask(business, "whole"), "10:00", "p")
        _booked(book, whole, "10:30", "q")
        book.cancel(first, now=0)
        _booked(book, whole, "09:30", "r")
        rooms = {claim.start: claim.seat for claim in book.taken(Stretch(0, 2**40)) if claim.resource == "room"}
        assert sorted(rooms.values()) == [1, 2], "no single room is free from 10:00 to 11:00"
        _booked(book, whole, "10:00", "u")
        assert book.book(_ask(business, "half"), _at(business, "10:15"), EVA, appointment_id="x") == "taken"


class AnyOrder(RuleBasedStateMachine):
    """Customers book, move and cancel in any order; a slow look at all rows finds nothing that overlaps."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
        create_tables(self.engine)
        self.ids: list[str] = []

    @initialize(rooms=st.sampled_from([None, 1, 2]), capacity=st.integers(1, 3), limit=st.sampled_from([None, 2]))
    def open_business(self, rooms: int | None, capacity: int, limit: int | None) -> None:
        self.rooms, self.capacity, self.limit = rooms, capacity, limit
        self.business = _business(
            rooms=rooms,
            daily_limits={} if limit is None else {"long": limit},
            hours={"thu": [["09:00", "12:00"]]},
            services=[
                {"id": "cut", "name": "Cut", "minutes": 30, "buffer_after_minutes": 10},
                {"id": "long", "name": "Long", "minutes": 60, "buffer_before_minutes": 5},
                {"id": "class", "name": "Class", "minutes": 45, "capacity": capacity},
            ],
            staff=[{"id": "ana", "name": "Ana"}, {"id": "luis", "name": "Luis", "services": ["cut", "class"]}],
        )

    @rule(
        service=st.sampled_from(["cut", "long", "class"]), step=st.integers(0, 11), staff=st.sampled_from(["", "ana"])
    )
    def book(self, service: str, step: int, staff: str) -> None:
        id_ = f"a{len(self.ids)}"
        with _open(self.engine, self.business) as book:
            question = _ask(self.business, service, staff)
            made = book.book(question, _at(self.business, "09:00") + step * 900, EVA, appointment_id=id_)
        if isinstance(made, Appointment):
            self.ids.append(id_)

    @rule(pick=st.integers(0, 99), step=st.integers(0, 11))
    def move(self, pick: int, step: int) -> None:
        with _open(self.engine, self.business) as book:
            mine = self._pick(book, pick)
            if mine is not None and mine.state == "active":
                target = _at(self.business, "09:00") + step * 900
                moved = book.reschedule(_ask(self.business, mine.service_id), target, mine)
                after = book.find(mine.id, customer=EVA.key)
                assert after == (moved if isinstance(moved, Appointment) else mine)

    @rule(pick=st.integers(0, 99))
    def cancel(self, pick: int) -> None:
        with _open(self.engine, self.business) as book:
            mine = self._pick(book, pick)
            if mine is not None:
                book.cancel(mine, now=0)

    @invariant()
    def nothing_overlaps(self) -> None:
        if not hasattr(self, "business"):
            return
        with _open(self.engine, self.business) as book:
            active = book.between(Stretch(0, 2**40), states=["active"])
        for one in active:
            together = [each for each in active if each.starts_at < one.ends_at and one.starts_at < each.ends_at]
            same = [each for each in together if each.staff_id == one.staff_id]
            if one.service_id == "class":
                assert {(each.service_id, each.starts_at) for each in same} == {("class", one.starts_at)}
                assert len(same) <= self.capacity
            else:
                assert same == [one]
            now = [each for each in active if each.starts_at <= one.starts_at < each.ends_at]
            assert self.rooms is None or len(now) <= self.rooms
        assert self.limit is None or sum(each.service_id == "long" for each in active) <= self.limit

    def teardown(self) -> None:
        self.engine.dispose()

    def _pick(self, book: Appointments, pick: int) -> Appointment | None:
        return book.find(self.ids[pick % len(self.ids)], customer=EVA.key) if self.ids else None


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
