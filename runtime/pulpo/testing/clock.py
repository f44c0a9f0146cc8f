"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DEFAULT_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, far from any change of clocks."""


class FakeClock:
    """Called, it gives UTC seconds since the epoch, as the runtime's own clock does.

    >>> clock = FakeClock()
    >>> clock.advance(minutes=90)
    >>> clock.now.isoformat()
    '2026-03-02T10:30:00+00:00'
    """

    def __init__(self, start: datetime = DEFAULT_START) -> None:
        if start.tzinfo is None:
            raise ValueError(f"{start!r} has no time zone: write datetime(…, tzinfo=UTC)")
        self.now = start.astimezone(UTC)

    def __call__(self) -> float:
        return self.now.timestamp()

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Move on (never back: raises `ValueError`)."""
        step = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        if step < timedelta(0):
            raise ValueError("a clock does not go back; make a new FakeClock for an earlier time")
        self.now += step
