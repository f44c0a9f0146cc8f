"""``get_availability``: whether a time is free, or which times are, always with something to choose from."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

from pydantic import Field

import pulpo
from pulpo_booking.business import minutes_of
from pulpo_booking.calendar import Question, Start
from pulpo_booking.desk import Desk
from pulpo_booking.localtime import boundary, instants, local
from pulpo_booking.reasons import Speaker, who
from pulpo_booking.search import (
    SHOWN,
    Free,
    Load,
    Unclear,
    around,
    bookable_days,
    days_with_room,
    look,
    nearest,
    read_clocks,
    spread,
)
from pulpo_booking.speech import join, language, lines
from pulpo_booking.texts import say
from pulpo_booking.tools import examples
from pulpo_booking.tools.arguments import (
    CLOCK,
    DATE_SAYS,
    DAY_TIME,
    PERIOD,
    SERVICE_SAYS,
    STAFF_SAYS,
    TIME_SAYS,
    part,
    service_slot,
    staff_slot,
)
from pulpo_booking.tools.asking import UnfitError, ask, loader

DAYS_SHOWN = 3

PERIODS = {"morning": (5, 12), "afternoon": (12, 20), "evening": (18, 24), "night": (18, 24)}
"""Hours of the day that a period means; an English afternoon ends at 18."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of a start, as far as it was said; times in minutes since midnight."""

    first: dt.date | None = None
    last: dt.date | None = None
    clock: str | None = None
    since: int = 0
    until: int = 24 * 60

    @property
    def one_day(self) -> dt.date | None:
        return self.first if self.first == self.last else None

    @property
    def centre(self) -> int:
        """The minute that alternatives should be close to."""
        return read_clocks(self.clock)[0].minutes if self.clock else min((self.since + self.until) // 2, 23 * 60)

    def keeps(self, question: Question) -> Callable[[Start], bool]:
        """Return whether a start is within the wanted hours, by the business's wall clock."""
        clocks = [each.minutes for each in read_clocks(self.clock)] if self.clock else []

        def keep(start: Start) -> bool:
            clock = local(start.at, question.business.zone)
            minutes = clock.hour * 60 + clock.minute
            return minutes in clocks if clocks else self.since <= minutes <= self.until - 1

        return keep


def availability_tool(desk: Desk) -> pulpo.Tool:
    """Return the tool over the businesses of ``desk``."""

    @pulpo.tool(
        read_only=True,
        open_world=False,
        title={"es": "Consultar horas libres", "en": "Check free times"},
        examples=examples.GET_AVAILABILITY,
    )
    async def get_availability(
        context: pulpo.ToolContext,
        service: Annotated[str, SERVICE_SAYS, service_slot(desk)],
        date: Annotated[dt.date | None, DATE_SAYS, part("date")] = None,
        time: Annotated[str | None, TIME_SAYS, Field(pattern=CLOCK), part("clock")] = None,
        period: Annotated[
            str | None, "morning, afternoon, evening or night", Field(pattern=PERIOD), part("period")
        ] = None,
        staff: Annotated[str | None, STAFF_SAYS, staff_slot(desk)] = None,
        date_from: Annotated[dt.date | None, "first day of a range", part("date_from")] = None,
        date_to: Annotated[dt.date | None, "last day of a range", part("date_to")] = None,
        time_from: Annotated[str | None, "not before, HH:MM", Field(pattern=DAY_TIME), part("time_from")] = None,
        time_to: Annotated[str | None, "not after, HH:MM", Field(pattern=DAY_TIME), part("time_to")] = None,
    ) -> pulpo.Result:
        """Tell which times are free for a service, or whether one is; without a date, the next free times."""
        since, until = _hours(period, time_from, time_to, context.locale)
        wish = Wish(first=date or date_from, last=date or date_to, clock=time, since=since, until=until)
        try:
            question = ask(desk, context, service, staff)
        except UnfitError as unfit:
            return unfit.result
        speaker = Speaker(question, context.locale, context.timezone, (("service", question.service.id),))
        return await context.database.read(
            lambda connection: find_times(speaker, wish, loader(connection, question.business))
        )

    return get_availability


def find_times(speaker: Speaker, wish: Wish, load: Load) -> pulpo.Result:
    """Answer a wish: one time, one day, or the next days that have something."""
    if wish.one_day is not None and wish.clock is not None:
        return at_time(speaker, wish.one_day, wish.clock, load)
    if wish.one_day is not None:
        return _on_day(speaker, wish, wish.one_day, load)
    return _on_days(speaker, wish, load)


def at_time(speaker: Speaker, day: dt.date, clock: str, load: Load) -> pulpo.Result:
    """Answer whether a time is free; when it is not, why, and what comes closest."""
    question = speaker.question
    found = look(question, day, read_clocks(clock), load(around(question.business, day, day)))
    if isinstance(found, Unclear):
        return which_time(speaker, day, found)
    if isinstance(found, Free):
        return _free(speaker, day, found.at, load)
    at = _instant(question, day, clock) if found.at is None else found.at
    return refused(speaker, speaker.why(found, day, clock.partition("|")[0]), at, load)


def which_time(speaker: Speaker, day: dt.date, found: Unclear) -> pulpo.Result:
    """Ask which of two free readings of a time is meant."""
    first, second = map(speaker.time, found.starts[:2])
    text = say("which_time", speaker.locale, day=speaker.day(day), first=first, second=second)
    offers = tuple(speaker.offer(at) for at in found.starts)
    return pulpo.Result({"times": [speaker.value(at) for at in found.starts]}, text, offers, done=False)


def refused(speaker: Speaker, why: str, at: int, load: Load) -> pulpo.Result:
    """Say why not, and offer what comes closest to ``at``."""
    starts = nearest(speaker.question, at, load)
    return pulpo.Result(
        {"free": False, "reason": why, "times": [speaker.value(start) for start in starts]},
        f"{why} {speaker.alternatives(starts)}",
        tuple(speaker.offer(start) for start in starts),
        done=False,
    )


def _free(speaker: Speaker, day: dt.date, at: int, load: Load) -> pulpo.Result:
    question = speaker.question
    rooms = days_with_room(question, [day, day - dt.timedelta(days=1)], load, keep=lambda start: start.at == at)
    start = next(starts[0] for _, starts in rooms)
    text = say(
        "free_time",
        speaker.locale,
        when=speaker.when(at),
        service=speaker.service,
        staff=who(question, start.staff, speaker.locale),
    )
    return pulpo.Result({"free": True, "times": [speaker.value(start)]}, text, (speaker.offer(start),))


def _on_day(speaker: Speaker, wish: Wish, day: dt.date, load: Load) -> pulpo.Result:
    question = speaker.question
    found = next(days_with_room(question, [day], load, keep=wish.keeps(question)), None)
    if found is None:
        return _nothing_on_day(speaker, wish, day, load)
    shown = spread(found[1], question.business)
    text = say(
        "free_day" if len(shown) == len(found[1]) else "free_day_more",
        speaker.locale,
        day=speaker.day(day),
        service=speaker.service,
        times=_times(speaker, shown),
    )
    return _offered(speaker, text, shown, found[1])


def _nothing_on_day(speaker: Speaker, wish: Wish, day: dt.date, load: Load) -> pulpo.Result:
    """Other hours of that day if there are any, else the same hours of the next days."""
    question = speaker.question
    if next(days_with_room(question, [day], load), None) is not None:
        why = say("why_full_range", speaker.locale, service=speaker.service)
        return refused(speaker, why, boundary(day, wish.centre, question.business.zone), load)
    days = bookable_days(question, near=day)
    found = _first_days(question, days, load, wish) or _first_days(question, days, load, Wish())
    by_day = sorted((each, spread(starts, question.business, 2)) for each, starts in found)
    shown = [start for _, starts in by_day for start in starts]
    why = speaker.nothing(day)
    text = say("alternatives", speaker.locale, lines=_by_day(speaker, by_day))
    return pulpo.Result(
        {"free": False, "reason": why, "times": [speaker.value(start) for start in shown]},
        f"{why} {text if shown else speaker.alternatives(())}",
        tuple(speaker.offer(start) for start in shown),
        done=False,
    )


def _on_days(speaker: Speaker, wish: Wish, load: Load) -> pulpo.Result:
    question = speaker.question
    today = local(question.now, question.business.zone).date()
    days = [
        day
        for day in bookable_days(question, near=wish.first or today)
        if (wish.first is None or day >= wish.first) and (wish.last is None or day <= wish.last)
    ]
    found = _first_days(question, days, load, wish)
    if not found:
        why = say("why_full_range", speaker.locale, service=speaker.service)
        return refused(speaker, why, boundary(wish.first or today, wish.centre, question.business.zone), load)
    per_day = SHOWN // len(found)
    by_day = [(day, spread(starts, question.business, max(per_day, 2))) for day, starts in found]
    text = say("free_days", speaker.locale, service=speaker.service, lines=_by_day(speaker, by_day))
    return _offered(
        speaker, text, [start for _, starts in by_day for start in starts], [each for _, all_ in found for each in all_]
    )


def _first_days(
    question: Question, days: Sequence[dt.date], load: Load, wish: Wish
) -> list[tuple[dt.date, list[Start]]]:
    return list(islice(days_with_room(question, days, load, keep=wish.keeps(question)), DAYS_SHOWN))


def _by_day(speaker: Speaker, days: Sequence[tuple[dt.date, Sequence[Start]]]) -> str:
    return lines([f"{speaker.day(day)}: {_times(speaker, starts)}" for day, starts in days])


def _offered(speaker: Speaker, text: str, shown: Sequence[Start], found: Sequence[Start]) -> pulpo.Result:
    value = {"free": True, "times": [speaker.value(start) for start in found]}
    return pulpo.Result(value, text, tuple(speaker.offer(start) for start in shown))


def _times(speaker: Speaker, starts: Sequence[Start]) -> str:
    return join([speaker.time(start.at) for start in starts], speaker.locale)


def _hours(period: str | None, time_from: str | None, time_to: str | None, locale: str) -> tuple[int, int]:
    first, last = PERIODS.get(period or "", (0, 24))
    if period == "afternoon" and language(locale) == "en":
        last = 18
    return (
        minutes_of(time_from) if time_from else first * 60,
        minutes_of(time_to) + 1 if time_to else last * 60,
    )


def _instant(question: Question, day: dt.date, clock: str) -> int:
    minutes = read_clocks(clock)[0].minutes
    return next(iter(instants(day, minutes, question.business.zone)), boundary(day, minutes, question.business.zone))
