"""Builders of times, periods and time ranges (T1-T6, P1, R3) shared by both languages.

A time pattern carries these groups, numbered 1 and 2 in ranges: `h` hour, `m` minutes, `y` minutes after
("y media", "half past"), `l` minutes before ("menos cuarto", "ten to"), `s` minutes after a space, `ap` am/pm,
`ha` the half of the day in words. The other groups only prove that a bare number is a time at all.
"""

import re

from pulpo_booking.when.clock import dial
from pulpo_booking.when.values import (
    Build,
    DatePart,
    Half,
    Part,
    Period,
    PeriodPart,
    Setting,
    TimePart,
    TimeRangePart,
)

Match = re.Match[str]
_MINUTES = {"media": 30, "half": 30, "cuarto": 15, "quarter": 15, "pico": 0, "algo": 0, "3 quarters": 45}
_HALVES: dict[str, Half] = {
    "am": "am", "pm": "pm", "manana": "morning", "mananita": "morning", "tarde": "afternoon",
    "tardecita": "afternoon", "siesta": "afternoon", "noche": "night", "nochecita": "night", "madrugada": "dawn",
    "mediodia": "noon", "medio dia": "noon", "dia": "noon", "morning": "morning", "afternoon": "afternoon",
    "evening": "evening", "night": "night", "tonight": "night", "lunchtime": "noon", "early hours": "dawn",
}  # fmt: skip
_PROOF = ("intro", "m1", "y1", "l1", "ap1", "ha1", "pt1", "ish1")


def _get(m: Match, name: str) -> str | None:
    return m[name] if name in m.re.groupindex else None


def _minutes(text: str | None) -> int:
    if not text:
        return 0
    return _MINUTES[text] if text in _MINUTES else int(text)


def half_of(text: str | None) -> Half | None:
    return _HALVES.get(text) if text else None


def _part(m: Match, which: str) -> TimePart | None:
    text = m["h" + which]
    hour = int(text) if text.isdigit() else 1
    minute = _minutes(_get(m, "m" + which) or _get(m, "s" + which) or _get(m, "y" + which))
    literal = len(text) == 2 and text[0] == "0"
    bare = which == "1" and not any(_get(m, name) for name in (*_PROOF, "hs1", "no1"))
    if hour > 24 or minute > 59 or (hour == 24 and (minute or bare)):
        return None
    less = _minutes(_get(m, "l" + which))
    if less:
        hour, minute = dial(hour, minute, -less)
    half = half_of(_get(m, "ap" + which)) or half_of(_get(m, "ha" + which))
    return TimePart(hour % 24, minute, half, literal=literal or hour in (0, 24))


def spoken_time(m: Match, setting: Setting) -> Part | None:
    """T1, T2, T4: one time; a bare number needs something that proves it is one."""
    proven = any(_get(m, name) for name in _PROOF)
    hours_word = bool(_get(m, "hs1")) and (int(m["h1"]) >= 7 if m["h1"].isdigit() else False)
    if not proven and not hours_word and not _plausible_spaced(m):
        return None
    return _part(m, "1")


def _plausible_spaced(m: Match) -> bool:
    """ "five thirty": minutes after a space, on the quarter or so."""
    minutes = _get(m, "s1")
    return bool(minutes) and int(minutes or 0) % 5 == 0 and 1 <= int(m["h1"]) <= 12


def sure_time(m: Match, setting: Setting) -> Part | None:
    """A time whose pattern is proof enough."""
    return _part(m, "1")


def digits_time(m: Match, setting: Setting) -> Part | None:
    """T2: 530pm, 1140 am."""
    hour, minute = divmod(int(m["digits"]), 100)
    if not 1 <= hour <= 12 or minute > 59:
        return None
    return TimePart(hour, minute, half_of(m["ap1"]))


def clock_digits(m: Match, setting: Setting) -> Part | None:
    """T2: 1830 hs, 0930 on Monday."""
    hour, minute = divmod(int(m["digits"]), 100)
    return TimePart(hour, minute, literal=True)


def fixed(hour: int, minute: int = 0) -> Build:
    """T3: noon, midnight."""
    part = TimePart(hour, minute, literal=True)

    def build(m: Match, setting: Setting) -> Part | None:
        return part

    return build


def time_range(m: Match, setting: Setting) -> Part | None:
    """R3: two times; a half of the day named with one holds for the other where the order allows."""
    start, end = _part(m, "1"), _part(m, "2")
    if start is None or end is None:
        return None
    if end.half and not start.half and not start.literal and start.hour <= 12:
        start = _shared_half(start, end)
    return TimeRangePart(start, end, said_as_move=bool(_get(m, "move")))


def _shared_half(start: TimePart, end: TimePart) -> TimePart:
    """ "3-5pm" starts at 15:00, but "10-2pm" at 10:00."""
    before = start.hour % 12 * 60 + start.minute < end.hour % 12 * 60 + end.minute
    if before:
        return TimePart(start.hour, start.minute, end.half)
    return TimePart(start.hour, start.minute, "am" if end.half in ("pm", "afternoon", "noon") else None)


def period(which: Period) -> Build:
    """P1."""
    part = PeriodPart(which)

    def build(m: Match, setting: Setting) -> Part | None:
        return part

    return build


def period_today(which: Period) -> Build:
    """P1: tonight, esta tarde: today with its period."""

    def build(m: Match, setting: Setting) -> Part | None:
        return DatePart("relative", setting.today, said_today=True, period=which)

    return build
