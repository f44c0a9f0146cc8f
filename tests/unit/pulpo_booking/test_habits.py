from __future__ import annotations

import datetime as dt

import pytest

import pulpo
from pulpo_booking.habits import usual_weekday
from pulpo_booking.reader import read_when


@pytest.mark.parametrize(
    ("text", "weekday"),
    [
        ("¿Abrís los sábados?", "sábado"),
        ("los domingos estáis?", "domingo"),
        ("trabajan todos los lunes?", "lunes"),
        ("los miércoles por la tarde", "miércoles"),
        ("Are you open on Saturdays?", "saturday"),
        ("do you work Thursdays", "thursday"),
        ("¿Abrís el sábado?", ""),
        ("los sábados y los domingos", ""),
        ("on Monday", ""),
        ("", ""),
    ],
)
def test_the_one_weekday_of_a_habit(text: str, weekday: str) -> None:
    assert usual_weekday(text) == weekday


@pytest.mark.parametrize(
    ("text", "day"),
    [("¿abrís los sábados?", "2026-11-28"), ("do you work on Tuesdays?", "2026-12-01"), ("¿abrís el sábado?", None)],
)
def test_the_reader_tells_the_coming_one_and_asks_for_no_day(text: str, day: str | None) -> None:
    now = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
    context = pulpo.ReadContext(now=now, tz="Europe/Madrid", locale="es", asked=None)
    reading = read_when(text, context)
    assert reading.values.get("usual") == day
    assert ("date" in reading.values) == (day is None)
