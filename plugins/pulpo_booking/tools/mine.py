"""``list_my_appointments``: what the customer has booked."""

import pulpo
from pulpo_booking.desk import Desk, appointment_text, appointment_value, upcoming_of
from pulpo_booking.speech import lines, sentence
from pulpo_booking.texts import say
from pulpo_booking.tools import examples


def mine_tool(desk: Desk) -> pulpo.Tool:
    """Return the tool over the businesses of ``desk``."""

    @pulpo.tool(
        read_only=True,
        open_world=False,
        title={"es": "Ver mis citas", "es-AR": "Ver mis turnos", "en": "See my appointments"},
        examples=examples.LIST_MY_APPOINTMENTS,
    )
    async def list_my_appointments(context: pulpo.ToolContext) -> pulpo.Result:
        """List the customer's own upcoming appointments."""
        business = desk.business(context.workspace.id)
        found = await upcoming_of(business, context)
        value = {"appointments": [appointment_value(each, business) for each in found]}
        if not found:
            return pulpo.Result(value, say("none", context.locale))
        said = [sentence(appointment_text(each, business, context)) for each in found]
        return pulpo.Result(value, say("mine", context.locale, lines=lines(said)))

    return list_my_appointments
