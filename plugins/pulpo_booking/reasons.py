"""Answers about a start that cannot be had: the honest reason, then the nearest that can."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulpo
from pulpo_booking.calendar import Question, Start
from pulpo_booking.desk import staff_name
from pulpo_booking.localtime import local, utc
from pulpo_booking.opening import hours_on, weekday_of
from pulpo_booking.search import Refused
from pulpo_booking.speech import (
    also_theirs,
    day_text,
    duration_text,
    either,
    hours_text,
    join,
    lines,
    name_of,
    sentence,
    time_text,
    weekdays,
    when_text,
    when_text_with_zone,
    within,
)
from pulpo_booking.texts import say


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things about a question in a locale, to somebody in ``timezone`` if that is known.

    ``extra`` are further arguments of every offer.
    """

    question: Question
    locale: str
    timezone: str | None = None
    extra: tuple[tuple[str, Any], ...] = ()

    @property
    def service(self) -> str:
        return within(name_of(self.question.service.name, self.locale), self.locale)

    def day(self, day: dt.date) -> str:
        today = local(self.question.now, self.question.business.zone).date()
        return day_text(day, self.locale, today=today)

    def when(self, at: int) -> str:
        """Return a start's day and time, by both clocks where they differ."""
        business = self.question.business
        when = when_text(at, business, self.locale, now=self.question.now)
        return when + also_theirs(at, business, self.locale, self.timezone)

    def when_with_zone(self, at: int) -> str:
        return when_text_with_zone(
            at, self.question.business, self.locale, now=self.question.now, timezone=self.timezone
        )

    def time(self, at: int) -> str:
        """Return a start's time of day, by both clocks where they differ."""
        business = self.question.business
        return time_text(at, business) + also_theirs(at, business, self.locale, self.timezone)

    def why(self, refused: Refused, day: dt.date, clock: str) -> str:
        """Return why a start is refused, as a sentence."""
        if refused.at is None:
            return sentence(say("why_no_such_time", self.locale, day=self.day(day), time=clock))
        why = refused.why or "taken"
        if why == "closed":
            return self.closed(local(refused.at, self.question.business.zone).date())
        return sentence(say(self._key(why), self.locale, **self._facts(refused.at)))

    def closed(self, day: dt.date) -> str:
        """Return that a day is closed, with the holiday or the reason if there is one."""
        hours = hours_on(self.question.business, day)
        name = name_of(hours.name, self.locale)
        return say("why_holiday" if name else "why_closed", self.locale, day=self.day(day), name=name)

    def nothing(self, day: dt.date) -> str:
        """Return why a whole day has no free start."""
        question, hours = self.question, hours_on(self.question.business, day)
        zone = question.business.zone
        if day < local(question.now, zone).date():
            return sentence(say("why_past_day", self.locale, day=self.day(day)))
        if day > local(question.last_start, zone).date():
            return self._say_horizon()
        if not hours.spans:
            return self.closed(day)
        if question.service.id not in self._given(day):
            return self._say_day_service(day)
        return say("why_full_day", self.locale, day=self.day(day), service=self.service)

    def offer(self, start: Start | int, *, label: str = "") -> pulpo.Offer:
        """Return a start as something the user can take."""
        at = start if isinstance(start, int) else start.at
        clock = local(at, self.question.business.zone)
        repeated = "(" in time_text(at, self.question.business)
        arguments: dict[str, Any] = {
            **dict(self.extra),
            "date": clock.date().isoformat(),
            "time": f"{clock:%H:%M}" + (f"{clock:%z}"[:3] + ":" + f"{clock:%z}"[3:] if repeated else ""),
        }
        if self.question.staff is not None:
            arguments["staff"] = self.question.staff.id
        return pulpo.Offer(label or self.when(at), arguments)

    def alternatives(self, starts: Sequence[Start]) -> str:
        """Return the question which of the alternatives suits, or that there are none."""
        if not starts:
            return say("no_alternatives", self.locale)
        return say("alternatives", self.locale, lines=lines([self.when(start.at) for start in starts]))

    def value(self, start: Start | int) -> dict[str, Any]:
        """Return a start for planners: local and UTC time, and who is free."""
        at = start if isinstance(start, int) else start.at
        clock = local(at, self.question.business.zone)
        return {
            "date": clock.date().isoformat(),
            "time": f"{clock:%H:%M}",
            "local": clock.isoformat(),
            "utc": utc(at).isoformat(),
            **({} if isinstance(start, int) else {"staff": list(start.staff)}),
        }

    def _key(self, why: str) -> str:
        if why == "taken" and self.question.staff is not None:
            return "why_taken_staff"
        return "why_nobody" if why == "staff_away" and self.question.staff is None else f"why_{why}"

    def _facts(self, at: int) -> dict[str, str]:
        question = self.question
        business = question.business
        day = local(at, business.zone).date()
        return {
            "day": self.day(day),
            "time": time_text(at, business),
            "hours": hours_text(hours_on(business, day).spans, self.locale),
            "service": self.service,
            "duration": duration_text(question.service.minutes),
            "staff": "" if question.staff is None else question.staff.name,
            "notice": duration_text(business.minimum_notice_minutes),
            "last": self.day(local(question.last_start, business.zone).date()),
            "weekday": weekdays(day.weekday(), self.locale),
            "names": self._names(day),
            "step": str(business.slot_step_minutes),
        }

    def _given(self, day: dt.date) -> tuple[str, ...]:
        business = self.question.business
        every = tuple(service.id for service in business.services)
        return business.day_services.get(weekday_of(day), every)

    def _names(self, day: dt.date) -> str:
        given = [service for service in self.question.business.services if service.id in self._given(day)]
        return join([within(name_of(service.name, self.locale), self.locale) for service in given], self.locale)

    def _say_horizon(self) -> str:
        last = local(self.question.last_start, self.question.business.zone).date()
        return say("why_horizon", self.locale, last=self.day(last))

    def _say_day_service(self, day: dt.date) -> str:
        return say("why_day_service", self.locale, weekday=weekdays(day.weekday(), self.locale), names=self._names(day))


def who(question: Question, staff_ids: Sequence[str], locale: str) -> str:
    """Return the names of those who are free, as a choice."""
    return either([staff_name(question.business, each) for each in staff_ids], locale)
