"""Builders of dates and date ranges shared by both languages. Each names the convention it implements.

Group names a pattern may define: `wd` (weekday symbol digit), `day`, `month` (two digits), `year`, `n` (a count).
"""

import re
from dataclasses import replace
from datetime import date, timedelta

from pulpo_booking.when.almanac import (
    WEEK,
    monday_of,
    month_span,
    next_day_of_year,
    next_easter,
    next_month_day,
    next_weekday,
    next_weekday_and_day,
    nth_weekday,
    plus_days,
    plus_months,
    real_date,
    still_ahead,
)
from pulpo_booking.when.clock import in_minutes
from pulpo_booking.when.values import Build, DatePart, Part, Setting, TimePart

Match = re.Match[str]
IMPOSSIBLE = DatePart("impossible", None, ambiguous=True)
_ORDINAL_WORDS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1,
    "primer": 1, "primero": 1, "segundo": 2, "tercer": 3, "tercero": 3, "cuarto": 4, "quinto": 5, "ultimo": -1,
    "1": 1, "2": 2, "3": 3, "4": 4, "5": 5,
}  # fmt: skip


def group(m: Match, name: str) -> str | None:
    """The named group, None when the pattern lacks it or it took no part."""
    return m[name] if name in m.re.groupindex else None


def number(text: str | None, default: int = 1) -> int:
    """Leading digits of '9th', or the word of an ordinal."""
    if not text:
        return default
    digits = re.match(r"\d+", text)
    return int(digits.group()) if digits else _ORDINAL_WORDS.get(text, default)


def count(m: Match) -> int:
    """The count in `n`: one when absent or an article, two for a couple."""
    text = group(m, "n") or ""
    return 2 if "couple" in text or text == "un par de" else number(text)


def year_of(m: Match) -> int | None:
    """D11: a named year; two digits are 20xx."""
    text = group(m, "year")
    if not text:
        return None
    return int(text) + 2000 if len(text) <= 2 else int(text)


def full(day: int, month: int, year: int | None, setting: Setting, weekday: str | None = None) -> DatePart:
    """D10, D12, D13: day and month, with or without year and weekday."""
    found = real_date(year, month, day) if year else next_day_of_year(setting.today, month, day)
    if found is None:
        return IMPOSSIBLE
    clash = weekday is not None and found.weekday() != int(weekday)
    return DatePart("full", found, ambiguous=clash)


def day_month(m: Match, setting: Setting) -> Part | None:
    """D10."""
    return full(number(m["day"]), int(m["month"]), year_of(m), setting, group(m, "wd"))


def iso(m: Match, setting: Setting) -> Part | None:
    """D11: ISO order is literal."""
    found = real_date(int(m["year"]), int(m["month"]), int(m["day"]))
    return DatePart("full", found) if found else IMPOSSIBLE


def numeric(m: Match, setting: Setting) -> Part | None:
    """D11: a/b in the customer's order, in the other when only that is a date."""
    a, b, year = int(m["a"]), int(m["b"]), year_of(m)
    orders = ((a, b), (b, a)) if setting.day_first else ((b, a), (a, b))
    dates = [part for day, month in orders if (part := full(day, month, year, setting, group(m, "wd"))).date]
    if not dates:
        return IMPOSSIBLE if min(a, b) <= 31 and max(a, b) <= 39 else None
    unsure = setting.order_unsure and len(dates) == 2 and dates[0].date != dates[1].date
    others = tuple(p.date for p in dates[1:] if p.date) if unsure else ()
    return DatePart("full", dates[0].date, ambiguous=unsure or dates[0].ambiguous, others=others)


def impossible(m: Match, setting: Setting) -> Part | None:
    """D13: a day that no month has."""
    return IMPOSSIBLE


def relative(days: int, *, night_owl: bool = False) -> Build:
    """D1: today + `days`; `night_owl`: before four in the morning nobody knows which day "tomorrow" is."""

    def build(m: Match, setting: Setting) -> Part | None:
        unsure = night_owl and setting.now.hour < 4
        found = plus_days(setting.today, days)
        others = (setting.today,) if unsure else ()
        return DatePart("relative", found, ambiguous=unsure, others=others, said_today=days == 0)

    return build


def weekday(m: Match, setting: Setting) -> Part | None:
    """D2: the next one strictly after today; on that very weekday ambiguous unless the named time is past."""
    wd, today = int(m["wd"]), setting.today
    found = next_weekday(today, wd)
    if wd != today.weekday():
        return DatePart("weekday", found, weekday=wd)
    return DatePart("weekday", found, ambiguous=True, others=(today,), rollover=found, weekday=wd)


def weekdays(m: Match, setting: Setting) -> Part | None:
    """ "I can do Tuesdays": the coming one, and ask which."""
    return DatePart("weekday", next_weekday(setting.today, int(m["wd"])), ambiguous=True, weekday=int(m["wd"]))


def this_weekday(m: Match, setting: Setting) -> Part | None:
    """D3."""
    wd, today = int(m["wd"]), setting.today
    if wd == today.weekday():
        return DatePart("weekday", today, ambiguous=True, others=(today + WEEK,), weekday=wd)
    return DatePart("weekday", next_weekday(today, wd), weekday=wd)


def next_weekday_en(m: Match, setting: Setting) -> Part | None:
    """D4."""
    wd, coming = int(m["wd"]), next_weekday(setting.today, int(m["wd"]))
    if still_ahead(setting.today, wd):
        return DatePart("weekday", coming + WEEK, ambiguous=True, others=(coming,), weekday=wd)
    return DatePart("weekday", coming, weekday=wd)


def coming_weekday_es(m: Match, setting: Setting) -> Part | None:
    """D5."""
    wd, coming = int(m["wd"]), next_weekday(setting.today, int(m["wd"]))
    ahead = still_ahead(setting.today, wd)
    return DatePart("weekday", coming, ambiguous=ahead, others=(coming + WEEK,) if ahead else (), weekday=wd)


def coming_weekday(m: Match, setting: Setting) -> Part | None:
    """ "The coming Friday": the next one after today, without doubt."""
    return DatePart("weekday", next_weekday(setting.today, int(m["wd"])), weekday=int(m["wd"]))


def weekday_plus_weeks(m: Match, setting: Setting) -> Part | None:
    """D6: the coming X + 7 days for each week named (group `n`, one by default)."""
    found = next_weekday(setting.today, int(m["wd"])) + count(m) * WEEK
    return DatePart("relative", found, weekday=int(m["wd"]))


def other_weekday(m: Match, setting: Setting) -> Part | None:
    """D6: "el otro viernes" is the one after the coming one, but many mean the last one too."""
    coming = next_weekday(setting.today, int(m["wd"]))
    return DatePart("weekday", coming + WEEK, ambiguous=True, others=(coming,), weekday=int(m["wd"]))


def weekday_in(weeks: int) -> Build:
    """D6: the coming X + `weeks` weeks ("el martes en quince", "a fortnight on Tuesday")."""

    def build(m: Match, setting: Setting) -> Part | None:
        found = next_weekday(setting.today, int(m["wd"])) + weeks * WEEK
        return DatePart("relative", found, weekday=int(m["wd"]))

    return build


def nth_coming_weekday(m: Match, setting: Setting) -> Part | None:
    """ "Two Sundays from now"."""
    found = next_weekday(setting.today, int(m["wd"])) + (count(m) - 1) * WEEK
    return DatePart("relative", found, weekday=int(m["wd"]))


def weekday_of_week(offset: int) -> Build:
    """D6: the X of the Monday-Sunday week `offset` weeks from this one."""

    def build(m: Match, setting: Setting) -> Part | None:
        found = monday_of(setting.today) + timedelta(days=7 * offset + int(m["wd"]))
        gone = found < setting.today
        return DatePart("past" if gone else "relative", found, weekday=int(m["wd"]))

    return build


def in_days(m: Match, setting: Setting) -> Part | None:
    """D7: in N days."""
    return DatePart("relative", plus_days(setting.today, count(m)))


def in_weeks(m: Match, setting: Setting) -> Part | None:
    """D7: in N weeks; counted from `wd`, tomorrow (`tomorrow`) or today."""
    start = setting.today
    if group(m, "tomorrow"):
        start += timedelta(days=2 if group(m, "overmorrow") else 1)
    if wd := group(m, "wd"):
        start = next_weekday(setting.today, int(wd))
    return DatePart("relative", plus_days(start, 7 * count(m)))


def in_days_from(m: Match, setting: Setting) -> Part | None:
    """N days from tomorrow or today."""
    return DatePart("relative", plus_days(setting.today, count(m) + bool(group(m, "tomorrow"))))


def in_months(m: Match, setting: Setting) -> Part | None:
    """In N months: the same day of that month."""
    return DatePart("relative", plus_months(setting.today, count(m)))


def in_time(m: Match, setting: Setting) -> Part | None:
    """T6: now + N minutes or hours (groups `h`, `min`, `half`, `quarter`, `threequarters`)."""
    minutes = 60 * number(group(m, "h"), 0) + number(group(m, "min"), 0)
    minutes += (60 if group(m, "anhour") else 0) + (120 if group(m, "couple") else 0)
    minutes += (30 if group(m, "half") else 0) + (15 if group(m, "quarter") else 0)
    minutes += 45 if group(m, "threequarters") else 0
    then = in_minutes(setting.now, minutes)
    if then is None or not 1 < minutes <= 72 * 60:
        return None
    return TimePart(then.hour, then.minute, literal=True, date=then.date())


def month_day(m: Match, setting: Setting) -> Part | None:
    """D8: the next such day; when it is today and the named time is past, next month's (`rollover`)."""
    day, today = int(number(m["day"])), setting.today
    found = next_month_day(today, day)
    if found is None:
        return None
    later = next_month_day(today, day, after_today=True) if found == today else None
    return DatePart("monthday", found, rollover=later, day=day)


def month_day_ahead(offset: int) -> Build:
    """D8: the Nth of this (0) or next (1) month."""

    def build(m: Match, setting: Setting) -> Part | None:
        first = plus_months(setting.today.replace(day=1), offset)
        found = first and real_date(first.year, first.month, number(m["day"]))
        return DatePart("full", found, ambiguous=found < setting.today) if found else IMPOSSIBLE

    return build


def weekday_and_day(m: Match, setting: Setting) -> Part | None:
    """D9: the next date that is both."""
    found = next_weekday_and_day(setting.today, int(m["wd"]), number(m["day"]))
    return DatePart("full", found) if found else IMPOSSIBLE


def nth_weekday_alone(m: Match, setting: Setting) -> Part | None:
    """ "First Sunday" without a month is too little to go by: this month's, and ask."""
    found = nth_weekday(setting.today.year, setting.today.month, int(m["wd"]), number(m["nth"]))
    return DatePart("full", found, ambiguous=True) if found else IMPOSSIBLE


def _month_ahead(m: Match, setting: Setting) -> tuple[int, int] | None:
    """Year and month a pattern names: `month` with `year`/`nextyear`, `nextmonth`, or this month."""
    today = setting.today
    if month := group(m, "month"):
        year = year_of(m) or today.year + (bool(group(m, "nextyear")) or int(month) < today.month)
        return (year, int(month)) if 1 <= year < 9999 else None
    ahead = plus_months(today.replace(day=1), 1 if group(m, "nextmonth") else 0)
    return (ahead.year, ahead.month) if ahead else None


def nth_weekday_of(m: Match, setting: Setting) -> Part | None:
    """D14: first/second/last X of a month, in the next such month where it is not past."""
    nth, wd = number(m["nth"]), int(m["wd"])
    if group(m, "newyear"):
        return _nth(setting.today.year + 1, 1, wd, nth)
    where = _month_ahead(m, setting)
    if where is None:
        return None
    found = _nth(*where, wd, nth)
    if group(m, "thismonth"):
        return replace(found, kind="past" if found.date and found.date < setting.today else "full")
    if found.date and found.date < setting.today and not year_of(m):
        later = plus_months(date(*where, 1), 12 if group(m, "month") else 1)
        return _nth(later.year, later.month, wd, nth) if later else None
    return found


def _nth(year: int, month: int, wd: int, nth: int) -> DatePart:
    found = nth_weekday(year, month, wd, nth)
    return DatePart("full", found) if found else IMPOSSIBLE


def last_day_of_month(m: Match, setting: Setting) -> Part | None:
    """The last (or, with `nth` first, the first) day of a month."""
    where = _month_ahead(m, setting)
    if where is None:
        return None
    first, last = month_span(*where)
    if group(m, "nth") in ("first", "primer", "primero"):
        later = plus_months(first, 1) if first < setting.today else first
        return DatePart("full", later)
    return DatePart("full", last)


def named(month: int, day: int) -> Build:
    """D15: a day with a name and a fixed date."""

    def build(m: Match, setting: Setting) -> Part | None:
        year = year_of(m)
        found = real_date(year, month, day) if year else None
        return DatePart("named", found or next_day_of_year(setting.today, month, day))

    return build


def named_easter(shift: int) -> Build:
    """D15: a day counted from Easter Sunday."""

    def build(m: Match, setting: Setting) -> Part | None:
        return DatePart("named", next_easter(setting.today, shift))

    return build


def named_nth(month: int, wd: int, nth: int, shift: int = 0) -> Build:
    """D15: a day like Thanksgiving, the `nth` weekday of a month, `shift` days on."""
    args = (month, wd, nth)

    def build(m: Match, setting: Setting) -> Part | None:
        for year in (setting.today.year, min(setting.today.year + 1, 9999)):
            base = nth_weekday(year, *args)
            found = base and plus_days(base, shift)
            if found and found >= setting.today:
                return DatePart("named", found)
        return None

    return build


def past_days(m: Match, setting: Setting) -> Part | None:
    """N2: N days ago (`unit` weeks: times seven)."""
    factor = 7 if (group(m, "unit") or "").startswith(("w", "s")) else 1
    return DatePart("past", plus_days(setting.today, -factor * count(m)))


def past_relative(days: int) -> Build:

    def build(m: Match, setting: Setting) -> Part | None:
        return DatePart("past", plus_days(setting.today, -days))

    return build


def past_weekday(m: Match, setting: Setting) -> Part | None:
    """N2: last Saturday, el sábado pasado: the latest one before today."""
    back = (setting.today.weekday() - int(m["wd"]) - 1) % 7 + 1
    return DatePart("past", plus_days(setting.today, -back), weekday=int(m["wd"]))


def weekday_before(m: Match, setting: Setting) -> Part | None:
    """ "The Friday before" what was named ahead of it; without that, the coming one in English, the last one in
    Spanish ("anterior", group `last`)."""
    part = past_weekday(m, setting) if group(m, "last") else weekday(m, setting)
    return replace(part, before=True) if isinstance(part, DatePart) else part


def day_before(m: Match, setting: Setting) -> Part | None:
    """ "The day before" what was named ahead of it; nothing without that."""
    return DatePart("past", None, before=True)


def past_nothing(m: Match, setting: Setting) -> Part | None:
    """N2: a past stretch ("last week"): told, but no date."""
    return DatePart("past", None)
