"""Two plugins that declare no examples at all, nothing but names, descriptions, types and questions: workshops that
are found, left something at, and sent a courier to. One is declared in English and one in Spanish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import pulpo
from pulpo_booking.reader import WHEN

_ROWS = (
    {"workshop_name": "Casa Lobo", "town": "Santa Fe", "address": "120 Oak Street", "phone_number": "555 0101"},
    {"workshop_name": "Two Wheels", "town": "Santa Fe", "address": "7 Mill Lane", "phone_number": "555 0102"},
)


def _ask(en: str) -> pulpo.Slot:
    return pulpo.Slot(ask={"en": en, "es": en})


@pulpo.tool(read_only=True)
def find_workshop(
    town: Annotated[str, "town to look in", _ask("Which town?")],
    trade: Annotated[Literal["bicycles", "watches", "shoes"], "what it mends", _ask("What does it mend?")],
) -> pulpo.Result:
    """Find a workshop by what it mends."""
    rows = [row for row in _ROWS if row["town"] == town] if trade == "bicycles" else [dict(_ROWS[0], town=town)]
    return pulpo.Result(rows, offers=tuple(pulpo.Offer(row["workshop_name"], dict(row)) for row in rows))


@pulpo.tool
def leave_for_repair(
    workshop_name: Annotated[str, "the workshop's name", _ask("Which workshop?")],
    drop_date: Annotated[str, "day of the visit", pulpo.Slot(ask="Which day?", reader=WHEN, part="date")],
    drop_time: Annotated[str, "hour of the visit", pulpo.Slot(ask="At what time?", reader=WHEN, part="time")],
) -> pulpo.Result:
    """Arrange a visit to leave something for repair."""
    if drop_time == "13:00":
        instead = pulpo.Offer("14:00", {"drop_time": "14:00"})
        return pulpo.Result(None, "closed then", (instead,), done=False)
    row = next((row for row in _ROWS if row["workshop_name"] == workshop_name), _ROWS[0])
    return pulpo.Result({"address": row["address"], "phone_number": row["phone_number"]}, "arranged")


@pulpo.tool
def send_courier(
    destination: Annotated[str, "where the courier goes", _ask("Where to?")],
    parcels: Annotated[Literal["1", "2", "3"], "number of parcels", _ask("How many parcels?")],
    insured_delivery: Annotated[bool, "whether it is insured", _ask("Insured?")],
) -> str:
    """Send a courier somewhere with parcels."""
    return f"to {destination}"


@pulpo.tool(read_only=True)
def buscar_taller(
    ciudad: Annotated[str, "ciudad donde buscar", _ask("¿En qué ciudad?")],
    rubro: Annotated[Literal["bicicletas", "relojes", "zapatos"], "lo que arregla", _ask("¿Qué arregla?")],
) -> pulpo.Result:
    """Buscar un taller según lo que arregla."""
    row = {"nombre_del_taller": "Casa Lobo", "ciudad": ciudad, "direccion": "calle Olmo 12", "telefono": "555 0101"}
    return pulpo.Result([row], offers=(pulpo.Offer("Casa Lobo", {**row}),))


@pulpo.tool
def dejar_para_arreglar(
    nombre_del_taller: Annotated[str, "nombre del taller", _ask("¿Qué taller?")],
    dia: Annotated[str, "día de la visita", pulpo.Slot(ask="¿Qué día?", reader=WHEN, part="date")],
) -> pulpo.Result:
    """Acordar una visita para dejar algo a arreglar."""
    return pulpo.Result({"direccion": "calle Olmo 12"}, "acordado")


@pulpo.tool
def enviar_mensajero(
    destino: Annotated[str, "adónde va el mensajero", _ask("¿Adónde?")],
    envio_asegurado: Annotated[bool, "si va asegurado", _ask("¿Asegurado?")] = False,
) -> str:
    """Enviar un mensajero a un lugar."""
    return f"a {destino}"


ENGLISH: Sequence[pulpo.Tool] = (find_workshop, leave_for_repair, send_courier)
SPANISH: Sequence[pulpo.Tool] = (buscar_taller, dejar_para_arreglar, enviar_mensajero)
