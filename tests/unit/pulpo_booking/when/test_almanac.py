"""Calendar arithmetic against known dates and its own definition."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_booking.when import almanac

_DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, date(2024, 3, 31)), (2026, date(2026, 4, 5)), (2027, date(2027, 3, 28)), (2038, date(2038, 4, 25))],
)
def test_easter(year: int, day: date) -> None:
    assert almanac.easter(year) == day


@given(_DAYS, st.integers(0, 6))
def test_next_weekday_is_the_first_after_today(today: date, weekday: int) -> None:
    found = almanac.next_weekday(today, weekday)
    assert found.weekday() == weekday
    assert 1 <= (found - today).days <= 7


@given(_DAYS, st.integers(1, 31))
def test_next_month_day_is_never_past(today: date, day: int) -> None:
    found = almanac.next_month_day(today, day)
    assert found is not None
    assert found >= today
    assert found.day == day


def test_leap_day_waits_for_a_leap_year() -> None:
    assert almanac.next_day_of_year(date(2026, 11, 24), 2, 29) == date(2028, 2, 29)
    assert almanac.next_day_of_year(date(2026, 11, 24), 2, 30) is None


def test_nth_weekday_and_its_absence() -> None:
    assert almanac.nth_weekday(2026, 12, 0, 1) == date(2026, 12, 7)
    assert almanac.nth_weekday(2026, 11, 4, -1) == date(2026, 11, 27)
    assert almanac.nth_weekday(2026, 12, 0, 5) is None


def test_months_clip_to_their_last_day() -> None:
    assert almanac.plus_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert almanac.plus_months(date(9999, 12, 1), 1) is None
