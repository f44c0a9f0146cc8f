"""Which starts are free: a pure function of the business, what is taken, and now. No I/O, no clock.

A booking holds *claims*, one a resource: its staff member (with buffers), a room, an ordinal of a daily limit.
Two claims on one resource exclude each other when they overlap, unless they belong to the same group (a class:
one service, one staff member, one start) and hold different seats of it. The database enforces the same sentence
(see `schema`), so that availability and booking cannot disagree. The rules are those of the samples' format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from pulpo_booking.appointment import Appointment
from pulpo_booking.business import DAY, Business, Service, Staff
from pulpo_booking.localtime import Stretch, boundary, day_bounds, instants, local
from pulpo_booking.opening import Hours, hours_on, shift_on, weekday_of

Refusal: TypeAlias = Literal[
    "past", "notice", "horizon", "closed", "day_service", "outside", "staff_away", "grid", "limit", "taken"
]
"""Why a start is not free, in the order in which a receptionist would say so."""


ROOM: Final = "room"
"""The resource of all rooms together; a seat is one of them."""

UNSEATED: Final = 0
"""The seat of a claim on a room that is there once the others have moved over: rooms are alike, and only how many
appointments overlap is limited, not in which room each began."""


class Claim(NamedTuple):
    """A hold on one seat of a resource. ``group`` is empty for resources that nobody shares."""

    resource: str
    seat: int
    group: str
    start: int
    end: int

    def excludes(self, other: Claim) -> bool:
        """Whether both cannot stand; the database's triggers say the same."""
        return (
            self.resource == other.resource
            and self.start < other.end
            and other.start < self.end
            and (self.seat == other.seat or self.group != other.group)
        )


@dataclass(frozen=True, slots=True)
class Start:
    """A free start (UTC seconds) and who could take it, in the order of the file."""

    at: int
    staff: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the calendar: a service, by whom (None: anyone), and when it is asked (UTC seconds)."""

    business: Business
    service: Service
    staff: Staff | None = None
    now: int

    @property
    def candidates(self) -> tuple[Staff, ...]:
        able = self.business.staff_for(self.service.id)
        return able if self.staff is None else tuple(each for each in able if each == self.staff)

    @property
    def first_start(self) -> int:
        return self.now + self.business.minimum_notice_minutes * 60

    @property
    def last_start(self) -> int:
        return self.now + self.business.maximum_advance_days * 86_400


def free_starts(question: Question, day: date, taken: Sequence[Claim]) -> tuple[Start, ...]:
    """Return the free starts of a day's opening, which may reach into the night after it."""
    return tuple(free_by(question, day, taken))


def free_by(
    question: Question, day: date, taken: Sequence[Claim], *, order: Callable[[int], int] | None = None
) -> Iterator[Start]:
    """Yield the free starts of a day, by time or by ``order`` of them; one that is not asked for is not looked at."""
    business, service = question.business, question.service
    hours = hours_on(business, day)
    if not hours.spans or not is_given(business, service, day):
        return
    windows = {each.id: windows_on(business, each, day, hours) for each in question.candidates}
    near = _near(taken, business, day)
    for at in sorted(grid(business, day, hours), key=order):
        if question.first_start <= at <= question.last_start:
            staff = tuple(each for each in windows if _fits(question, each, windows[each], at, near))
            if staff:
                yield Start(at, staff)


def claims_for(question: Question, person: Staff, at: int, taken: Iterable[Claim]) -> tuple[Claim, ...] | None:
    """Return what a booking would hold, in the order in which it is locked; None when a resource is full."""
    business, service = question.business, question.service
    end = at + service.minutes * 60
    group = f"{service.id}@{at}" if service.capacity > 1 else ""
    wanted = [
        (
            Claim(
                f"staff:{person.id}",
                0,
                group,
                at - service.buffer_before_minutes * 60,
                end + service.buffer_after_minutes * 60,
            ),
            service.capacity,
        )
    ]
    wanted += _counted(business, service.id, at, end)
    held = list(taken)
    seated = [_seated(claim, seats, held) for claim, seats in wanted]
    return None if None in seated else tuple(sorted(claim for claim in seated if claim))


def counted_claims(business: Business, appointment: Appointment) -> tuple[Claim, ...]:
    """Return what an appointment holds of what the business as a whole counts, whoever it is with; unseated."""
    counted = _counted(business, appointment.service_id, appointment.starts_at, appointment.ends_at)
    return tuple(claim for claim, _ in counted)


def _counted(business: Business, service_id: str, start: int, end: int) -> Iterator[tuple[Claim, int]]:
    if business.rooms is not None:
        yield Claim(ROOM, UNSEATED, "", start, end), business.rooms
    if (limit := business.daily_limits.get(service_id)) is not None:
        bounds = day_bounds(local(start, business.zone).date(), business.zone)
        yield Claim(f"limit:{service_id}", UNSEATED, "", bounds.start, bounds.end), limit


def refusal(question: Question, at: int, taken: Sequence[Claim]) -> Refusal | None:
    """Return why a start is refused, or None when it is free."""
    if at < question.first_start:
        return "past" if at < question.now else "notice"
    if at > question.last_start:
        return "horizon"
    return next(_checks(question, at, taken), None)


def opening_day(business: Business, at: int, minutes: int = 0) -> date | None:
    """Return the day whose opening holds a start (with ``minutes`` after it): after midnight, the evening before."""
    for day in _days_around(business, at):
        if any(
            span.holds(Stretch(at, at + minutes * 60)) for span in opening_of(business, day, hours_on(business, day))
        ):
            return day
    return None


def working(question: Question, at: int) -> tuple[Staff, ...]:
    """Return the candidates whose shift holds an appointment at a start, taken or not."""
    business, whole = question.business, Stretch(at, at + question.service.minutes * 60)
    if (day := opening_day(business, at, question.service.minutes)) is None:
        return ()
    hours = hours_on(business, day)
    return tuple(
        each
        for each in question.candidates
        if any(window.holds(whole) for window in windows_on(business, each, day, hours))
    )


def free_staff(question: Question, at: int, taken: Sequence[Claim]) -> tuple[Staff, ...]:
    """Return the candidates who could take a start, in the order of the file."""
    return tuple(each for each in working(question, at) if claims_for(question, each, at, taken) is not None)


def opening_of(business: Business, day: date, hours: Hours) -> list[Stretch]:
    """Return the opening of a day as instants."""
    return [_stretch(business, day, span) for span in hours.spans]


def windows_on(business: Business, person: Staff, day: date, hours: Hours) -> list[Stretch]:
    """Return the stretches in which an appointment with a person must lie: opening and shift, without breaks."""
    breaks = sorted(_stretch(business, day, span) for span in person.breaks.get(weekday_of(day), ()))
    shifts = [_stretch(business, day, span) for span in shift_on(person, day, hours)]
    shared = [
        Stretch(max(opening.start, shift.start), min(opening.end, shift.end))
        for opening in opening_of(business, day, hours)
        for shift in shifts
        if opening.overlaps(shift)
    ]
    return [window for each in shared for window in each.without(breaks)]


def is_given(business: Business, service: Service, day: date) -> bool:
    """Whether a service is given on that weekday."""
    return service.id in business.day_services.get(weekday_of(day), (service.id,))


def grid(business: Business, day: date, hours: Hours) -> tuple[int, ...]:
    """Return the starts that the slot step allows during a day's opening; a repeated hour counts twice."""
    return _grid(day, hours.spans, business.slot_step_minutes, business.zone)


# Some weeks of a few businesses, a kilobyte a day.
@lru_cache(maxsize=256)
def _grid(day: date, spans: tuple[tuple[int, int], ...], step: int, zone: ZoneInfo) -> tuple[int, ...]:
    last = max(end for _, end in spans)
    # A clock change moves the wall clock against the opening by up to three hours; what falls outside is sorted
    # out by the windows afterwards.
    walls = (
        midnight + minutes
        for midnight in range(0, last, DAY)
        for minutes in range(0, DAY, step)
        if any(start - 180 <= midnight + minutes < end + 180 for start, end in spans)
    )
    return tuple(sorted({at for wall in walls for at in instants(day, wall, zone)}))


def on_grid(business: Business, at: int) -> bool:
    clock = local(at, business.zone)
    return clock.second == 0 and (clock.hour * 60 + clock.minute) % business.slot_step_minutes == 0


def _checks(question: Question, at: int, taken: Sequence[Claim]) -> Iterator[Refusal]:
    business, service = question.business, question.service
    day = opening_day(business, at, service.minutes)
    if day is None:
        yield "outside" if hours_on(business, local(at, business.zone).date()).spans else "closed"
        return
    if not is_given(business, service, day):
        yield "day_service"
    if not on_grid(business, at):
        yield "grid"
    able = working(question, at)
    if not able:
        yield "staff_away"
    near = _near(taken, business, day)
    if not free_staff(question, at, near):
        yield "limit" if _limit_reached(question, at, near) else "taken"


def _limit_reached(question: Question, at: int, near: Sequence[Claim]) -> bool:
    limit = question.business.daily_limits.get(question.service.id)
    held = sum(1 for each in near if each.resource == f"limit:{question.service.id}" and each.start <= at < each.end)
    return limit is not None and held >= limit


def _fits(question: Question, person: str, windows: list[Stretch], at: int, near: Sequence[Claim]) -> bool:
    whole = Stretch(at, at + question.service.minutes * 60)
    return (
        any(window.holds(whole) for window in windows)
        and claims_for(question, question.business.staff_by_id[person], at, near) is not None
    )


def _seated(claim: Claim, seats: int, held: Sequence[Claim]) -> Claim | None:
    if claim.resource == ROOM and _peak(claim, held) >= seats:
        return None
    for seat in range(1, seats + 1):
        candidate = claim._replace(seat=seat)
        if not any(candidate.excludes(other) for other in held):
            return candidate
    return claim if claim.resource == ROOM else None


def _peak(claim: Claim, held: Sequence[Claim]) -> int:
    """Return how many others hold the claim's resource at its busiest moment, which is one at which one begins."""
    inside = [
        each for each in held if each.resource == claim.resource and each.start < claim.end and claim.start < each.end
    ]
    moments = {max(each.start, claim.start) for each in inside}
    return max((sum(each.start <= moment < each.end for each in inside) for moment in moments), default=0)


def seated_anew(claims: Sequence[Claim]) -> list[int]:
    """Return a seat for each claim on one resource, so that none overlap on a seat and no seat is used in vain.

    Taking them by start, each gets the lowest seat that is free again: this needs exactly as many seats as overlap
    at the busiest moment (interval partitioning).
    """
    seats = [0] * len(claims)
    busy: dict[int, int] = {}
    for position in sorted(range(len(claims)), key=lambda position: claims[position].start):
        claim, seat = claims[position], 1
        while busy.get(seat, claim.start) > claim.start:
            seat += 1
        busy[seat], seats[position] = claim.end, seat
    return seats


def _stretch(business: Business, day: date, span: tuple[int, int]) -> Stretch:
    start, end = span
    return Stretch(boundary(day, start, business.zone), boundary(day, end, business.zone, last=True))


def _near(taken: Iterable[Claim], business: Business, day: date) -> list[Claim]:
    """Only claims around a day can matter to it: two days before (an opening past midnight, buffers) to three after."""
    start = boundary(day - timedelta(days=2), 0, business.zone)
    end = boundary(day + timedelta(days=3), 0, business.zone)
    return [each for each in taken if each.start < end and start < each.end]


def _days_around(business: Business, at: int) -> tuple[date, date]:
    today = local(at, business.zone).date()
    return today, today - timedelta(days=1)
