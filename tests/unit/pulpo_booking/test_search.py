"""Which start is meant, and which come closest to one that is not free."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_booking.business import Business
from pulpo_booking.calendar import Claim, Question, Start
from pulpo_booking.localtime import local
from pulpo_booking.search import (
    Clock,
    Free,
    Refused,
    Unclear,
    around,
    bookable_days,
    days_with_room,
    look,
    nearest,
    read_clocks,
    spread,
)
from unit.pulpo_booking.counter import NOW, business_of

DAY = dt.date(2026, 12, 1)


def _ask(**changes: Any) -> Question:
    business = Business.model_validate(business_of(**changes))
    return Question(business=business, service=business.services[0], now=int(NOW.timestamp()))


def _said(question: Question, starts: list[Start]) -> list[str]:
    return [local(start.at, question.business.zone).strftime("%d %H:%M") for start in starts]


@pytest.mark.parametrize(
    ("text", "clocks"),
    [
        ("17:00", (Clock(1020),)),
        ("08:00|20:00", (Clock(480), Clock(1200))),
        ("02:00+01:00", (Clock(120, 3600),)),
        ("02:00-03:30", (Clock(120, -12600),)),
    ],
)
def test_read_clocks(text: str, clocks: tuple[Clock, ...]) -> None:
    assert read_clocks(text) == clocks


def test_something_else_is_no_clock() -> None:
    with pytest.raises(ValueError, match="write HH:MM"):
        read_clocks("noon")


@pytest.mark.parametrize(
    ("hours", "text", "found"),
    [
        (["09:00", "20:00"], "17:00", Free),
        (["09:00", "20:00"], "05:00|17:00", Free),
        (["06:00", "22:00"], "08:00|20:00", Unclear),
        (["09:00", "20:00"], "08:00|20:00", Refused),
        (["09:00", "20:00"], "21:00", Refused),
    ],
)
def test_look(hours: list[str], text: str, found: type) -> None:
    question = _ask(hours={"tue": [hours]})
    assert isinstance(look(question, DAY, read_clocks(text), ()), found)


def test_of_two_refused_readings_the_one_within_hours_is_explained() -> None:
    question = _ask()
    at = int(dt.datetime(2026, 12, 1, 17, tzinfo=question.business.zone).timestamp())
    taken = [Claim("staff:ana", 1, "", at, at + 1800)]
    assert look(question, DAY, read_clocks("05:00|17:00"), taken) == Refused("taken", at)


def test_the_nearest_are_three_of_the_day_and_then_one_a_day() -> None:
    question = _ask()
    at = int(dt.datetime(2026, 12, 1, 17, tzinfo=question.business.zone).timestamp())
    held = [Claim("staff:ana", 1, "", at, at + 1800)]
    assert _said(question, nearest(question, at, lambda _: held)) == [
        "01 16:15", "01 16:30", "01 17:30", "02 17:00", "03 17:00", "04 17:00"
    ]  # fmt: skip


def test_beyond_the_horizon_the_nearest_are_its_last_days() -> None:
    question = _ask(maximum_advance_days=10)
    far = int(dt.datetime(2027, 6, 1, 12, tzinfo=question.business.zone).timestamp())
    found = nearest(question, far, lambda _: [])
    assert [local(start.at, question.business.zone).date().day for start in found] == [29, 30, 1, 2, 3, 4]


def test_a_long_holiday_is_searched_to_its_end() -> None:
    closed = [str(DAY + dt.timedelta(days=days)) for days in range(70)]
    question = _ask(closed_dates=closed)
    reads: list[object] = []
    days = bookable_days(question, near=DAY)
    day, _ = next(days_with_room(question, days, lambda span: reads.append(span) or []))  # type: ignore[func-returns-value]
    assert day == DAY + dt.timedelta(days=70)
    assert len(reads) == 3, "a month at a time"


def test_nobody_waits_for_a_business_that_never_opens() -> None:
    question = _ask(hours={})
    assert nearest(question, int(NOW.timestamp()), lambda _: []) == []


@given(count=st.integers(0, 60), shown=st.integers(2, 8))
def test_spread_shows_both_ends_of_what_there_is(count: int, shown: int) -> None:
    business = Business.model_validate(business_of())
    begin = int(dt.datetime(2026, 12, 1, 9, tzinfo=business.zone).timestamp())
    starts = [Start(begin + step * 900, ("ana",)) for step in range(count)]
    found = spread(starts, business, shown)
    assert len(found) == min(count, shown)
    assert found == sorted(set(found), key=lambda start: start.at)
    assert not starts or found[0] == starts[0]


def test_around_holds_a_day_with_its_night() -> None:
    business = Business.model_validate(business_of())
    span = around(business, DAY, DAY)
    assert local(span.start, business.zone).date() < DAY
    assert local(span.end, business.zone).date() > DAY + dt.timedelta(days=2)
