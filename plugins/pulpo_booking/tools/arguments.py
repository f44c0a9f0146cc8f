"""The arguments that the tools share: how they are asked for, listed and read from text."""

from typing import Final

import pulpo
from pulpo_booking.desk import Desk
from pulpo_booking.reader import WHEN
from pulpo_booking.search import CLOCK_PATTERN

CLOCK: Final = rf"^{CLOCK_PATTERN}$"
DAY_TIME: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
PERIOD: Final = r"^(morning|afternoon|evening|night)$"

DATE_SAYS: Final = "day of the appointment, YYYY-MM-DD, in the business's time zone"
TIME_SAYS: Final = "time of day, HH:MM; 08:00|20:00 when the customer's words fit both halves of the day"
STAFF_SAYS: Final = "who gives the service; any or nothing when the customer has no preference"
SERVICE_SAYS: Final = "which service the customer wants"

NAME: Final = pulpo.Slot(
    ask={"es": "¿A nombre de quién?", "en": "What name should it be under?"},
    label={"es": "nombre", "en": "name"},
    remember=True,
)
PHONE: Final = pulpo.Slot(
    ask={
        "es": "¿Y un teléfono de contacto?",
        "en": "And a phone number to reach you?",
    },
    label={"es": "teléfono", "en": "phone"},
    remember=True,
)


_NO_APPOINTMENT: Final = {
    "es": "No encuentro ninguna cita tuya que esté por venir. Si quieres, te reservo una.",
    "es-AR": "No encuentro ningún turno tuyo que esté por venir. Si querés, te reservo uno.",
    "en": "I can't find any upcoming appointment of yours. I can book one for you.",
}


def service_slot(desk: Desk) -> pulpo.Slot:
    """The service; a business with one service never asks."""
    return pulpo.Slot(
        ask={"es": "¿Qué servicio quieres?", "es-AR": "¿Qué servicio querés?", "en": "Which service would you like?"},
        values=desk.services,
        only=True,
    )


def staff_slot(desk: Desk) -> pulpo.Slot:
    """The staff member, which is never asked for."""
    return pulpo.Slot(
        ask={"es": "¿Con quién prefieres?", "es-AR": "¿Con quién preferís?", "en": "Who would you like?"},
        values=desk.staff,
    )


def appointment_slot(desk: Desk, verb: dict[str, str]) -> pulpo.Slot:
    """One of the customer's own appointments; the only one is taken without asking."""
    ask = {
        "es": f"¿Qué cita quieres {verb['es']}?",
        "es-AR": f"¿Qué turno querés {verb['es']}?",
        "en": f"Which appointment would you like to {verb['en']}?",
    }
    return pulpo.Slot(ask=ask, values=desk.own_appointments, none=_NO_APPOINTMENT, only=True)


def date_slot() -> pulpo.Slot:
    return pulpo.Slot(ask={"es": "¿Para qué día?", "en": "For which day?"}, reader=WHEN, part="date")


def time_slot() -> pulpo.Slot:
    return pulpo.Slot(
        ask={"es": "¿A qué hora?", "en": "At what time?"}, reader=WHEN, part="clock", suggest="get_availability"
    )


def part(name: str) -> pulpo.Slot:
    """An argument that is read when said and never asked for."""
    return pulpo.Slot(reader=WHEN, part=name)
