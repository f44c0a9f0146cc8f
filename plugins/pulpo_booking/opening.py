"""When a business is open, and why it is closed: weekly hours, special hours, closures, public holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from pulpo_booking.business import WEEKDAYS, Business, Name, Staff, Weekday
from pulpo_booking.festivities import public_holidays

Why: TypeAlias = Literal["weekly", "special", "closure", "holiday"]


@dataclass(frozen=True, slots=True)
class Hours:
    """The opening of one day in minutes since its midnight (none: closed), and which rule gave it.

    ``name`` is the closure's reason or the holiday's name, if known.
    """

    spans: tuple[tuple[int, int], ...]
    why: Why
    name: Name = ""


def weekday_of(day: date) -> Weekday:
    return WEEKDAYS[day.weekday()]


def hours_on(business: Business, day: date) -> Hours:
    """Return a day's hours. A closure beats everything, special hours beat a holiday, a holiday the week."""
    if day in business.closed_dates:
        return Hours((), "closure", business.closed_dates[day] or holiday_name(business, day))
    if day in business.special_hours:
        return Hours(business.special_hours[day], "special", holiday_name(business, day))
    if holiday := holiday_name(business, day):
        return Hours((), "holiday", holiday)
    return Hours(business.hours.get(weekday_of(day), ()), "weekly")


def holiday_name(business: Business, day: date) -> Name:
    """Return the name of a public holiday of the business's region, or nothing."""
    rules = business.holidays
    if day in rules.add:
        return rules.add[day]
    if day in rules.remove or not rules.use or not business.region:
        return ""
    return public_holidays(business.region, day.year).get(day, "")


def shift_on(person: Staff, day: date, hours: Hours) -> tuple[tuple[int, int], ...]:
    """Return when a person works on a day; breaks not yet taken out."""
    if day in person.days_off:
        return ()
    if day in person.special_shifts:
        return person.special_shifts[day]
    return hours.spans if person.shifts is None else person.shifts.get(weekday_of(day), ())
