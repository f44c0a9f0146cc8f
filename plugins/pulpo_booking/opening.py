"""When a business is open, and why it is closed: weekly hours, special hours, closures, public holidays."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, TypeAlias

from pulpo_booking.business import WEEKDAYS, Business, Name, Staff, Weekday

_log = logging.getLogger(__name__)

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
    return _public_holidays(business.region, day.year).get(day, "")


def shift_on(person: Staff, day: date, hours: Hours) -> tuple[tuple[int, int], ...]:
    """Return when a person works on a day; breaks not yet taken out."""
    if day in person.days_off:
        return ()
    if day in person.special_shifts:
        return person.special_shifts[day]
    return hours.spans if person.shifts is None else person.shifts.get(weekday_of(day), ())


@lru_cache(maxsize=64)
def _public_holidays(region: str, year: int) -> Mapping[date, Name]:
    """Return a year's holidays with their Spanish and English names, where the library knows them.

    Of a part of a country that the library does not know, the national ones (an error is logged, once).
    """
    # Imported here: the library costs half a second and businesses without a region never need it.
    from holidays import country_holidays

    country, _, subdivision = region.partition("-")
    try:
        known = country_holidays(country, subdiv=subdivision or None).supported_languages
    except NotImplementedError:
        _log.error("region %r is not known to the holidays library; write its days in holidays.add", region)
        return _public_holidays(country, year) if subdivision else {}
    found: dict[date, dict[str, str]] = {}
    for language, wanted in (("es", ("es",)), ("en", ("en_GB", "en_US"))):
        chosen = next((each for each in wanted if each in known), None)
        listed = country_holidays(country, subdiv=subdivision or None, years=year, language=chosen)
        for day, name in listed.items():
            found.setdefault(day, {})[language] = name
    return dict(found)
