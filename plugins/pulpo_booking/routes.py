"""The plugin's HTTP routes: the services (public to chats) and the appointments (for the business's people)."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct

import pulpo
from pulpo_booking.appointment import Appointment
from pulpo_booking.business import Business
from pulpo_booking.desk import Desk, book_of, service_name, staff_name
from pulpo_booking.localtime import Stretch, boundary, local
from pulpo_booking.speech import name_of

LONGEST = 92
"""Days that one answer may cover."""


class ServiceAnswer(Struct, frozen=True):
    """One service; ``price`` is a decimal in ``currency`` or null, ``staff`` are the names of who gives it."""

    id: str
    name: str
    minutes: int
    price: str | None
    currency: str
    staff: tuple[str, ...]


class ServicesAnswer(Struct, frozen=True):
    """What a business offers."""

    workspace: str
    business: str
    services: tuple[ServiceAnswer, ...]


class AppointmentsQuery(Struct, frozen=True, rename={"since": "from", "until": "to"}, forbid_unknown_fields=True):
    """Local days, ISO, both included; without ``to`` one day, without ``from`` today."""

    since: str | None = None
    until: str | None = None


class AppointmentAnswer(Struct, frozen=True):
    """One appointment, with its local time (and offset) and its UTC time."""

    id: str
    state: str
    service: str
    service_name: str
    staff: str
    staff_name: str
    local: str
    utc: str
    minutes: int
    name: str
    phone: str
    price: str | None
    currency: str


class AppointmentsAnswer(Struct, frozen=True):
    """The appointments that start between two local days, soonest first; ``tz`` is the business's zone."""

    workspace: str
    tz: str
    since: str
    until: str
    appointments: tuple[AppointmentAnswer, ...]


def booking_routes(desk: Desk) -> list[pulpo.Route]:
    """Return the routes over the businesses of ``desk``."""

    async def services(request: pulpo.RouteRequest) -> ServicesAnswer:
        business = business_of(desk, request)
        told = tuple(_service(business, position, request.locale) for position in range(len(business.services)))
        return ServicesAnswer(business.workspace, business.name, told)

    async def agenda(request: pulpo.RouteRequest) -> AppointmentsAnswer:
        business = business_of(desk, request)
        query = request.query or AppointmentsQuery()
        today = local(int(request.now.timestamp()), business.zone).date()
        first, last = days_named(query.since, query.until, today)
        span = Stretch(boundary(first, 0, business.zone), boundary(last + timedelta(days=1), 0, business.zone))
        found = await request.database.read(
            lambda connection: book_of(connection, business).between(span, states=("active", "cancelled"))
        )
        told = tuple(appointment_answer(each, business, request.locale) for each in found)
        return AppointmentsAnswer(business.workspace, business.tz, first.isoformat(), last.isoformat(), told)

    return [
        pulpo.Route(
            method="GET",
            path="/booking/services",
            scope="chat",
            handler=services,
            summary="List the services of the business with durations and prices",
            response=ServicesAnswer,
        ),
        pulpo.Route(
            method="GET",
            path="/booking/appointments",
            scope="booking:read",
            handler=agenda,
            summary="List the appointments between two local days",
            query=AppointmentsQuery,
            response=AppointmentsAnswer,
        ),
    ]


def business_of(desk: Desk, request: pulpo.RouteRequest) -> Business:
    """Return the business of the caller's workspace; raises a 404."""
    business = desk.businesses.get(request.workspace.id)
    if business is None:
        raise pulpo.RouteError(
            404,
            "No business here",
            f"workspace {request.workspace.id!r} has no business; configure one in pulpo.toml, or import one with "
            "`pulpo booking import`",
        )
    return business


def days_named(since: str | None, until: str | None, today: date) -> tuple[date, date]:
    """Return the range that ``from`` and ``to`` name; raises a 400 for what is none, or too long."""
    first = day_named("from", since) or today
    last = day_named("to", until) or first
    if last < first:
        raise pulpo.RouteError(400, "Bad range", f"to ({last}) is before from ({first}); swap them")
    if (last - first).days >= LONGEST:
        raise pulpo.RouteError(400, "Bad range", f"from and to are more than {LONGEST} days apart; ask in parts")
    return first, last


def day_named(name: str, text: str | None) -> date | None:
    """Return the day of a parameter, None without one; raises a 400."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # The years around the ends of the calendar have no neighbours to reckon with.
    if day is None or not 1970 <= day.year <= 9000:
        raise pulpo.RouteError(400, "Bad date", f"{name} is no date; write YYYY-MM-DD, for example 2026-11-24")
    return day


def _service(business: Business, position: int, locale: str) -> ServiceAnswer:
    service = business.services[position]
    return ServiceAnswer(
        id=service.id,
        name=name_of(service.name, locale),
        minutes=service.minutes,
        price=None if service.price is None else str(service.price),
        currency=business.currency,
        staff=tuple(person.name for person in business.staff_for(service.id)),
    )


def appointment_answer(appointment: Appointment, business: Business, locale: str) -> AppointmentAnswer:
    """Return an appointment as routes tell it."""
    return AppointmentAnswer(
        id=appointment.id,
        state=appointment.state,
        service=appointment.service_id,
        service_name=service_name(business, appointment.service_id, locale),
        staff=appointment.staff_id,
        staff_name=staff_name(business, appointment.staff_id),
        local=local(appointment.starts_at, business.zone).isoformat(),
        utc=appointment.start.isoformat(),
        minutes=(appointment.ends_at - appointment.starts_at) // 60,
        name=appointment.name,
        phone=appointment.phone,
        price=None if appointment.price is None else str(appointment.price),
        currency=business.currency,
    )
