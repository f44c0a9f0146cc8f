"""Looks for a start: is the wanted one free, what is free on a day or in a range, and what comes closest to it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

from pulpo_booking.business import Business, minutes_of
from pulpo_booking.calendar import Claim, Question, Refusal, Start, free_by, free_starts, opening_day, refusal
from pulpo_booking.localtime import Stretch, boundary, instants, local

Load: TypeAlias = Callable[[Stretch], Sequence[Claim]]
"""Reads what is taken within a stretch."""

CLOCK_PATTERN: Final = r"([01]\d|2[0-3]):[0-5]\d([+-]\d\d:\d\d)?(\|([01]\d|2[0-3]):[0-5]\d)?"
"""``HH:MM``; with an offset for the hour a clock change repeats; ``08:00|20:00`` when either may be meant."""

SHOWN: Final = 6
"""Offers at a time: more than that nobody reads in a chat."""

WINDOW: Final = 28
"""Days that are read at once."""


class Clock(NamedTuple):
    """A time of day as asked for; ``offset`` (seconds east of UTC) tells a repeated hour's two passes apart."""

    minutes: int
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Free:
    """The start that was meant, and free."""

    at: int


@dataclass(frozen=True, slots=True)
class Unclear:
    """Several readings of the time are free, or both passes of an hour that the clocks repeat: ask."""

    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why it is not free. ``at`` is None when the wall clock never shows that time on that day."""

    why: Refusal | None
    at: int | None


def read_clocks(text: str) -> tuple[Clock, ...]:
    """Return the readings of a time argument that matches `CLOCK_PATTERN`."""
    return tuple(_clock(part) for part in text.split("|"))


def look(question: Question, day: dt.date, clocks: Sequence[Clock], taken: Sequence[Claim]) -> Free | Unclear | Refused:
    """Decide which start is meant: the opening hours choose between readings, and only a real choice is asked."""
    readings = [starts for clock in clocks if (starts := starts_of(question.business, day, clock))]
    free = [at for starts in readings for at in starts if refusal(question, at, taken) is None]
    if len(free) > 1:
        return Unclear(tuple(free))
    if free:
        return Free(free[0])
    if not readings:
        return Refused(None, None)
    inside = [starts[0] for starts in readings if opening_day(question.business, starts[0]) is not None]
    at = (inside or [readings[0][0]])[0]
    return Refused(refusal(question, at, taken), at)


def starts_of(business: Business, day: dt.date, clock: Clock) -> tuple[int, ...]:
    """Return the instants a clock time means on a local day: none, one or two."""
    return tuple(
        at
        for at in instants(day, clock.minutes, business.zone)
        if clock.offset is None or _offset(at, business) == clock.offset
    )


def days_with_room(
    question: Question, days: Sequence[dt.date], load: Load, *, keep: Callable[[Start], bool] = lambda _: True
) -> Iterator[tuple[dt.date, list[Start]]]:
    """Yield the days that have free starts to ``keep``, in the given order."""
    for day, taken in _read(question.business, days, load):
        if starts := [start for start in free_starts(question, day, taken) if keep(start)]:
            yield day, starts


def nearest(question: Question, at: int, load: Load) -> list[Start]:
    """Return the free starts closest to a refused one: three of its day, then one a day around the same time."""
    business = question.business
    day, wanted = local(at, business.zone).date(), _minutes(at, business)

    def distance(start: int) -> int:
        return abs(_minutes(start, business) - wanted)

    found: list[Start] = []
    for each, taken in _read(business, bookable_days(question, near=day), load):
        found += islice(free_by(question, each, taken, order=distance), 3 if each == day else 1)
        if len(found) >= SHOWN:
            break
    return sorted(found[:SHOWN], key=lambda start: start.at)


def bookable_days(question: Question, *, near: dt.date) -> list[dt.date]:
    """Return the days between notice and horizon from ``near`` on, or before it when it lies beyond the horizon."""
    zone = question.business.zone
    first, last = local(question.first_start, zone).date(), local(question.last_start, zone).date()
    # Hours past midnight belong to the evening before, so the search begins a day early.
    start = max(first - dt.timedelta(days=1), min(near, last))
    ahead = [start + dt.timedelta(days=ahead) for ahead in range((last - start).days + 1)]
    return ahead if near <= last else [last - dt.timedelta(days=back) for back in range((last - first).days + 1)]


def _read(business: Business, days: Sequence[dt.date], load: Load) -> Iterator[tuple[dt.date, Sequence[Claim]]]:
    """Yield the days with what is taken around them, reading a month at a time."""
    for first in range(0, len(days), WINDOW):
        chunk = days[first : first + WINDOW]
        taken = load(around(business, min(chunk), max(chunk)))
        yield from ((day, taken) for day in chunk)


def around(business: Business, first: dt.date, last: dt.date) -> Stretch:
    """Return a stretch that holds every claim that can matter to these days."""
    return Stretch(
        boundary(first - dt.timedelta(days=2), 0, business.zone),
        boundary(last + dt.timedelta(days=4), 0, business.zone),
    )


def spread(starts: Sequence[Start], business: Business, count: int = SHOWN) -> list[Start]:
    """Return a few starts that show the whole of a day, whole hours first."""
    if len(starts) <= count:
        return list(starts)
    whole = [start for start in starts if _minutes(start.at, business) % 60 == 0]
    pool = whole if len(whole) >= count else starts
    return [pool[position * (len(pool) - 1) // (count - 1)] for position in range(count)]


def _clock(text: str) -> Clock:
    match = re.fullmatch(r"(\d\d:\d\d)([+-]\d\d:\d\d)?", text)
    if match is None:
        raise ValueError(f"{text!r} is not a time; write HH:MM")
    if match[2] is None:
        return Clock(minutes_of(match[1]))
    sign = -1 if match[2][0] == "-" else 1
    return Clock(minutes_of(match[1]), sign * minutes_of(match[2][1:]) * 60)


def _minutes(at: int, business: Business) -> int:
    clock = local(at, business.zone)
    return clock.hour * 60 + clock.minute


def _offset(at: int, business: Business) -> int:
    offset = local(at, business.zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
