"""The typed values of the date language: what is answered (`When`) and what is found on the way (the parts)."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Period = Literal["morning", "afternoon", "evening", "night"]
Half = Literal["am", "pm", "morning", "afternoon", "evening", "night", "dawn", "noon"]
DateKind = Literal["relative", "weekday", "monthday", "full", "named", "past", "impossible"]
RangeKind = Literal["week", "span", "open"]


@dataclass(frozen=True, slots=True)
class When:
    """What a text says about when. Only what is said is filled.

    `range` holds two times 'HH:MM' or two dates 'YYYY-MM-DD', both included, None where open. `ambiguous` means
    that a careful receptionist would ask back; the fields then hold the first choice and `alternatives` the
    other readings. `spans` are the (start, end) character ranges of the text that were understood.
    """

    date: dt.date | None = None
    time: dt.time | None = None
    period: Period | None = None
    range: tuple[str | None, str | None] | None = None
    ambiguous: bool = False
    spans: tuple[tuple[int, int], ...] = ()
    alternatives: "tuple[When, ...]" = ()

    def as_dict(self) -> dict[str, object]:
        """The five answer fields as plain JSON values."""
        return {
            "date": self.date.isoformat() if self.date else None,
            "time": self.time.strftime("%H:%M") if self.time else None,
            "period": self.period,
            "range": list(self.range) if self.range else None,
            "ambiguous": self.ambiguous,
        }


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything outside the text that a rule may look at."""

    now: dt.datetime
    day_first: bool
    order_unsure: bool
    region: str

    @property
    def today(self) -> dt.date:
        return self.now.date()


@dataclass(frozen=True, slots=True)
class DatePart:
    """One date as said. `rollover` is the date meant if the time named with it is already past today; `before` that it
    is told by the date named ahead of it ("the Friday before")."""

    kind: DateKind
    date: dt.date | None
    ambiguous: bool = False
    others: tuple[dt.date, ...] = ()
    rollover: dt.date | None = None
    said_today: bool = False
    weekday: int | None = None
    day: int | None = None
    period: Period | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class TimePart:
    """One time as said: hour on the dial as named; `half` what was said of the half of the day, if anything."""

    hour: int
    minute: int = 0
    half: Half | None = None
    literal: bool = False
    date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PeriodPart:
    period: Period


@dataclass(frozen=True, slots=True)
class DateRangePart:
    """A stretch of days. `ends` are the two dates it was built from, for a move "from A to B"."""

    start: dt.date | None
    end: dt.date | None
    kind: RangeKind = "span"
    ambiguous: bool = False
    ends: tuple[DatePart, ...] = ()
    said_as_move: bool = False


@dataclass(frozen=True, slots=True)
class TimeRangePart:
    start: TimePart | None
    end: TimePart | None
    said_as_move: bool = False


Part = DatePart | TimePart | PeriodPart | DateRangePart | TimeRangePart
Build = Callable[[re.Match[str], Setting], Part | None]


@dataclass(slots=True)
class Found:
    """A part at its place: `start`/`end` in the canonical text; `dropped` once a role takes it out."""

    start: int
    end: int
    part: Part
    dropped: bool = field(default=False)
