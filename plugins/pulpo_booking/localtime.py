"""The wall clock of a zone and the UTC instants behind it, also where a clock change skips or repeats an hour.

Instants are whole seconds since the epoch, as the database stores them; spans are half-open.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Stretch(NamedTuple):
    """A half-open stretch of time: ``start`` belongs to it, ``end`` does not (UTC seconds)."""

    start: int
    end: int

    def overlaps(self, other: Stretch) -> bool:
        return self.start < other.end and other.start < self.end

    def holds(self, other: Stretch) -> bool:
        return self.start <= other.start and other.end <= self.end

    def without(self, gaps: list[Stretch]) -> list[Stretch]:
        """Return what is left of the stretch between sorted ``gaps``."""
        left, start = [], self.start
        for gap in gaps:
            if gap.overlaps(self):
                if start < gap.start:
                    left.append(Stretch(start, gap.start))
                start = max(start, gap.end)
        return [*left, Stretch(start, self.end)] if start < self.end else left


def instants(day: date, minutes: int, zone: ZoneInfo) -> tuple[int, ...]:
    """Return when the wall clock shows ``minutes`` after midnight of ``day``: once, never (the hour a clock change
    skips) or twice (the hour it repeats). ``minutes`` may reach into the next day."""
    wall = _wall(day, minutes)
    shown = {
        int(wall.replace(tzinfo=zone, fold=fold).timestamp())
        for fold in (0, 1)
        if wall.replace(tzinfo=zone, fold=fold).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    }
    return tuple(sorted(shown))


def boundary(day: date, minutes: int, zone: ZoneInfo, *, last: bool = False) -> int:
    """Return the instant at which a span written on the wall clock begins, or with ``last`` ends.

    A skipped time means the moment of the change plus what is left; of a repeated time a beginning is the first
    and an end the second, so that "open 01:00–05:00" covers the whole of a long night.
    """
    first = _wall(day, minutes).replace(tzinfo=zone)
    return int(max(first, first.replace(fold=1), key=datetime.timestamp).timestamp() if last else first.timestamp())


def local(instant: int, zone: ZoneInfo) -> datetime:
    """Return the wall clock of ``zone`` at an instant (aware)."""
    return datetime.fromtimestamp(instant, zone)


def utc(instant: int) -> datetime:
    """Return an instant as an aware UTC datetime."""
    return datetime.fromtimestamp(instant, UTC)


def day_bounds(day: date, zone: ZoneInfo) -> Stretch:
    """Return a local calendar day; it lasts 23 to 25 hours."""
    return Stretch(boundary(day, 0, zone), boundary(day + timedelta(days=1), 0, zone))


def _wall(day: date, minutes: int) -> datetime:
    return datetime.combine(day + timedelta(days=minutes // 1440), time(minutes // 60 % 24, minutes % 60))
