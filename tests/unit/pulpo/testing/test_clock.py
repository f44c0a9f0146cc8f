from __future__ import annotations

import doctest
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pulpo.testing import FakeClock, clock


def test_it_stands_still_until_it_is_moved() -> None:
    fake = FakeClock()
    assert fake() == fake() == clock.DEFAULT_START.timestamp()
    fake.advance(days=1, hours=1, minutes=1, seconds=1.5)
    assert fake() - clock.DEFAULT_START.timestamp() == 86_400 + 3_600 + 60 + 1.5


def test_it_keeps_utc_whatever_zone_it_is_given() -> None:
    fake = FakeClock(datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=1))))
    assert (fake.now, fake.now.tzinfo) == (datetime(2026, 3, 2, 9, tzinfo=UTC), UTC)


def test_it_neither_goes_back_nor_guesses_a_zone() -> None:
    with pytest.raises(ValueError, match="does not go back"):
        FakeClock().advance(seconds=-1)
    with pytest.raises(ValueError, match="has no time zone"):
        FakeClock(datetime(2026, 3, 2, 9))


def test_its_example_runs() -> None:
    assert doctest.testmod(clock).failed == 0
    assert doctest.testmod(clock).attempted > 0
