"""Times of day: which half is meant (rules T1, T2) and when a named time or period is past."""

from datetime import date, datetime, time

from pulpo_booking.when.values import Half, Period, TimePart

# A period counts as past from the hour in which nobody would still promise it.
_PERIOD_OVER = {"morning": 12, "afternoon": 20, "evening": 24, "night": 24}


def dial(hour: int, minute: int, shift: int) -> tuple[int, int]:
    """Hour and minute moved by `shift` minutes; on the 12-hour dial when the hour is on it ("ten to one")."""
    size = 12 if 1 <= hour <= 12 else 24
    total = (hour * 60 + minute + shift) % (size * 60)
    moved = total // 60
    return (12 if size == 12 and moved == 0 else moved), total % 60


def in_half(hour: int, half: Half) -> int:
    """T2: the hour 0-23 of a dial hour said with its half of the day."""
    if hour > 12:
        return hour
    base = hour % 12
    match half:
        case "am" | "dawn":
            return base
        case "pm" | "evening":
            return base + 12 if half == "pm" or hour != 12 else 0
        case "morning":
            return hour
        case "afternoon":
            return base + 12
        case "night":
            return base if hour == 12 or hour <= 4 else base + 12
        case "noon":
            return base + 12 if hour == 12 or hour <= 4 else hour


def settle_time(part: TimePart, period: Period | None) -> tuple[time, bool, tuple[time, ...]]:
    """T1/T2: (time, ambiguous, other readings). `period` is what the text says elsewhere of the half of day."""
    half = part.half or period
    if part.literal or part.hour > 12 or part.hour == 0:
        fits = half is None or part.half is not None or in_half((part.hour - 1) % 12 + 1, half) == part.hour
        return time(part.hour % 24, part.minute), not fits and half != "night", ()
    if half is not None:
        return time(in_half(part.hour, half), part.minute), False, ()
    if part.hour == 8:
        return time(8, part.minute), True, (time(20, part.minute),)
    return time(part.hour + 12 if part.hour < 8 else part.hour, part.minute), False, ()


def after(start: time, part: TimePart, period: Period | None) -> time:
    """R3: the end of a range is its first reading after the start."""
    settled, _, _ = settle_time(part, period)
    if part.half or part.literal or part.hour > 12:
        return settled
    for hour in (part.hour % 12, part.hour % 12 + 12):
        if time(hour, part.minute) > start:
            return time(hour, part.minute)
    return settled


def is_past(now: datetime, moment: time | None, period: Period | None) -> bool:
    """Whether a time (or, without one, a period) named for today is over."""
    if moment is not None:
        return moment < now.time().replace(second=0, microsecond=0, tzinfo=None)
    return period is not None and now.hour >= _PERIOD_OVER[period]


def skipped(now: datetime, day: date, moment: time) -> bool:
    """D13: whether a clock change skips this wall time in the zone of `now`."""
    wall = datetime.combine(day, moment, tzinfo=now.tzinfo)
    try:
        there = wall.timestamp()
        back = datetime.fromtimestamp(there, tz=now.tzinfo)
    except (OverflowError, ValueError, OSError):
        return False
    return back.replace(tzinfo=None) != wall.replace(tzinfo=None)


def in_minutes(now: datetime, minutes: int) -> datetime | None:
    """T6: now + N minutes of elapsed time, in the zone of `now`."""
    try:
        return datetime.fromtimestamp(now.timestamp() + minutes * 60, tz=now.tzinfo)
    except (OverflowError, ValueError, OSError):
        return None
