"""A hotel made of declarations only: a reader of its own, suggestions, closed choices, flags and numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

import pulpo

DAYS = {"lunes": "2026-11-30", "monday": "2026-11-30", "martes": "2026-12-01", "tuesday": "2026-12-01"}


def read_day(text: str, context: pulpo.ReadContext) -> pulpo.Reading:
    """Two weekdays are all this hotel's reader knows; "fin de mes" is two days at once."""
    if "fin de mes" in text.lower():
        start = text.lower().index("fin de mes")
        return pulpo.Reading(
            values={"date": "2026-11-30"},
            spans=((start, start + 10),),
            ambiguous=True,
            alternatives=({"date": "2026-12-31"},),
        )
    match = re.search("|".join(DAYS), text.lower())
    if match is None:
        return pulpo.Reading()
    return pulpo.Reading(values={"date": DAYS[match[0]]}, spans=(match.span(),))


DAY = pulpo.Reader(name="day", parts=("date",), read=read_day, types={date: "date"})


async def stays(context: pulpo.ToolContext) -> Sequence[pulpo.Choice]:
    return [
        pulpo.Choice(value="s1", label="Suite, 30/11", fields={"day": "2026-11-30"}),
        pulpo.Choice(value="s2", label="Doble, 1/12", fields={"day": "2026-12-01"}),
    ]


@pulpo.tool(
    read_only=True,
    title={"es": "Ver habitaciones libres", "en": "See free rooms"},
    examples={
        "es": ["qué habitaciones tienen libres", "hay lugar el lunes", "qué tienen disponible"],
        "en": ["which rooms are free", "do you have a room on monday", "what is available"],
    },
)
def free_rooms(day: Annotated[date, "day of arrival", pulpo.Slot(reader=DAY, ask="¿Qué día?")]) -> pulpo.Result:
    """List free rooms."""
    offers = tuple(pulpo.Offer(label, {"day": day.isoformat(), "room": room}) for label, room in ROOMS)
    return pulpo.Result([label for label, _ in ROOMS], f"FREE {day}: suite, doble", offers)


ROOMS = (("Suite", "suite"), ("Doble", "double"))


@pulpo.tool(
    title={"es": "Tomar una habitación", "en": "Take a room"},
    examples={
        "es": ["quiero una habitación", "necesito alojamiento para el martes", "quiero hospedarme"],
        "en": ["I want a room", "I need a place to stay on tuesday", "I'd like to stay"],
    },
)
def take_room(
    day: Annotated[date, "day of arrival", pulpo.Slot(ask={"es": "¿Qué día llegás?", "en": "Which day?"})],
    room: Annotated[
        Literal["suite", "double"], "room", pulpo.Slot(ask={"es": "¿Qué habitación?"}, suggest="free_rooms")
    ],
    guests: Annotated[int, "number of guests", pulpo.Slot(ask={"es": "¿Cuántos huéspedes?", "en": "How many guests?"})],
    breakfast: Annotated[bool, "whether breakfast is included"] = False,
    email: Annotated[str | None, "e-mail of the guest"] = None,
) -> pulpo.Result:
    """Take a room."""
    return pulpo.Result({"stay": "s3"}, f"TAKEN {room} {day} for {guests}, breakfast {breakfast}")


@take_room.preview
async def preview(
    day: date, room: str, guests: int, breakfast: bool = False, email: str | None = None
) -> pulpo.Summary | pulpo.Result:
    if room == "suite":
        other = pulpo.Offer("Doble", {"room": "double"})
        return pulpo.Result(None, "La suite está ocupada; queda la doble.", (other,), done=False)
    arguments = {"day": day.isoformat(), "room": room, "guests": guests, "breakfast": breakfast}
    return pulpo.Summary(f"{room} {day} x{guests}?", arguments)


@pulpo.tool(
    title={"es": "Anular una estadía", "en": "Give up a stay"},
    examples={
        "es": ["quiero anular mi estadía", "anulá la estadía del lunes", "no voy a ir al hotel"],
        "en": ["I want to give up my stay", "drop my stay on monday", "I'm not coming to the hotel"],
    },
)
def give_up(
    stay: Annotated[str, "which stay", pulpo.Slot(values=stays, only=True, ask={"es": "¿Qué estadía?"})],
) -> str:
    """Give up a stay."""
    return f"GIVEN UP {stay}"


HOTEL = (free_rooms, take_room, give_up)
