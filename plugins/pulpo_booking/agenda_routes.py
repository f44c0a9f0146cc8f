"""``GET /booking/agenda``: days as the business's people see them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

import pulpo
from pulpo_booking.agenda import Day, Person, day_of
from pulpo_booking.business import Business
from pulpo_booking.desk import Desk, book_of
from pulpo_booking.localtime import Stretch, local
from pulpo_booking.routes import AppointmentAnswer, appointment_answer, business_of, day_named, days_named
from pulpo_booking.search import around
from pulpo_booking.speech import name_of


class AgendaQuery(Struct, frozen=True, rename={"since": "from", "until": "to"}, forbid_unknown_fields=True):
    """Local days, ISO, both included; without ``to`` one day, without ``from`` today. ``span`` instead of ``to`` is
    the day, the week (Monday to Sunday) or the month that holds ``from``; ``brief`` leaves people and appointments
    out."""

    since: str | None = None
    until: str | None = None
    span: Literal["day", "week", "month"] | None = None
    brief: bool = False


class SpanAnswer(Struct, frozen=True):
    """A stretch of time, local with its offset; half-open."""

    start: str
    end: str


class PersonAnswer(Struct, frozen=True):
    """When somebody works that day, and when nobody has booked them yet."""

    id: str
    name: str
    works: tuple[SpanAnswer, ...]
    free: tuple[SpanAnswer, ...]


class DayAnswer(Struct, frozen=True):
    """One day. ``why`` is the rule behind its opening (``weekly``, ``special``, ``closure``, ``holiday``) and
    ``reason`` the closure's or holiday's name; ``booked`` counts active appointments, ``free_minutes`` all people's."""

    date: str
    why: str
    reason: str
    open: tuple[SpanAnswer, ...]
    booked: int
    free_minutes: int
    people: tuple[PersonAnswer, ...]
    appointments: tuple[AppointmentAnswer, ...]


class AgendaAnswer(Struct, frozen=True):
    """The days asked for; ``now`` is the local time of the answer, whose date is today."""

    workspace: str
    business: str
    tz: str
    now: str
    since: str
    until: str
    days: tuple[DayAnswer, ...]


def agenda_routes(desk: Desk) -> list[pulpo.Route]:
    """Return the route over the businesses of ``desk``."""

    async def agenda(request: pulpo.RouteRequest) -> AgendaAnswer:
        business = business_of(desk, request)
        now = int(request.now.timestamp())
        query = request.query or AgendaQuery()
        first, last = _range(query, local(now, business.zone).date())
        span = around(business, first, last)
        booked, taken = await request.database.read(
            lambda connection: (
                book_of(connection, business).between(span, states=("active", "cancelled")),
                book_of(connection, business).taken(span),
            )
        )
        dates = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        days = [day_of(business, each, booked, taken, now=now) for each in dates]
        return AgendaAnswer(
            workspace=business.workspace,
            business=business.name,
            tz=business.tz,
            now=local(now, business.zone).isoformat(),
            since=first.isoformat(),
            until=last.isoformat(),
            days=tuple(_day(each, business, request.locale, brief=query.brief) for each in days),
        )

    return [
        pulpo.Route(
            method="GET",
            path="/booking/agenda",
            scope="booking:read",
            handler=agenda,
            summary="Show days with their appointments, closures and free time",
            query=AgendaQuery,
            response=AgendaAnswer,
            errors=(404,),
        )
    ]


def _range(query: AgendaQuery, today: date) -> tuple[date, date]:
    if query.span is None:
        return days_named(query.since, query.until, today)
    if query.until is not None:
        raise pulpo.RouteError(400, "Bad range", "give either to or span")
    day = day_named("from", query.since) or today
    match query.span:
        case "day":
            return day, day
        case "week":
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case "month":
            return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def _day(day: Day, business: Business, locale: str, *, brief: bool) -> DayAnswer:
    told = () if brief else day.appointments
    return DayAnswer(
        date=day.date.isoformat(),
        why=day.hours.why,
        reason=name_of(day.hours.name, locale) if day.hours.name else "",
        open=_spans(day.opening, business),
        booked=sum(each.state == "active" for each in day.appointments),
        free_minutes=day.free_minutes,
        people=() if brief else tuple(_person(each, business) for each in day.people),
        appointments=tuple(appointment_answer(each, business, locale) for each in told),
    )


def _person(person: Person, business: Business) -> PersonAnswer:
    return PersonAnswer(person.id, person.name, _spans(person.works, business), _spans(person.free, business))


def _spans(stretches: tuple[Stretch, ...], business: Business) -> tuple[SpanAnswer, ...]:
    return tuple(
        SpanAnswer(local(each.start, business.zone).isoformat(), local(each.end, business.zone).isoformat())
        for each in stretches
    )
