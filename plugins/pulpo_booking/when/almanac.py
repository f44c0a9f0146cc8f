"""Calendar arithmetic without language: weekdays, months, named days. Pure functions over `datetime.date`."""

from calendar import monthrange
from datetime import date, timedelta

WEEK = timedelta(days=7)


def plus_days(day: date, count: int) -> date | None:
    """`day` + `count` days, None outside the calendar."""
    try:
        return day + timedelta(days=count)
    except OverflowError:
        return None


def plus_months(day: date, count: int) -> date | None:
    """The same day `count` months on, clipped to the month's last day."""
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def real_date(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def next_weekday(today: date, weekday: int) -> date:
    """The next `weekday` (Monday = 0) strictly after `today`."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def still_ahead(today: date, weekday: int) -> bool:
    """Whether `weekday` is still to come in this Monday-Sunday week."""
    return weekday > today.weekday()


def next_month_day(today: date, day: int, *, after_today: bool = False) -> date | None:
    """The next date whose day of the month is `day`."""
    if not 1 <= day <= 31:
        return None
    for ahead in range(4):
        first = plus_months(today.replace(day=1), ahead)
        found = first and real_date(first.year, first.month, day)
        if found and (found > today or (found == today and not after_today)):
            return found
    return None


def next_day_of_year(today: date, month: int, day: int) -> date | None:
    """The next such date, today included; looks eight years on for 29 February."""
    for year in range(today.year, min(today.year + 9, 9999)):
        found = real_date(year, month, day)
        if found and found >= today:
            return found
    return None


def next_weekday_and_day(today: date, weekday: int, day: int, month: int | None = None) -> date | None:
    """The next date, today included, that is both that weekday and that day of the month."""
    first = today.replace(day=1)
    for ahead in range(12 * 7):
        base = plus_months(first, ahead)
        if base is None:
            return None
        found = real_date(base.year, base.month, day)
        if found and found >= today and found.weekday() == weekday and month in (None, found.month):
            return found
    return None


def month_span(year: int, month: int, first: int = 1, last: int = 31) -> tuple[date, date]:
    """Days `first` to `last` of a month, `last` clipped to its end."""
    return date(year, month, first), date(year, month, min(last, monthrange(year, month)[1]))


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """The `nth` (1-5, or -1 for the last) `weekday` of a month."""
    if nth == -1:
        end = date(year, month, monthrange(year, month)[1])
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return real_date(year, month, 1 + (weekday - first.weekday()) % 7 + (nth - 1) * 7)


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, ch. 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def next_easter(today: date, shift: int) -> date | None:
    """The next day `shift` days from Easter Sunday, today included."""
    for year in (today.year, min(today.year + 1, 9999)):
        found = easter(year) + timedelta(days=shift)
        if found >= today:
            return found
    return None
