"""Builders of date ranges (R1, R2, R4) shared by both languages."""

import re
from datetime import date, timedelta

from pulpo_booking.when.almanac import monday_of, month_span, next_weekday, plus_months, real_date
from pulpo_booking.when.readings import IMPOSSIBLE, full, group, number, year_of
from pulpo_booking.when.values import Build, DatePart, DateRangePart, Part, Setting

Match = re.Match[str]


def week(offset: int, *, ambiguous: bool = False) -> Build:
    """R1: Monday to Sunday of the week `offset` weeks from this one."""

    def build(m: Match, setting: Setting) -> Part | None:
        start = monday_of(setting.today) + timedelta(days=7 * offset)
        return DateRangePart(start, start + timedelta(days=6), "week", ambiguous=ambiguous)

    return build


def weekend(m: Match, setting: Setting) -> Part | None:
    """R1: the coming Saturday and Sunday; on a Saturday, today and tomorrow."""
    today = setting.today
    start = today if today.weekday() == 5 else next_weekday(today, 5)
    return DateRangePart(start, start + timedelta(days=1), ambiguous=today.weekday() == 6)


def next_weekend_en(m: Match, setting: Setting) -> Part | None:
    """ "Next weekend", read as D4: next week's while this one is still ahead, and ask."""
    start = monday_of(setting.today) + timedelta(days=12)
    return DateRangePart(start, start + timedelta(days=1), ambiguous=setting.today.weekday() < 6)


def next_weekend_es(m: Match, setting: Setting) -> Part | None:
    """ "El finde que viene", read as D5: the coming one, and ask while it is of this week."""
    start = next_weekday(setting.today, 5)
    return DateRangePart(start, start + timedelta(days=1), ambiguous=setting.today.weekday() < 5)


def weekend_after_next(m: Match, setting: Setting) -> Part | None:
    """The weekend of next week, said as such."""
    start = monday_of(setting.today) + timedelta(days=12)
    return DateRangePart(start, start + timedelta(days=1))


def month_of(m: Match, setting: Setting) -> tuple[int, int] | None:
    """Year and month named by `month`/`year`, `nextmonth`, or this month."""
    today = setting.today
    if month := group(m, "month"):
        return year_of(m) or today.year + (int(month) < today.month), int(month)
    ahead = plus_months(today.replace(day=1), 1 if group(m, "nextmonth") else 0)
    return (ahead.year, ahead.month) if ahead else None


def stretch(first: int, last: int) -> Build:
    """R1, R2: days `first` to `last` of the month named; ambiguous when only "the month" is."""

    def build(m: Match, setting: Setting) -> Part | None:
        where = month_of(m, setting)
        if where is None or not 1 <= where[0] <= 9998:
            return None
        start, end = month_span(*where, first, last)
        alone = not (group(m, "month") or group(m, "nextmonth") or group(m, "thismonth"))
        if end < setting.today and not year_of(m) and not group(m, "thismonth"):
            later = plus_months(date(*where, 1), 12 if group(m, "month") else 1)
            if later is None:
                return None
            start, end = month_span(later.year, later.month, first, last)
        unsure = (alone and first == 21) or bool(group(m, "unsure"))
        return DateRangePart(start, end, ambiguous=unsure)

    return build


def next_year(m: Match, setting: Setting) -> Part | None:
    year = min(setting.today.year + 1, 9999)
    return DateRangePart(date(year, 1, 1), date(year, 12, 31))


def day_span(m: Match, setting: Setting) -> Part | None:
    """R4: "7-11 December", "del 7 al 11 (de diciembre)", both included; groups `a`, `b`, perhaps `month`."""
    a, b = number(m["a"]), number(m["b"])
    start, end = _span_ends(a, b, m, setting)
    if start is None or end is None:
        return IMPOSSIBLE
    ends = (DatePart("full", start), DatePart("full", end))
    return DateRangePart(start, end, ends=ends, said_as_move=bool(group(m, "move")))


def _span_ends(a: int, b: int, m: Match, setting: Setting) -> tuple[date | None, date | None]:
    if month := group(m, "month"):
        end = full(b, int(month), year_of(m), setting).date
        start = real_date(end.year, end.month, a) if end and a <= b else None
        return start, end
    today = setting.today
    first = today.replace(day=1)
    for ahead in range(3):
        base = plus_months(first, ahead)
        after = base and plus_months(base, 0 if b >= a else 1)
        start = base and real_date(base.year, base.month, a)
        end = after and real_date(after.year, after.month, b)
        if start and end and start >= today:
            return start, end
    return None, None
