"""``cancel_appointment``: frees the customer's own appointment; cancelling twice is harmless."""

from typing import TYPE_CHECKING, Annotated, Final

import pulpo
from pulpo_booking.appointment import Appointment
from pulpo_booking.business import Business
from pulpo_booking.desk import Desk, appointment_value, book_of, customer_of, service_name, staff_name
from pulpo_booking.speech import when_text_with_zone, within
from pulpo_booking.texts import say
from pulpo_booking.tools import examples
from pulpo_booking.tools.arguments import appointment_slot
from pulpo_booking.tools.booking import EFFECTS

if TYPE_CHECKING:
    from sqlalchemy import Connection

APPOINTMENT_SAYS: Final = "id of one of the customer's own appointments"

_WHICH = {"es": "cancelar", "en": "cancel"}


def cancelling_tool(desk: Desk) -> pulpo.Tool:
    """Return the tool over the businesses of ``desk``."""

    @pulpo.tool(
        destructive=True,
        idempotent=True,
        open_world=False,
        atomic=True,
        effect_group=EFFECTS,
        title={"es": "Cancelar una cita", "es-AR": "Cancelar un turno", "en": "Cancel an appointment"},
        examples=examples.CANCEL_APPOINTMENT,
        answers=examples.CANCEL_ANSWERS,
    )
    async def cancel_appointment(
        context: pulpo.ToolContext,
        appointment: Annotated[str, APPOINTMENT_SAYS, appointment_slot(desk, _WHICH)],
    ) -> pulpo.Result:
        """Cancel one of the customer's own appointments, after they have confirmed it."""
        business = desk.business(context.workspace.id)

        def cancel(connection: "Connection") -> pulpo.Result:
            found = changeable(connection, business, context, appointment)
            if isinstance(found, pulpo.Result):
                return found
            after = book_of(connection, business).cancel(found, now=int(context.now.timestamp()))
            text = say("cancelled", context.locale, **spoken(found, business, context))
            return pulpo.Result({"appointment": appointment_value(after, business)}, text)

        return await context.commit(cancel)

    @cancel_appointment.preview
    async def preview(context: pulpo.ToolContext, appointment: str) -> pulpo.Summary | pulpo.Result:
        business = desk.business(context.workspace.id)
        found = await context.database.read(lambda connection: changeable(connection, business, context, appointment))
        if isinstance(found, pulpo.Result):
            return found
        text = say("confirm_cancel", context.locale, **spoken(found, business, context))
        return pulpo.Summary(text, {"appointment": found.id})

    return cancel_appointment


def changeable(
    connection: "Connection", business: Business, context: pulpo.ToolContext, appointment_id: str
) -> Appointment | pulpo.Result:
    """Return the customer's appointment if it can still be changed, else what to tell them.

    Another customer's appointment is answered exactly like one that does not exist.
    """
    found = book_of(connection, business).find(appointment_id, customer=customer_of(context))
    if found is None:
        return pulpo.Result({"problem": "not_found"}, say("not_found", context.locale), done=False)
    if found.state == "cancelled":
        return _unchangeable("already_cancelled", found, business, context)
    if found.starts_at <= int(context.now.timestamp()):
        return _unchangeable("over", found, business, context)
    return found


def spoken(appointment: Appointment, business: Business, context: pulpo.ToolContext) -> dict[str, str]:
    """Return an appointment's service, time and staff in words, for a text."""
    now, timezone = int(context.now.timestamp()), context.timezone
    return {
        "service": within(service_name(business, appointment.service_id, context.locale), context.locale),
        "when": when_text_with_zone(appointment.starts_at, business, context.locale, now=now, timezone=timezone),
        "staff": staff_name(business, appointment.staff_id),
    }


def _unchangeable(problem: str, found: Appointment, business: Business, context: pulpo.ToolContext) -> pulpo.Result:
    value = {"problem": problem, "appointment": appointment_value(found, business)}
    return pulpo.Result(value, say(problem, context.locale, **spoken(found, business, context)), done=False)
