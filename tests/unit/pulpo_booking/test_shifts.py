"""How much later or earlier: by words of both languages, and by none that only look like it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pulpo
from pulpo_booking.reader import read_when
from pulpo_booking.shifts import read_shift


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("¿puedes pasarla media hora más tarde?", 30),
        ("una hora antes, por favor", -60),
        ("adelantarla una hora y media", -90),
        ("¿me la podéis retrasar veinte minutos?", 20),
        ("un cuarto de hora después", 15),
        ("Can I come in an hour earlier on Friday?", -60),
        ("could you push my appointment back by 30 mins", 30),
        ("bring it forward half an hour", -30),
        ("two hours later would be better", 120),
    ],
)
def test_an_amount_of_time_is_read_with_its_direction(text: str, minutes: int) -> None:
    found = read_shift(text)
    assert found is not None
    assert found.minutes == minutes


@pytest.mark.parametrize(
    "text",
    [
        "media hora antes de las 5", "después de una hora", "adelantarla a las 10", "in an hour", "una hora",
        "más tarde",
        "push it back to 5", "half an hour earlier than five", "",
    ],
)  # fmt: skip
def test_times_and_plain_words_are_no_shift(text: str) -> None:
    assert read_shift(text) is None


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    found = read_shift(text)
    assert found is None or 0 <= found.span[0] < found.span[1] <= len(text)


def test_the_reader_tells_it_beside_the_day_and_counts_nothing_from_now() -> None:
    now = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Madrid"))
    context = pulpo.ReadContext(now=now, tz="Europe/Madrid", locale="en-GB")
    assert read_when("Can I come in an hour earlier on Friday?", context).values == {"date": "2026-11-27", "shift": -60}
