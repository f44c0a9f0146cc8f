"""What the reader hands to planners."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pulpo
from pulpo_booking.reader import PARTS, WHEN
from unit.pulpo_booking.counter import NOW


def _read(text: str, locale: str = "es", now: datetime = NOW) -> pulpo.Reading:
    return WHEN.read(text, pulpo.ReadContext(now=now, tz="Europe/Madrid", locale=locale))


@pytest.mark.parametrize(
    ("text", "locale", "values"),
    [
        ("el viernes a las 5", "es", {"date": "2026-11-27", "time": "17:00", "clock": "17:00"}),
        ("mañana por la tarde", "es", {"date": "2026-11-25", "period": "afternoon"}),
        ("entre las 10 y las 12", "es", {"time_from": "10:00", "time_to": "12:00"}),
        ("la semana que viene", "es", {"date_from": "2026-11-30", "date_to": "2026-12-06"}),
        ("after 5 pm", "en", {"time_from": "17:00"}),
        ("tomorrow at noon", "en", {"date": "2026-11-25", "time": "12:00", "clock": "12:00"}),
        ("hola, ¿cómo estás?", "es", {}),
    ],
)
def test_parts(text: str, locale: str, values: dict[str, Any]) -> None:
    assert _read(text, locale).values == values


def test_which_half_of_the_day_is_left_to_the_opening_hours() -> None:
    reading = _read("el viernes a las 8")
    assert reading.values["clock"] == "08:00|20:00"
    assert reading.values["time"] == "08:00", "tools of other plugins are given a plain time"
    assert not reading.ambiguous


def test_an_unclear_date_stays_unclear() -> None:
    reading = _read("el próximo viernes")
    assert reading.ambiguous
    assert reading.values["date"] == "2026-11-27"


def test_what_was_understood_is_put_in_words() -> None:
    assert _read("el viernes a las 5").said == {
        "es": "viernes 27 de noviembre a las 17:00",
        "en": "Friday 27 November at 17:00",
    }


def test_spans_are_those_of_the_text() -> None:
    text = "corte el viernes a las 5 con Ana"
    used = "".join(text[start:end] for start, end in _read(text).spans)
    assert "viernes" in used
    assert "Ana" not in used
    assert "corte" not in used


@given(text=st.text(max_size=60), locale=st.sampled_from(["es", "en", "es-AR", "en-US", "zz"]))
def test_no_text_raises(text: str, locale: str) -> None:
    reading = _read(text, locale)
    assert set(reading.values) <= set(PARTS)
    assert all(0 <= start <= end <= len(text) for start, end in reading.spans)
