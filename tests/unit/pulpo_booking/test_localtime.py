"""Wall clocks and instants, also when the clocks change."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_booking.localtime import Stretch, boundary, day_bounds, instants, local, utc

MADRID = ZoneInfo("Europe/Madrid")
ZONES = st.sampled_from(["Europe/Madrid", "America/New_York", "America/Argentina/Buenos_Aires", "Asia/Kolkata",
                         "Australia/Lord_Howe", "America/Mexico_City", "America/Asuncion"]).map(ZoneInfo)  # fmt: skip
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def _utc(day: date, clock: str) -> list[str]:
    hours, _, minutes = clock.partition(":")
    return [utc(at).strftime("%H:%MZ") for at in instants(day, int(hours) * 60 + int(minutes), MADRID)]


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (date(2027, 3, 28), "01:59", ["00:59Z"]),
        (date(2027, 3, 28), "02:00", []),
        (date(2027, 3, 28), "02:59", []),
        (date(2027, 3, 28), "03:00", ["01:00Z"]),
        (date(2027, 10, 31), "01:59", ["23:59Z"]),
        (date(2027, 10, 31), "02:00", ["00:00Z", "01:00Z"]),
        (date(2027, 10, 31), "03:00", ["02:00Z"]),
        (date(2027, 3, 24), "16:00", ["15:00Z"]),
        (date(2027, 3, 31), "16:00", ["14:00Z"]),
        (date(2027, 3, 31), "25:30", ["23:30Z"]),
    ],
)
def test_instants(day: date, clock: str, expected: list[str]) -> None:
    assert _utc(day, clock) == expected


@given(day=DAYS, minutes=st.integers(0, 2879), zone=ZONES)
def test_an_instant_shows_the_time_it_was_made_of(day: date, minutes: int, zone: ZoneInfo) -> None:
    found = instants(day, minutes, zone)
    assert len(found) <= 2
    for at in found:
        shown = local(at, zone)
        assert (shown.date() - day).days * 1440 + shown.hour * 60 + shown.minute == minutes


@given(day=DAYS, zone=ZONES)
def test_days_follow_each_other_without_gap(day: date, zone: ZoneInfo) -> None:
    today, tomorrow = day_bounds(day, zone), day_bounds(day + timedelta(days=1), zone)
    assert today.end == tomorrow.start
    assert 22 * 3600 < today.end - today.start < 26 * 3600


@pytest.mark.parametrize(
    ("day", "start", "end", "hours"),
    [(date(2027, 3, 28), 60, 300, 3), (date(2027, 10, 31), 60, 300, 5), (date(2027, 10, 31), 60, 150, 2.5)],
)
def test_an_opening_lasts_as_long_as_the_night(day: date, start: int, end: int, hours: float) -> None:
    assert boundary(day, end, MADRID, last=True) - boundary(day, start, MADRID) == hours * 3600


@pytest.mark.parametrize(
    ("gaps", "left"),
    [
        ([], [(10, 20)]),
        ([(0, 10)], [(10, 20)]),
        ([(12, 14)], [(10, 12), (14, 20)]),
        ([(5, 12), (18, 30)], [(12, 18)]),
        ([(10, 20)], []),
        ([(11, 15), (13, 17)], [(10, 11), (17, 20)]),
    ],
)
def test_without(gaps: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    assert Stretch(10, 20).without([Stretch(*gap) for gap in gaps]) == left


def test_stretches_are_half_open() -> None:
    assert not Stretch(0, 10).overlaps(Stretch(10, 20))
    assert Stretch(0, 10).overlaps(Stretch(9, 10))
    assert Stretch(0, 10).holds(Stretch(0, 10))
    assert not Stretch(0, 10).holds(Stretch(0, 11))
