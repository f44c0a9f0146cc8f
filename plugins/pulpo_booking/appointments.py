"""Appointments in the database: plain functions over a SQLAlchemy connection, to be run inside one transaction.

Each change asks `calendar` with what the transaction sees, then writes inside a savepoint; the database's guard has
the last word, so a rival that committed in between costs a second look and never a double booking.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from pulpo_booking.calendar import Claim, Question, Refusal, claims_for, free_staff, refusal
from pulpo_booking.localtime import Stretch, utc
from pulpo_booking.schema import allocations, appointments

State: TypeAlias = Literal["active", "cancelled"]

_MARGIN = 3 * 86_400
"""Seconds around a start in which allocations can matter to it: a local day, and the longest service with buffers."""


class Appointment(Struct, frozen=True):
    """One appointment; times are UTC seconds."""

    id: str
    workspace_id: str
    customer: str
    service_id: str
    staff_id: str
    starts_at: int
    ends_at: int
    state: State
    name: str
    phone: str
    price: Decimal | None

    @property
    def start(self) -> datetime:
        """Its start, aware, in UTC."""
        return utc(self.starts_at)


class Customer(Struct, frozen=True):
    """Whose appointment it is (``key``), and how the business reaches them."""

    key: str
    name: str
    phone: str


def book(
    connection: Connection, question: Question, at: int, customer: Customer, *, appointment_id: str
) -> Appointment | Refusal:
    """Book a start with the first candidate who is free; return why not when nobody is."""
    return _settle(connection, question, at, _draft(question, at, customer, appointment_id), moving=None)


def reschedule(connection: Connection, question: Question, at: int, appointment: Appointment) -> Appointment | Refusal:
    """Move an appointment in one transaction, keeping its id; when the target is taken it stays as it was."""
    draft = replace(appointment, starts_at=at, ends_at=at + question.service.minutes * 60)
    return _settle(connection, question, at, draft, moving=appointment)


def cancel(connection: Connection, appointment: Appointment, *, now: int) -> None:
    """Cancel an appointment and free what it holds; a second time changes nothing."""
    connection.execute(
        sa.update(appointments)
        .where(appointments.c.id == appointment.id, appointments.c.state == "active")
        .values(state="cancelled", updated_at=now)
    )
    connection.execute(
        sa.update(allocations).where(allocations.c.appointment_id == appointment.id).values(active=False)
    )


def find(connection: Connection, workspace: str, appointment_id: str, *, customer: str) -> Appointment | None:
    """Return a customer's appointment, active or not; anybody else's does not exist."""
    return _one(connection, workspace, appointments.c.id == appointment_id, appointments.c.customer == customer)


def upcoming(connection: Connection, workspace: str, *, customer: str, now: int) -> list[Appointment]:
    """Return a customer's active appointments that are not over yet, soonest first."""
    return _all(
        connection,
        workspace,
        appointments.c.customer == customer,
        appointments.c.state == "active",
        appointments.c.ends_at > now,
    )


def between(connection: Connection, workspace: str, span: Stretch, *, states: Collection[State]) -> list[Appointment]:
    """Return a business's appointments that start within a span, soonest first."""
    return _all(
        connection,
        workspace,
        appointments.c.starts_at >= span.start,
        appointments.c.starts_at < span.end,
        appointments.c.state.in_(states),
    )


def taken(connection: Connection, workspace: str, span: Stretch, *, without: str = "") -> list[Claim]:
    """Return the active claims that touch a span, but not those of the appointment ``without``."""
    held = allocations.c
    rows = connection.execute(
        sa.select(held.resource, held.seat, held.sharing, held.starts_at, held.ends_at).where(
            held.workspace_id == workspace,
            held.active,
            held.ends_at > span.start,
            held.starts_at < span.end,
            held.appointment_id != without,
        )
    )
    return [Claim(*row) for row in rows]


def _settle(
    connection: Connection, question: Question, at: int, draft: Appointment, *, moving: Appointment | None
) -> Appointment | Refusal:
    """Look and write until the calendar says no or the database says yes."""
    span = Stretch(at - _MARGIN, at + _MARGIN)
    for _ in range(1 + len(question.candidates)):
        held = taken(connection, draft.workspace_id, span, without=draft.id)
        if (why := refusal(question, at, held)) is not None:
            return why
        person = free_staff(question, at, held)[0]
        chosen = replace(draft, staff_id=person.id)
        claims = claims_for(question, person, at, held) or ()
        if _write(connection, chosen, claims, now=question.now, moving=moving):
            return chosen
    return "taken"


def _write(
    connection: Connection, chosen: Appointment, claims: Sequence[Claim], *, now: int, moving: Appointment | None
) -> bool:
    """Write all rows or none; False when a rival holds a resource."""
    row = {**asdict(chosen), "price": None if chosen.price is None else str(chosen.price), "updated_at": now}
    try:
        with connection.begin_nested():
            if moving is None:
                connection.execute(sa.insert(appointments).values(**row, created_at=now))
            else:
                connection.execute(sa.delete(allocations).where(allocations.c.appointment_id == chosen.id))
                connection.execute(sa.update(appointments).where(appointments.c.id == chosen.id).values(**row))
            for claim in claims:
                connection.execute(sa.insert(allocations).values(**_allocation(chosen, claim)))
    except IntegrityError:
        return False
    return True


def _allocation(chosen: Appointment, claim: Claim) -> dict[str, object]:
    return {
        "appointment_id": chosen.id,
        "workspace_id": chosen.workspace_id,
        "resource": claim.resource,
        "seat": claim.seat,
        "sharing": claim.group,
        "starts_at": claim.start,
        "ends_at": claim.end,
        "active": True,
    }


def _draft(question: Question, at: int, customer: Customer, appointment_id: str) -> Appointment:
    service = question.service
    return Appointment(
        id=appointment_id,
        workspace_id=question.business.workspace,
        customer=customer.key,
        service_id=service.id,
        staff_id="",
        starts_at=at,
        ends_at=at + service.minutes * 60,
        state="active",
        name=customer.name,
        phone=customer.phone,
        price=service.price,
    )


_COLUMNS = tuple(appointments.c[field] for field in Appointment.__struct_fields__)


def _one(connection: Connection, workspace: str, *where: sa.ColumnElement[bool]) -> Appointment | None:
    return next(iter(_all(connection, workspace, *where)), None)


def _all(connection: Connection, workspace: str, *where: sa.ColumnElement[bool]) -> list[Appointment]:
    rows = connection.execute(
        sa.select(*_COLUMNS)
        .where(appointments.c.workspace_id == workspace, *where)
        .order_by(appointments.c.starts_at, appointments.c.id)
    )
    return [_appointment(row._mapping) for row in rows]


def _appointment(row: Mapping[Any, Any]) -> Appointment:
    price = row["price"]
    return Appointment(**{**row, "price": None if price is None else Decimal(price)})
