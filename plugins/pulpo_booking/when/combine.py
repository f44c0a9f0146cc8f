"""From the parts that count to the answer: choices (C4), half of day (T1, P1), today's past (T5, D2, D8), D13."""

import re
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import pairwise

from pulpo_booking.when.almanac import real_date
from pulpo_booking.when.clock import after, is_past, settle_time, skipped
from pulpo_booking.when.marked import Marked
from pulpo_booking.when.values import (
    DatePart,
    DateRangePart,
    Part,
    Period,
    PeriodPart,
    Setting,
    TimePart,
    TimeRangePart,
    When,
)

_OR = re.compile(r"(?<=[DTPRH])[^DTPRH.;]{0,40}?\b(?:o|u|or)\b[^DTPRH.;]{0,25}(?=[DTPRH])")


@dataclass(frozen=True, slots=True)
class _Said:
    """One reading's parts: at most one of each."""

    day: DatePart | None = None
    days: DateRangePart | None = None
    moment: TimePart | None = None
    hours: TimeRangePart | None = None
    period: Period | None = None

    @property
    def clocked(self) -> bool:
        return bool(self.moment or self.hours or self.period)

    @property
    def dated(self) -> bool:
        return bool(self.day or self.days)


def combine(marked: Marked, setting: Setting) -> When:
    """The answer, without spans."""
    options = [_in_week(option) for option in _options(marked)]
    if not options:
        return When()
    readings = [_answer(option, setting) for option in _shared(options)]
    first = readings[0]
    rest = tuple(r for r in readings[1:] if _facts(r) != _facts(first))
    if not rest:
        return first
    return replace(first, ambiguous=True, alternatives=first.alternatives + rest)


def _facts(when: When) -> tuple[object, ...]:
    return when.date, when.time, when.period, when.range


def _options(marked: Marked) -> list[list[Part]]:
    """C4: the parts of each choice: split at "or", and where a second date or time stands on its own."""
    cuts = [0, *(m.end() for m in _OR.finditer(marked.text)), len(marked.text)]
    options = [[f.part for f in marked.kept(a, b)] for a, b in pairwise(cuts)]
    return [part for option in options if option for part in _split(_without_past(option))]


def _without_past(parts: list[Part]) -> list[Part]:
    """N2: a past date gives way to any other date."""
    others = [p for p in parts if not (isinstance(p, DatePart) and p.kind == "past")]
    return others if any(isinstance(p, DatePart | DateRangePart) for p in others) else parts


def _split(parts: list[Part]) -> list[list[Part]]:
    """Two different dates (or times) in one option are two options."""
    options: list[list[Part]] = [[]]
    for part in parts:
        clash = [p for p in options[-1] if _same_slot(p, part)]
        if not clash:
            options[-1].append(part)
        elif not any(_equal(p, part) for p in clash):
            options.append([part])
    return options


def _same_slot(a: Part, b: Part) -> bool:
    if isinstance(a, DatePart) and isinstance(b, DatePart):
        return True
    if isinstance(a, DateRangePart) and isinstance(b, DateRangePart):
        return True
    if isinstance(a, PeriodPart) and isinstance(b, PeriodPart):
        return True
    return isinstance(a, TimePart | TimeRangePart) and isinstance(b, TimePart | TimeRangePart)


def _equal(a: Part, b: Part) -> bool:
    if isinstance(a, DatePart) and isinstance(b, DatePart):
        return a.date == b.date
    if isinstance(a, PeriodPart) and isinstance(b, PeriodPart):
        return {a.period, b.period} <= {"evening", "night"} or a == b
    return a == b


def _said(parts: list[Part]) -> _Said:
    said = _Said()
    for part in parts:
        match part:
            case DatePart():
                said = replace(said, day=part, period=said.period or part.period)
            case DateRangePart():
                said = replace(said, days=part)
            case TimePart():
                said = replace(said, moment=part)
            case TimeRangePart():
                said = replace(said, hours=part)
            case PeriodPart():
                said = replace(said, period=said.period or part.period)
    return said


def _in_week(parts: list[Part]) -> _Said:
    """D6: a weekday said with a week is the one of that week; a day said with a month, of that month."""
    said = _said(parts)
    day, days = said.day, said.days
    if day is None or days is None or days.start is None:
        return said
    if days.kind == "week" and day.kind == "weekday" and day.weekday is not None:
        return replace(said, day=DatePart("relative", days.start + timedelta(days=day.weekday)), days=None)
    if days.kind == "span" and day.kind == "monthday" and day.day and days.start.day == 1:
        return replace(said, day=DatePart("full", real_date(days.start.year, days.start.month, day.day)), days=None)
    if day.date and days.end and days.kind == "week" and days.start <= day.date <= days.end:
        return replace(said, days=None)
    return said


def _shared(options: list[_Said]) -> list[_Said]:
    """What only one choice names holds for its neighbours: "Tuesday or Wednesday at five"."""
    result: list[_Said] = []
    for index, option in enumerate(options):
        around = [*reversed(options[:index]), *options[index + 1 :]]
        filled = option
        for other in around:
            if not filled.dated and other.dated:
                filled = replace(filled, day=other.day, days=other.days)
            if not filled.clocked and other.clocked and (not other.dated or other in options[index + 1 :]):
                filled = replace(filled, moment=other.moment, hours=other.hours, period=other.period)
            elif filled.moment and not filled.period and other.period and not other.moment:
                filled = replace(filled, period=other.period)
        result.append(filled)
    return result


def _answer(said: _Said, setting: Setting) -> When:
    moment, unsure, others = _moment(said)
    hours, hours_unsure = _hours(said)
    bound = moment or (hours and (hours[0] or hours[1])) or None
    period = None if moment or hours else said.period
    when = _day(said, bound, said.period, setting)
    if said.moment and said.moment.date:
        when = replace(when, date=said.moment.date)
    spread = (said.days.start, said.days.end) if said.days and not when.date else None
    gap = bool(when.date and moment and skipped(setting.now, when.date, moment))
    days_unsure = bool(said.days and (said.days.ambiguous or hours or said.day))
    when = replace(
        when,
        time=moment,
        period=period,
        range=_text_range(spread) or _text_range(hours),
        ambiguous=when.ambiguous or unsure or hours_unsure or gap or days_unsure,
    )
    readings = tuple(replace(when, date=w.date, alternatives=()) for w in when.alternatives)
    return replace(when, alternatives=readings + tuple(replace(when, time=t, alternatives=()) for t in others))


def _moment(said: _Said) -> tuple[time | None, bool, tuple[time, ...]]:
    return settle_time(said.moment, said.period) if said.moment else (None, False, ())


def _hours(said: _Said) -> tuple[tuple[time | None, time | None] | None, bool]:
    """R3: the start by T1, the end as its first reading after the start."""
    if said.hours is None:
        return None, False
    if said.hours.start is None:
        end, unsure, _ = settle_time(said.hours.end, said.period) if said.hours.end else (None, False, ())
        return (None, end), unsure
    start, unsure, _ = settle_time(said.hours.start, said.period)
    return (start, after(start, said.hours.end, said.period) if said.hours.end else None), unsure


def _day(said: _Said, bound: time | None, period: Period | None, setting: Setting) -> When:
    """D2, D8, T5: the date, given the time named with it."""
    day = said.day
    if day is None or (day.date is None and day.kind != "impossible"):
        return When()
    past = is_past(setting.now, bound, period)
    if day.kind == "past":
        return When(date=day.date)
    if day.rollover and day.kind == "weekday":
        return When(date=day.date, ambiguous=not past, alternatives=() if past else _dates(day.others))
    if day.rollover:
        return When(date=day.rollover if past else day.date)
    late = past and day.date == setting.today
    return When(date=day.date, ambiguous=day.ambiguous or late, alternatives=_dates(day.others))


def _dates(days: tuple[date, ...]) -> tuple[When, ...]:
    return tuple(When(date=day) for day in days)


def _text_range(ends: tuple[date | time | None, date | time | None] | None) -> tuple[str | None, str | None] | None:
    if ends is None:
        return None
    start, end = (e.strftime("%H:%M") if isinstance(e, time) else e.isoformat() if e else None for e in ends)
    return start, end
