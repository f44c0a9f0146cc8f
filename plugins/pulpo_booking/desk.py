"""The desk: which business a call is about, what exists there, and whose appointments the caller may see."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pulpo
from pulpo_booking.appointment import Appointment
from pulpo_booking.business import Business, Service, Staff, Stored
from pulpo_booking.errors import NoBusinessError
from pulpo_booking.localtime import local
from pulpo_booking.speech import also_theirs, name_of, when_text
from pulpo_booking.texts import TEXTS, say

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pulpo_booking.appointments import Appointments

ANY: Final = "any"
"""The staff argument of somebody who has no preference."""

_ANYONE: Final = (
    "cualquier persona", "quien sea", "me da igual quién", "me da lo mismo quién",
    "con quien sea", "sin preferencia", "quien esté libre", "el primero que pueda", "anybody", "whoever",
    "no preference", "any of them", "whoever is free", "doesn't matter who",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Desk:
    """All businesses by workspace; its methods list what a slot may hold.

    ``configured`` are those of files, ``stored`` those of the database, which go before them, and ``seen`` the
    versions read of it. ``businesses`` is what is in force: a mapping that is never changed, only swapped whole.
    ``announce`` is told the workspace of a business that changed.
    """

    configured: Mapping[str, Business]
    random_id: Callable[[], str] = field(default=lambda: uuid4().hex)
    announce: Callable[[pulpo.Workspace], None] = field(default=lambda _: None)
    stored: Mapping[str, Stored] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict)
    businesses: Mapping[str, Business] = field(init=False)

    def __post_init__(self) -> None:
        self.businesses = self.configured

    def adopt(self, changed: Mapping[str, Stored], *, seen: Mapping[str, int]) -> None:
        """Put changed businesses in force, from the next call on; an older version than the known one is ignored."""
        newer = {name: each for name, each in changed.items() if each.version > self.version(name)}
        self.stored, self.seen = {**self.stored, **newer}, seen
        self.businesses = {**self.configured, **{name: each.business for name, each in self.stored.items()}}
        for each in newer.values():
            self.announce(each.business.as_workspace())

    def version(self, workspace_id: str) -> int:
        """Return the version in force of a stored business; 0 for one from a file."""
        return self.stored[workspace_id].version if workspace_id in self.stored else 0

    def appointment_id(self, context: pulpo.ToolContext) -> str:
        """Return the id of the appointment a call makes: the same whenever the same effect is tried again."""
        if not context.idempotency_key:
            return f"apt_{self.random_id()[:20]}"
        origin = f"{context.workspace.id}\n{context.idempotency_key}".encode()
        return f"apt_{blake2b(origin, digest_size=10).hexdigest()}"

    def business(self, workspace_id: str) -> Business:
        """Return the business of a workspace; raises `NoBusinessError` when none is configured."""
        if workspace_id not in self.businesses:
            raise NoBusinessError(workspace_id)
        return self.businesses[workspace_id]

    async def services(self, context: pulpo.ToolContext) -> Sequence[pulpo.Choice]:
        """The services of the workspace."""
        return [
            pulpo.Choice(value=service.id, label=service.name, synonyms=service.synonyms)
            for service in self.business(context.workspace.id).services
        ]

    async def staff(self, context: pulpo.ToolContext) -> Sequence[pulpo.Choice]:
        """The staff of the workspace, and "anyone"."""
        people = [
            pulpo.Choice(value=person.id, label=person.name, synonyms=person.synonyms)
            for person in self.business(context.workspace.id).staff
        ]
        return [*people, pulpo.Choice(value=ANY, label=TEXTS["anyone"], synonyms=_ANYONE)]

    async def own_appointments(self, context: pulpo.ToolContext) -> Sequence[pulpo.Choice]:
        """The customer's upcoming appointments, which may be pointed at by service, staff, day or time."""
        business = self.business(context.workspace.id)
        return [
            pulpo.Choice(
                value=each.id,
                label=appointment_text(each, business, context),
                synonyms=_names(business.services_by_id.get(each.service_id)),
                fields=pointers(each, business),
            )
            for each in await upcoming_of(business, context)
        ]


async def upcoming_of(business: Business, context: pulpo.ToolContext) -> list[Appointment]:
    """Read the customer's appointments that are still to come."""
    customer, now = customer_of(context), int(context.now.timestamp())
    return await context.database.read(
        lambda connection: book_of(connection, business).upcoming(customer=customer, now=now)
    )


def book_of(connection: Connection, business: Business) -> Appointments:
    """Return the appointments of a business, within the connection's transaction."""
    # Imported here, and nowhere else at import time: sqlalchemy costs half a second of the server's start.
    from pulpo_booking.appointments import Appointments

    return Appointments(connection, business.workspace)


def customer_of(context: pulpo.ToolContext) -> str:
    """Return whose appointments a call may touch: the user's if we know who it is, else the conversation's."""
    return f"user:{context.user_id}" if context.user_id else f"conversation:{context.conversation_id}"


def pointers(appointment: Appointment, business: Business) -> dict[str, str]:
    """Return an appointment's service, staff and local date and time, by the names of the tools' arguments."""
    clock = local(appointment.starts_at, business.zone)
    return {
        "service": appointment.service_id,
        "staff": appointment.staff_id,
        "date": clock.date().isoformat(),
        "time": f"{clock:%H:%M}",
    }


def appointment_text(appointment: Appointment, business: Business, context: pulpo.ToolContext) -> str:
    """Return an appointment in a line: service, when, with whom."""
    when = when_text(appointment.starts_at, business, context.locale, now=int(context.now.timestamp()))
    return say(
        "appointment",
        context.locale,
        service=service_name(business, appointment.service_id, context.locale),
        when=when + also_theirs(appointment.starts_at, business, context.locale, context.timezone),
        staff=staff_name(business, appointment.staff_id),
    )


def appointment_value(appointment: Appointment, business: Business) -> dict[str, Any]:
    """Return an appointment for planners and other programs, with its local and UTC times."""
    return {
        "id": appointment.id,
        "state": appointment.state,
        **pointers(appointment, business),
        "local": local(appointment.starts_at, business.zone).isoformat(),
        "utc": appointment.start.isoformat(),
        "tz": business.tz,
        "minutes": (appointment.ends_at - appointment.starts_at) // 60,
        "price": None if appointment.price is None else str(appointment.price),
        "currency": business.currency,
        "name": appointment.name,
    }


def service_name(business: Business, service_id: str, locale: str) -> str:
    """Return a service's name, also of one that is no longer offered."""
    service = business.services_by_id.get(service_id)
    return service_id if service is None else name_of(service.name, locale)


def staff_name(business: Business, staff_id: str) -> str:
    """Return a person's name, also of one who has left."""
    person = business.staff_by_id.get(staff_id)
    return staff_id if person is None else person.name


def find_service(business: Business, said: str) -> Service | None:
    """Return the service with this id, or the only one with this name or synonym (planners send either)."""
    found = [each for each in business.services if _plain(said) in map(_plain, (each.id, *_names(each)))]
    return business.services_by_id.get(said) or (found[0] if len(found) == 1 else None)


def find_staff(business: Business, said: str) -> Staff | None:
    """Return the staff member with this id or name."""
    return next((each for each in business.staff if _plain(said) in map(_plain, (each.id, each.name))), None)


def _names(service: Service | None) -> tuple[str, ...]:
    if service is None:
        return ()
    names = (service.name,) if isinstance(service.name, str) else tuple(service.name.values())
    return (*names, *service.synonyms)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold().strip())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
