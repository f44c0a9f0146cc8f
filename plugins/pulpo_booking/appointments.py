"""The appointments of a business in the database, over a connection that is inside one transaction.

Each change asks `calendar` with what the transaction sees, then writes inside a savepoint; the database's guard has
the last word, so a rival that committed in between costs a second look and never a double booking.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from msgspec.structs import asdict, replace
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from pulpo_booking.appointment import Appointment, Customer, State
from pulpo_booking.business import Business
from pulpo_booking.calendar import (
    UNSEATED,
    Claim,
    Question,
    Refusal,
    claims_for,
    counted_claims,
    free_staff,
    refusal,
    seated_anew,
)
from pulpo_booking.localtime import Stretch
from pulpo_booking.locks import lock_resources
from pulpo_booking.schema import allocations, appointments

_MARGIN = 3 * 86_400
"""Seconds around a start in which allocations can matter to it: a local day, and the longest service with buffers."""

COLUMNS = tuple(appointments.c[field] for field in Appointment.__struct_fields__)


@dataclass(frozen=True, slots=True)
class Appointments:
    """The appointments of one workspace; build it anew for each transaction."""

    connection: Connection
    workspace: str

    def book(self, question: Question, at: int, customer: Customer, *, appointment_id: str) -> Appointment | Refusal:
        """Book a start with the first candidate who is free; return why not when nobody is."""
        return self._settle(question, at, self._draft(question, at, customer, appointment_id), moving=False)

    def reschedule(self, question: Question, at: int, appointment: Appointment) -> Appointment | Refusal:
        """Move an appointment in one transaction, keeping its id; when the target is taken it stays as it was."""
        draft = replace(appointment, starts_at=at, ends_at=at + question.service.minutes * 60)
        return self._settle(question, at, draft, moving=True)

    def cancel(self, appointment: Appointment, *, now: int) -> Appointment:
        """Cancel an appointment and free what it holds; a second time changes nothing."""
        self.connection.execute(
            sa.update(appointments)
            .where(appointments.c.id == appointment.id, appointments.c.state == "active")
            .values(state="cancelled", updated_at=now)
        )
        self.connection.execute(
            sa.update(allocations).where(allocations.c.appointment_id == appointment.id).values(active=False)
        )
        return replace(appointment, state="cancelled")

    def find(self, appointment_id: str, *, customer: str) -> Appointment | None:
        """Return a customer's appointment, active or not; anybody else's does not exist."""
        found = self._all(appointments.c.id == appointment_id, appointments.c.customer == customer)
        return next(iter(found), None)

    def upcoming(self, *, customer: str, now: int) -> list[Appointment]:
        """Return a customer's active appointments that are not over yet, soonest first."""
        own = appointments.c
        return self._all(own.customer == customer, own.state == "active", own.ends_at > now)

    def between(self, span: Stretch, *, states: Collection[State]) -> list[Appointment]:
        """Return the appointments that start within a span, soonest first."""
        each = appointments.c
        return self._all(each.starts_at >= span.start, each.starts_at < span.end, each.state.in_(states))

    def taken(self, span: Stretch, *, without: str = "") -> list[Claim]:
        """Return the active claims that touch a span, but not those of the appointment ``without``."""
        held = allocations.c
        rows = self.connection.execute(
            sa.select(held.resource, held.seat, held.sharing, held.starts_at, held.ends_at).where(
                held.workspace_id == self.workspace,
                held.active,
                held.ends_at > span.start,
                held.starts_at < span.end,
                held.appointment_id != without,
            )
        )
        return [Claim(*row) for row in rows]

    def count(self, business: Business, *, now: int) -> None:
        """Let the appointments to come also hold what ``business`` counts and they do not hold yet.

        A business that says how many rooms it has, or how often a day it gives a service, counts those that were
        booked before it said so. More of them than it now allows stay: nobody's appointment is taken away.
        """
        to_come = self._all(appointments.c.state == "active", appointments.c.ends_at > now)
        wanted = [(each, claim) for each in to_come for claim in counted_claims(business, each)]
        lock_resources(self.connection, self.workspace, {claim.resource for _, claim in wanted})
        for each, claim in wanted:
            if claim.resource not in self._held_by(each):
                seated = claim._replace(seat=self._make_room(claim))
                self.connection.execute(sa.insert(allocations).values(**_allocation(each, seated)))

    def _held_by(self, appointment: Appointment) -> set[str]:
        held = sa.select(allocations.c.resource).where(allocations.c.appointment_id == appointment.id)
        return set(self.connection.execute(held).scalars())

    def _settle(self, question: Question, at: int, draft: Appointment, *, moving: bool) -> Appointment | Refusal:
        """Look and write until the calendar says no or the database says yes."""
        span = Stretch(at - _MARGIN, at + _MARGIN)
        for _ in range(1 + len(question.candidates)):
            held = self.taken(span, without=draft.id)
            if (why := refusal(question, at, held)) is not None:
                return why
            person = free_staff(question, at, held)[0]
            chosen = replace(draft, staff_id=person.id)
            claims = claims_for(question, person, at, held) or ()
            if self._write(chosen, claims, now=question.now, moving=moving):
                return chosen
        return "taken"

    def _write(self, chosen: Appointment, claims: Sequence[Claim], *, now: int, moving: bool) -> bool:
        """Write all rows or none; False when a rival holds a resource."""
        price = None if chosen.price is None else str(chosen.price)
        row = {**asdict(chosen), "price": price, "updated_at": now}
        try:
            with self.connection.begin_nested():
                lock_resources(self.connection, self.workspace, self._touched(chosen, claims))
                if moving:
                    self.connection.execute(sa.delete(allocations).where(allocations.c.appointment_id == chosen.id))
                    self.connection.execute(sa.update(appointments).where(appointments.c.id == chosen.id).values(**row))
                else:
                    self.connection.execute(sa.insert(appointments).values(**row, created_at=now))
                for claim in claims:
                    seated = claim._replace(seat=self._make_room(claim)) if claim.seat == UNSEATED else claim
                    self.connection.execute(sa.insert(allocations).values(**_allocation(chosen, seated)))
        except IntegrityError:
            return False
        return True

    def _touched(self, chosen: Appointment, claims: Sequence[Claim]) -> set[str]:
        """Return the resources that change hands: those claimed, and those held so far."""
        return {claim.resource for claim in claims} | self._held_by(chosen)

    def _make_room(self, claim: Claim) -> int:
        """Move the neighbours of a claim to other seats, and return the one that this leaves for it."""
        neighbours = self._chained(claim)
        held = allocations.c
        seats = seated_anew([*(each for _, each in neighbours), claim])
        # By way of seats that nobody has: two that change places would meet each other half-way.
        for offset in (len(seats), 0):
            for position, (owner, each) in enumerate(neighbours):
                seat = offset + position + 1 if offset else seats[position]
                self.connection.execute(
                    sa.update(allocations)
                    .where(held.appointment_id == owner, held.resource == each.resource)
                    .values(seat=seat)
                )
        return seats[-1]

    def _chained(self, claim: Claim) -> list[tuple[str, Claim]]:
        """Return the claims that overlap this one, or one of those that do, and so on, with their appointments."""
        held, span, found = allocations.c, Stretch(claim.start, claim.end), 0
        while True:
            rows = self.connection.execute(
                sa.select(held.appointment_id, held.resource, held.seat, held.sharing, held.starts_at, held.ends_at)
                .where(
                    held.workspace_id == self.workspace,
                    held.resource == claim.resource,
                    held.active,
                    held.ends_at > span.start,
                    held.starts_at < span.end,
                )
                .order_by(held.starts_at, held.appointment_id)
            ).all()
            chain = [(row[0], Claim(*row[1:])) for row in rows]
            if len(chain) == found:
                return chain
            found = len(chain)
            starts, ends = [each.start for _, each in chain], [each.end for _, each in chain]
            span = Stretch(min(span.start, *starts), max(span.end, *ends))

    def _draft(self, question: Question, at: int, customer: Customer, appointment_id: str) -> Appointment:
        return Appointment(
            id=appointment_id,
            workspace_id=self.workspace,
            customer=customer.key,
            service_id=question.service.id,
            staff_id="",
            starts_at=at,
            ends_at=at + question.service.minutes * 60,
            state="active",
            name=customer.name,
            phone=customer.phone,
            price=question.service.price,
        )

    def _all(self, *where: sa.ColumnElement[bool]) -> list[Appointment]:
        rows = self.connection.execute(
            sa.select(*COLUMNS)
            .where(appointments.c.workspace_id == self.workspace, *where)
            .order_by(appointments.c.starts_at, appointments.c.id)
        )
        return [appointment_of(row._mapping) for row in rows]


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


def appointment_of(row: Mapping[Any, Any]) -> Appointment:
    price = row["price"]
    return Appointment(**{**row, "price": None if price is None else Decimal(price)})
