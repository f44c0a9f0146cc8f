"""``book_appointment``: a fresh look at the calendar, the summary, and after the yes the booking itself."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

import pulpo
from pulpo_booking.appointment import Appointment, Customer
from pulpo_booking.business import Business
from pulpo_booking.calendar import Question, free_staff
from pulpo_booking.desk import Desk, appointment_value, book_of, customer_of, staff_name
from pulpo_booking.reasons import Speaker
from pulpo_booking.search import Free, Refused, around, look, read_clocks, starts_of
from pulpo_booking.speech import name_of, price_text
from pulpo_booking.texts import say
from pulpo_booking.tools import examples
from pulpo_booking.tools.arguments import (
    CLOCK,
    DATE_SAYS,
    NAME,
    PHONE,
    SERVICE_SAYS,
    STAFF_SAYS,
    TIME_SAYS,
    date_slot,
    service_slot,
    staff_slot,
    time_slot,
)
from pulpo_booking.tools.asking import UnfitError, ask, clean_name, clean_phone, loader
from pulpo_booking.tools.availability import at_time, refused

if TYPE_CHECKING:
    from sqlalchemy import Connection

EFFECTS = "booking"
"""One effect of this group a turn: a rescue must not book again what the first variant booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A checked order: what, when and for whom."""

    question: Question
    day: dt.date
    clock: str
    customer: Customer
    locale: str
    timezone: str | None

    @property
    def speaker(self) -> Speaker:
        return Speaker(self.question, self.locale, self.timezone, (("service", self.question.service.id),))


def booking_tool(desk: Desk) -> pulpo.Tool:
    """Return the tool over the businesses of ``desk``."""

    def order(
        context: pulpo.ToolContext,
        service: str,
        date: dt.date,
        time: str,
        name: str,
        phone: str,
        staff: str | None = None,
    ) -> Order:
        question = ask(desk, context, service, staff)
        customer = Customer(customer_of(context), clean_name(name, context.locale), clean_phone(phone, context.locale))
        return Order(
            question=question,
            day=date,
            clock=time,
            customer=customer,
            locale=context.locale,
            timezone=context.timezone,
        )

    @pulpo.tool(
        destructive=False,
        idempotent=True,
        open_world=False,
        atomic=True,
        effect_group=EFFECTS,
        goal="booking",
        title={"es": "Reservar una cita", "es-AR": "Reservar un turno", "en": "Book an appointment"},
        examples=examples.BOOK_APPOINTMENT,
        answers=examples.BOOK_ANSWERS,
    )
    async def book_appointment(
        context: pulpo.ToolContext,
        service: Annotated[str, SERVICE_SAYS, service_slot(desk)],
        date: Annotated[dt.date, DATE_SAYS, date_slot()],
        time: Annotated[str, TIME_SAYS, Field(pattern=CLOCK), time_slot()],
        name: Annotated[str, "the customer's name", NAME],
        phone: Annotated[str, "the customer's phone number", PHONE],
        staff: Annotated[str | None, STAFF_SAYS, staff_slot(desk)] = None,
    ) -> pulpo.Result:
        """Book an appointment for the customer at a day and time, after they have confirmed it."""
        try:
            asked = order(context, service, date, time, name, phone, staff)
        except UnfitError as unfit:
            return unfit.result
        appointment_id = desk.appointment_id(context)
        return await context.commit(lambda connection: _book(connection, asked, appointment_id))

    @book_appointment.preview
    async def preview(
        context: pulpo.ToolContext,
        service: str,
        date: dt.date,
        time: str,
        name: str,
        phone: str,
        staff: str | None = None,
    ) -> pulpo.Summary | pulpo.Result:
        try:
            asked = order(context, service, date, time, name, phone, staff)
        except UnfitError as unfit:
            return unfit.result
        return await context.database.read(lambda connection: _summarise(connection, asked))

    return book_appointment


def price_part(price: Decimal | None, business: Business, locale: str) -> str:
    """Return ``, 22 €``, or nothing without a price."""
    return "" if price is None else f", {price_text(price, business.currency, locale)}"


def _summarise(connection: "Connection", order: Order) -> pulpo.Summary | pulpo.Result:
    question, speaker = order.question, order.speaker
    load = loader(connection, question.business)
    taken = load(around(question.business, order.day, order.day))
    found = look(question, order.day, read_clocks(order.clock), taken)
    if not isinstance(found, Free):
        return at_time(speaker, order.day, order.clock, load)
    person = free_staff(question, found.at, taken)[0]
    text = say(
        "confirm_booking",
        order.locale,
        service=name_of(question.service.name, order.locale),
        when=speaker.when_with_zone(found.at),
        staff=person.name,
        price=price_part(question.service.price, question.business, order.locale),
        name=order.customer.name,
    )
    return pulpo.Summary(
        text,
        {
            "service": question.service.id,
            **speaker.offer(found.at).arguments,
            "staff": person.id,
            "name": order.customer.name,
            "phone": order.customer.phone,
        },
    )


def _book(connection: "Connection", order: Order, appointment_id: str) -> pulpo.Result:
    business = order.question.business
    known = book_of(connection, business).find(appointment_id, customer=order.customer.key)
    if known is not None:
        return _booked(order, known) if _asks_for(order, known) else _conflict(order, known)
    load = loader(connection, business)
    found = look(order.question, order.day, read_clocks(order.clock), load(around(business, order.day, order.day)))
    if not isinstance(found, Free):
        return at_time(order.speaker, order.day, order.clock, load)
    book = book_of(connection, business)
    made = book.book(order.question, found.at, order.customer, appointment_id=appointment_id)
    if isinstance(made, Appointment):
        return _booked(order, made)
    # A rival came in between: a second look might find the slot free again, but this order has failed.
    why = order.speaker.why(Refused(made, found.at), order.day, order.clock)
    return refused(order.speaker, why, found.at, load)


def _asks_for(order: Order, known: Appointment) -> bool:
    """Whether an order is the one that made an appointment, and not another one under its key."""
    starts = [at for clock in read_clocks(order.clock) for at in starts_of(order.question.business, order.day, clock)]
    return known.service_id == order.question.service.id and known.starts_at in starts


def _conflict(order: Order, known: Appointment) -> pulpo.Result:
    value = {"problem": "conflict", "appointment": appointment_value(known, order.question.business)}
    text = say("conflict", order.locale, when=order.speaker.when(known.starts_at))
    return pulpo.Result(value, text, done=False)


def _booked(order: Order, appointment: Appointment) -> pulpo.Result:
    business = order.question.business
    text = say(
        "booked",
        order.locale,
        service=name_of(order.question.service.name, order.locale),
        when=order.speaker.when_with_zone(appointment.starts_at),
        staff=staff_name(business, appointment.staff_id),
        price=price_part(appointment.price, business, order.locale),
        name=order.customer.name,
    )
    return pulpo.Result({"appointment": appointment_value(appointment, business)}, text)
