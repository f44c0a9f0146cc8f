"""``reschedule_appointment``: moves an appointment in one transaction; when the target is taken, it stays."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import msgspec
from pydantic import Field

import pulpo
from pulpo_booking.appointment import Appointment
from pulpo_booking.calendar import Question, free_staff
from pulpo_booking.desk import ANY, Desk, appointment_value, book_of, service_name, staff_name
from pulpo_booking.reasons import Speaker
from pulpo_booking.search import Free, Refused, around, look, read_clocks
from pulpo_booking.speech import within
from pulpo_booking.texts import say
from pulpo_booking.tools import examples
from pulpo_booking.tools.arguments import (
    CLOCK,
    DATE_SAYS,
    STAFF_SAYS,
    TIME_SAYS,
    appointment_slot,
    date_slot,
    staff_slot,
    time_slot,
)
from pulpo_booking.tools.asking import UnfitError, ask, loader
from pulpo_booking.tools.availability import at_time, refused
from pulpo_booking.tools.booking import EFFECTS, price_part
from pulpo_booking.tools.cancelling import APPOINTMENT_SAYS, changeable

if TYPE_CHECKING:
    from sqlalchemy import Connection

_WHICH = {"es": "cambiar", "en": "move"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A wish to move an appointment. Without a wish for ``staff`` its own person is tried first, then the others."""

    desk: Desk
    context: pulpo.ToolContext
    appointment_id: str
    day: dt.date
    clock: str
    staff: str | None

    def questions(self, appointment: Appointment) -> tuple[Question, ...]:
        """Return what to ask the calendar, in order; raises `UnfitError`."""
        wanted = (appointment.staff_id, ANY) if self.staff in (None, "") else (self.staff,)
        known = self.desk.business(self.context.workspace.id).staff_by_id
        usable = [each for each in wanted if each != appointment.staff_id or each in known]
        return tuple(ask(self.desk, self.context, appointment.service_id, each) for each in usable)


def moving_tool(desk: Desk) -> pulpo.Tool:
    """Return the tool over the businesses of ``desk``."""

    @pulpo.tool(
        destructive=True,
        idempotent=True,
        open_world=False,
        atomic=True,
        effect_group=EFFECTS,
        title={"es": "Cambiar una cita", "es-AR": "Cambiar un turno", "en": "Move an appointment"},
        examples=examples.RESCHEDULE_APPOINTMENT,
        answers=examples.RESCHEDULE_ANSWERS,
    )
    async def reschedule_appointment(
        context: pulpo.ToolContext,
        appointment: Annotated[str, APPOINTMENT_SAYS, appointment_slot(desk, _WHICH)],
        date: Annotated[dt.date, f"the new {DATE_SAYS}", date_slot()],
        time: Annotated[str, f"the new {TIME_SAYS}", Field(pattern=CLOCK), time_slot()],
        staff: Annotated[str | None, STAFF_SAYS, staff_slot(desk)] = None,
    ) -> pulpo.Result:
        """Move one of the customer's own appointments to another day and time, after they have confirmed it."""
        move = Move(desk=desk, context=context, appointment_id=appointment, day=date, clock=time, staff=staff)
        return await context.commit(lambda connection: _move(connection, move))

    @reschedule_appointment.preview
    async def preview(
        context: pulpo.ToolContext, appointment: str, date: dt.date, time: str, staff: str | None = None
    ) -> pulpo.Summary | pulpo.Result:
        move = Move(desk=desk, context=context, appointment_id=appointment, day=date, clock=time, staff=staff)
        return await context.database.read(lambda connection: _summarise(connection, move))

    return reschedule_appointment


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Where an appointment can go, and how to talk about it."""

    appointment: Appointment
    question: Question
    at: int
    staff: str
    speaker: Speaker

    @property
    def unchanged(self) -> bool:
        return (self.at, self.staff) == (self.appointment.starts_at, self.appointment.staff_id)

    def words(self) -> dict[str, str]:
        """Return service, old and new time, staff and price for a text."""
        business, locale = self.question.business, self.speaker.locale
        return {
            "service": within(service_name(business, self.appointment.service_id, locale), locale),
            "old": self.speaker.when(self.appointment.starts_at),
            "when": self.speaker.when_with_zone(self.at),
            "staff": staff_name(business, self.staff),
            "price": price_part(self.appointment.price, business, locale),
        }


def _summarise(connection: "Connection", move: Move) -> pulpo.Summary | pulpo.Result:
    target = _target(connection, move)
    if isinstance(target, pulpo.Result):
        return target
    arguments = {**target.speaker.offer(target.at).arguments, "staff": target.staff}
    return pulpo.Summary(say("confirm_move", move.context.locale, **target.words()), arguments)


def _move(connection: "Connection", move: Move) -> pulpo.Result:
    target = _target(connection, move)
    if isinstance(target, pulpo.Result):
        return target
    moved = book_of(connection, target.question.business).reschedule(target.question, target.at, target.appointment)
    if not isinstance(moved, Appointment):
        why = target.speaker.why(Refused(moved, target.at), move.day, move.clock)
        load = loader(connection, target.question.business, without=target.appointment.id)
        return _kept(move, refused(target.speaker, why, target.at, load))
    value = {"appointment": appointment_value(moved, target.question.business)}
    return pulpo.Result(value, say("moved", move.context.locale, **target.words()))


def _target(connection: "Connection", move: Move) -> _Target | pulpo.Result:
    """Return where to move it, or what to tell the customer instead."""
    business = move.desk.business(move.context.workspace.id)
    appointment = changeable(connection, business, move.context, move.appointment_id)
    if isinstance(appointment, pulpo.Result):
        return appointment
    try:
        questions = move.questions(appointment)
    except UnfitError as unfit:
        return unfit.result
    load = loader(connection, business, without=appointment.id)
    taken = load(around(business, move.day, move.day))
    for question in questions:
        found = look(question, move.day, read_clocks(move.clock), taken)
        speaker = Speaker(question, move.context.locale, move.context.timezone, (("appointment", appointment.id),))
        if isinstance(found, Free):
            person = free_staff(question, found.at, taken)[0].id
            target = _Target(appointment=appointment, question=question, at=found.at, staff=person, speaker=speaker)
            return _unmoved(target) if target.unchanged else target
    return _kept(move, at_time(speaker, move.day, move.clock, load))


def _unmoved(target: _Target) -> pulpo.Result:
    value = {"problem": "unmoved", "appointment": appointment_value(target.appointment, target.question.business)}
    return pulpo.Result(value, say("unmoved", target.speaker.locale, **target.words()), done=False)


def _kept(move: Move, answer: pulpo.Result) -> pulpo.Result:
    """Say first that the appointment stays as it was, then why and what comes closest."""
    return msgspec.structs.replace(answer, text=f"{say('kept', move.context.locale)} {answer.text}")
