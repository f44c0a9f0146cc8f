"""Reads dates and times from free text: `when.resolve` as a `pulpo.Reader` whose values are ISO strings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pulpo
from pulpo_booking.habits import usual_weekday
from pulpo_booking.shifts import read_shift
from pulpo_booking.speech import day_text
from pulpo_booking.texts import say
from pulpo_booking.when import When, resolve

PARTS = ("date", "time", "clock", "period", "date_from", "date_to", "time_from", "time_to", "shift", "usual")
"""``shift`` are minutes after what is agreed, below zero for before it. ``usual`` is the coming one of the weekdays
that a question of habit names; nobody has asked for that day yet, but an hour said next is one of it.

``clock`` is the time with both readings (``08:00|20:00``) when only the half of the day is unclear."""


def read_when(text: str, context: pulpo.ReadContext) -> pulpo.Reading:
    """Return what ``text`` says about when; see the conventions in `when`."""
    shift = read_shift(text)
    if shift is not None:
        # What is left of the sentence is read by itself: "in" of "come in an hour earlier" counts no time from now.
        start, end = shift.span
        text = text[:start] + ";" + " " * (end - start - 1) + text[end:]
    found = resolve(text, now=context.now, locale=context.locale, tz=context.tz)
    values, others = _values(found), [_values(each) for each in found.alternatives]
    habit = usual_weekday(text) if found.date is None and found.range is None else ""
    if habit:
        values |= _usual(habit, context)
    unclear_clock = found.ambiguous and bool(others) and all(_differ_in_time_only(values, each) for each in others)
    if unclear_clock:
        # Which half of the day is meant is for the opening hours to say: the tool is given both readings.
        values = {**values, "clock": f"{values['time']}|{others[0]['time']}"}
    return pulpo.Reading(
        values={**values, "shift": shift.minutes} if shift else values,
        spans=(*found.spans, shift.span) if shift else found.spans,
        ambiguous=found.ambiguous and not unclear_clock,
        alternatives=() if unclear_clock else tuple(others),
        said=_said(found, context),
    )


def _values(found: When) -> dict[str, Any]:
    values: dict[str, Any] = {
        "date": found.date and found.date.isoformat(),
        "time": found.time and found.time.strftime("%H:%M"),
        "clock": found.time and found.time.strftime("%H:%M"),
        "period": found.period,
    }
    if found.range is not None:
        kind = "date" if any(end is not None and "-" in end for end in found.range) else "time"
        values |= {f"{kind}_from": found.range[0], f"{kind}_to": found.range[1]}
    return {part: value for part, value in values.items() if value is not None}


def _usual(weekday: str, context: pulpo.ReadContext) -> dict[str, str]:
    named = f"{'on' if weekday.endswith('day') else 'el'} {weekday}"
    coming = resolve(named, now=context.now, locale=context.locale, tz=context.tz)
    return {"usual": coming.date.isoformat()} if coming.date else {}


def _differ_in_time_only(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return (
        first.keys() == second.keys()
        and "time" in first
        and all(first[part] == second[part] for part in first if part not in ("time", "clock"))
    )


def _said(found: When, context: pulpo.ReadContext) -> dict[str, str]:
    """Put a date and a time in words, in both languages; a range is left to the answer that uses it."""
    today = context.now.astimezone(ZoneInfo(context.tz)).date()
    return {
        language: text for language in ("es", "en") if (text := _phrase(found.date, found.time, language, today=today))
    }


def _phrase(day: date | None, clock: time | None, language: str, *, today: date) -> str:
    if day is None:
        return "" if clock is None else clock.strftime("%H:%M")
    said = day_text(day, language, today=today)
    return said if clock is None else say("at", language, day=said, time=clock.strftime("%H:%M"))


WHEN = pulpo.Reader(name="when", parts=PARTS, read=read_when, types={date: "date", time: "time"})
"""Serves every argument of type `date` or `time`, also of other plugins' tools."""
