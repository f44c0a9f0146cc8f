"""A day as the business's people see it: who comes when, and when each of them is still free. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pulpo_booking.appointment import Appointment
from pulpo_booking.business import Business, Staff
from pulpo_booking.calendar import ROOM, Claim, opening_day, opening_of, windows_on
from pulpo_booking.localtime import Stretch, local
from pulpo_booking.opening import Hours, hours_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody's day: when they work (breaks taken out), and what of it nobody holds. Who has left has neither."""

    id: str
    name: str
    works: tuple[Stretch, ...] = ()
    free: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's opening and people; ``appointments`` are those of its opening, also after midnight, soonest first."""

    date: date
    hours: Hours
    opening: tuple[Stretch, ...]
    people: tuple[Person, ...]
    appointments: tuple[Appointment, ...]

    @property
    def free_minutes(self) -> int:
        """How long people are free, all together."""
        return sum(each.end - each.start for person in self.people for each in person.free) // 60


def day_of(business: Business, day: date, booked: Sequence[Appointment], taken: Sequence[Claim], *, now: int) -> Day:
    """Return a day with the appointments that belong to it; nobody is free before ``now`` (UTC seconds)."""
    hours = hours_on(business, day)
    own = tuple(each for each in booked if belongs_to(business, each) == day)
    gone = sorted({each.staff_id for each in own} - business.staff_by_id.keys())
    return Day(
        date=day,
        hours=hours,
        opening=tuple(opening_of(business, day, hours)),
        people=(
            *(_person(business, each, day, hours, taken, now) for each in business.staff),
            *(Person(id=id_, name=id_) for id_ in gone),
        ),
        appointments=own,
    )


def belongs_to(business: Business, appointment: Appointment) -> date:
    """Return the day whose opening an appointment is in: half past midnight may belong to the evening before."""
    at = appointment.starts_at
    return opening_day(business, at) or local(at, business.zone).date()


def full(claims: Sequence[Claim], seats: int) -> list[Stretch]:
    """Return when all ``seats`` of a resource are held, given its claims."""
    changes = sorted([(each.start, 1) for each in claims] + [(each.end, -1) for each in claims])
    found: list[Stretch] = []
    held, since = 0, 0
    for at, change in changes:
        before, held = held, held + change
        if before < seats <= held:
            since = at
        elif held < seats <= before and since < at:
            found.append(Stretch(since, at))
    return found


def _person(business: Business, person: Staff, day: date, hours: Hours, taken: Sequence[Claim], now: int) -> Person:
    works = windows_on(business, person, day, hours)
    gaps = [Stretch(each.start, each.end) for each in taken if each.resource == f"staff:{person.id}"]
    if business.rooms is not None:
        gaps += full([each for each in taken if each.resource == ROOM], business.rooms)
    ahead = [Stretch(max(each.start, now), each.end) for each in works if each.end > now]
    free = [left for each in ahead for left in each.without(sorted(gaps))]
    return Person(id=person.id, name=person.name, works=tuple(works), free=tuple(free))
