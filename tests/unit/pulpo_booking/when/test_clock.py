"""Which half of the day a time means."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from pulpo_booking.when.clock import after, in_half, settle_time, skipped
from pulpo_booking.when.values import Half, TimePart


@pytest.mark.parametrize("hour", range(1, 13))
def test_t1_is_the_reading_that_begins_in_business_hours(hour: int) -> None:
    found, unsure, _ = settle_time(TimePart(hour), None)
    assert time(8) <= found < time(20)
    assert unsure == (hour == 8)


@pytest.mark.parametrize(
    ("hour", "half", "expected"),
    [
        (12, "am", 0),
        (12, "pm", 12),
        (9, "night", 21),
        (2, "night", 2),
        (12, "night", 0),
        (3, "dawn", 3),
        (1, "noon", 13),
    ],
)
def test_t2_is_literal(hour: int, half: Half, expected: int) -> None:
    assert in_half(hour, half) == expected


def test_the_end_of_a_range_is_its_first_reading_after_the_start() -> None:
    assert after(time(18), TimePart(8), None) == time(20)
    assert after(time(9), TimePart(5), None) == time(17)


def test_a_wall_time_in_the_gap_is_skipped() -> None:
    now = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Madrid"))
    gap = datetime(2027, 3, 28).date()
    assert skipped(now, gap, time(2, 30))
    assert not skipped(now, gap, time(3, 30))
