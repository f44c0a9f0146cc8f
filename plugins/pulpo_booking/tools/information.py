"""``get_services`` and ``get_business_hours``: what a business offers, for how much, and when it is open."""

import datetime as dt
from itertools import groupby
from typing import Annotated, Any

import pulpo
from pulpo_booking.business import WEEKDAYS, Business, Service, clock_of
from pulpo_booking.desk import Desk, find_service
from pulpo_booking.localtime import local
from pulpo_booking.opening import Hours, holiday_name, hours_on
from pulpo_booking.speech import (
    day_text,
    duration_text,
    either,
    hours_text,
    join,
    lines,
    name_of,
    price_text,
    sentence,
    weekday,
)
from pulpo_booking.texts import say
from pulpo_booking.tools import examples
from pulpo_booking.tools.arguments import part

EXCEPTION_DAYS = 21
"""How far ahead the hours tell of closures and special hours."""


def services_tool(desk: Desk) -> pulpo.Tool:
    """Return the tool over the businesses of ``desk``."""

    @pulpo.tool(
        read_only=True,
        open_world=False,
        title={"es": "Ver servicios y precios", "en": "See services and prices"},
        examples=examples.GET_SERVICES,
    )
    async def get_services(
        context: pulpo.ToolContext,
        service: Annotated[
            str | None, "one service to tell about; all without it", pulpo.Slot(values=desk.services)
        ] = None,
    ) -> pulpo.Result:
        """List the services with duration and price, or tell about one of them."""
        business = desk.business(context.workspace.id)
        one = find_service(business, service) if service else None
        told = business.services if one is None else (one,)
        value = {"services": [_service_value(each, business, context.locale) for each in told]}
        if one is None:
            text = say(
                "services", context.locale, lines=lines([_line(each, business, context.locale) for each in told])
            )
        else:
            names = either([person.name for person in business.staff_for(one.id)], context.locale)
            line = ". ".join(
                filter(None, (_line(one, business, context.locale), name_of(one.description, context.locale)))
            )
            text = say("service", context.locale, line=line, staff=names)
        return pulpo.Result(value, text)

    return get_services


def hours_tool(desk: Desk) -> pulpo.Tool:
    """Return the tool over the businesses of ``desk``."""

    @pulpo.tool(
        read_only=True,
        open_world=False,
        title={"es": "Ver el horario", "en": "See opening hours"},
        examples=examples.GET_BUSINESS_HOURS,
    )
    async def get_business_hours(
        context: pulpo.ToolContext,
        date: Annotated[dt.date | None, "the day to tell about, YYYY-MM-DD; the week without it", part("date")] = None,
    ) -> pulpo.Result:
        """Tell the opening hours: of one day, or of the week with the coming holidays and special hours."""
        business = desk.business(context.workspace.id)
        today = local(int(context.now.timestamp()), business.zone).date()
        if date is None:
            return _week(business, today, context.locale)
        hours = hours_on(business, date)
        return pulpo.Result({"date": date.isoformat(), **_hours_value(hours)}, _day(hours, date, today, context.locale))

    return get_business_hours


def _line(service: Service, business: Business, locale: str) -> str:
    return say(
        "service_line_free" if service.price is None else "service_line",
        locale,
        name=name_of(service.name, locale),
        duration=duration_text(service.minutes),
        price="" if service.price is None else price_text(service.price, business.currency, locale),
    )


def _service_value(service: Service, business: Business, locale: str) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": name_of(service.name, locale),
        "minutes": service.minutes,
        "price": None if service.price is None else str(service.price),
        "currency": business.currency,
        "staff": [person.id for person in business.staff_for(service.id)],
    }


def _hours_value(hours: Hours) -> dict[str, Any]:
    spans = [[clock_of(start), clock_of(end)] for start, end in hours.spans]
    return {"open": bool(spans), "hours": spans, "why": hours.why, "name": pulpo.localized(hours.name, "en")}


def _day(hours: Hours, day: dt.date, today: dt.date, locale: str) -> str:
    said, name = day_text(day, locale, today=today), name_of(hours.name, locale)
    if hours.spans:
        return say("hours_day", locale, day=said, hours=hours_text(hours.spans, locale))
    return say("why_holiday" if name else "why_closed", locale, day=said, name=name)


def _week(business: Business, today: dt.date, locale: str) -> pulpo.Result:
    groups = groupby(enumerate(WEEKDAYS), key=lambda each: business.hours.get(each[1], ()))
    said = [_week_line([position for position, _ in days], spans, locale) for spans, days in groups]
    text = say("hours_week", locale, lines=lines(said))
    ahead = [today + dt.timedelta(days=days) for days in range(EXCEPTION_DAYS)]
    exceptions = [(day, hours) for day in ahead if (hours := hours_on(business, day)).why != "weekly"]
    if exceptions:
        said = [_exception(business, day, hours, today, locale) for day, hours in exceptions]
        text = f"{text}\n{say('exceptions', locale, lines=lines(said))}"
    week = {day: [[clock_of(start), clock_of(end)] for start, end in business.hours.get(day, ())] for day in WEEKDAYS}
    coming = {day.isoformat(): _hours_value(hours) for day, hours in exceptions}
    return pulpo.Result({"week": week, "exceptions": coming, "tz": business.tz}, text)


def _week_line(positions: list[int], spans: tuple[tuple[int, int], ...], locale: str) -> str:
    first, last = weekday(positions[0], locale), weekday(positions[-1], locale)
    days = first if len(positions) == 1 else say("day_range", locale, first=first, last=last)
    if len(positions) == 2:
        days = join([first, last], locale)
    return say("hours_line", locale, days=sentence(days), hours=hours_text(spans, locale))


def _exception(business: Business, day: dt.date, hours: Hours, today: dt.date, locale: str) -> str:
    said = day_text(day, locale, today=today)
    if hours.spans:
        return say("hours_line", locale, days=said, hours=hours_text(hours.spans, locale))
    name = name_of(hours.name or holiday_name(business, day), locale)
    return say("exception_named" if name else "exception_closed", locale, day=said, name=name)
