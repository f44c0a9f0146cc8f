"""The design's edge cases as chats: each a business of its own, what its customers write, and what is booked after.

Texts and times are typed by hand from the design. Case 18, the crowd, is among the parallel tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EARLY = {day: [["01:00", "05:00"]] for day in WEEK}
HOUR = [{"id": "corte", "name": "Corte", "minutes": 60, "price": 20}]
WHO = "soy Eva Gil, 600100200"


@dataclass(frozen=True, slots=True)
class Line:
    """A message, what its answer must hold and must not, and its HTTP status. ``again`` sends it twice with one key:
    both answers must be the same. ``key`` sends it with a key that earlier lines used."""

    say: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    user: str = "eva"
    shop: str = ""
    again: bool = False
    key: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """``shop`` changes the business, ``booked`` are the starts (UTC) of the active appointments at the end, and
    ``days`` the local days on which to look for them."""

    id: str
    lines: tuple[Line, ...]
    booked: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    shop: dict[str, Any] = field(default_factory=dict)
    timezone: str = ""
    locale: str = "es"
    now: str = "2026-11-24T10:00:00+01:00"


def wish(when: str, *, service: str = "un corte", who: str = WHO) -> str:
    return f"Quiero {service} {when}, {who}"


def hourly(**changes: Any) -> dict[str, Any]:
    return {"services": HOUR, "slot_step_minutes": 60, **changes}


YES = Line("sí", ("Reservado",))
CLASS = wish("el 1 de diciembre a las 10:00", service="una clase de yoga")

EDGES = (
    Edge(
        id="1-skipped-hour",
        shop=hourly(hours=EARLY),
        lines=(
            Line(wish("el 28 de marzo de 2027 a las 02:30"), ("02:30 no existe",)),
            Line("a las 3 de la madrugada", ("28 de marzo de 2027 a las 03:00",)),
            YES,
        ),
        days=("2027-03-28",),
        booked=("2027-03-28T01:00",),
    ),
    Edge(
        id="2-repeated-hour",
        shop=hourly(hours=EARLY),
        lines=(
            Line(wish("el 31 de octubre de 2027 a las 02:00"), ("02:00 (UTC+0200) o a las 02:00 (UTC+0100)",)),
            Line("la segunda", ("02:00 (UTC+0100)",)),
            YES,
            Line(wish("el 31 de octubre de 2027 a las 02:00", who="soy Luz, 600100201"), ("(UTC+0200)",), user="luz"),
            Line("sí", ("Reservado", "(UTC+0200)"), user="luz"),
        ),
        days=("2027-10-31",),
        booked=("2027-10-31T00:00", "2027-10-31T01:00"),
    ),
    Edge(
        id="3-weekly-wall-clock",
        lines=(
            Line(wish("el 24 de marzo de 2027 a las 16:00"), ("16:00",)),
            YES,
            Line(wish("el 31 de marzo de 2027 a las 16:00"), ("16:00",)),
            YES,
        ),
        days=("2027-03-24", "2027-03-31"),
        booked=("2027-03-24T15:00", "2027-03-31T14:00"),
    ),
    Edge(
        id="4-bogota",
        timezone="America/Bogota",
        locale="es-CO",
        lines=(
            Line(
                wish("el 14 de diciembre a las 17:00"),
                ("lunes 14 de diciembre a las 17:00 (hora de Madrid; 11:00 en tu zona, UTC−05:00)",),
            ),
            Line("sí", ("Reservado", "17:00 (hora de Madrid; 11:00 en tu zona, UTC−05:00)"), again=True),
            Line("¿Qué citas tengo?", ("17:00 (11:00 en tu zona)",)),
        ),
        days=("2026-12-14",),
        booked=("2026-12-14T16:00",),
    ),
    Edge(
        id="4-no-such-zone-is-ignored",
        timezone="Mars/Olympus",
        locale="es-CO",
        lines=(Line(wish("el 14 de diciembre a las 17:00"), ("17:00 (hora de Madrid) con",), ("en tu zona",)),),
    ),
    Edge(
        id="5-tomorrow-is-the-business-s",
        timezone="America/Bogota",
        locale="es-CO",
        now="2026-11-24T23:30:00-05:00",
        lines=(
            Line(
                wish("mañana a las 5 de la tarde"),
                ("jueves 26 de noviembre a las 17:00 (hora de Madrid; 11:00 en tu zona",),
            ),
            YES,
        ),
        days=("2026-11-26",),
        booked=("2026-11-26T16:00",),
    ),
    Edge(
        id="6-new-york-between-two-changes",
        timezone="America/New_York",
        locale="en-US",
        lines=(
            Line(
                "I'd like a corte on March 15, 2027 at 3 pm, I'm Ann Lee, 2125550123",
                ("at 15:00 (Madrid time; 10:00 in your time zone, UTC−04:00)",),
            ),
            Line("yes", ("Booked", "10:00 in your time zone")),
        ),
        days=("2027-03-15",),
        booked=("2027-03-15T14:00",),
    ),
    Edge(
        id="7-kolkata-keeps-the-grid",
        timezone="Asia/Kolkata",
        shop=hourly(),
        lines=(
            Line(wish("el 1 de diciembre a las 17:30"), ("cada 60 minutos", "17:00 (21:30 en tu zona)")),
            Line("a las 17:00", ("17:00 (hora de Madrid; 21:30 en tu zona, UTC+05:30)",)),
            YES,
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T16:00",),
    ),
    Edge(
        id="8-mexico",
        shop={"tz": "America/Mexico_City"},
        lines=(Line(wish("el 1 de julio de 2027 a las 10:00"), ("10:00",)), YES),
        days=("2027-07-01",),
        booked=("2027-07-01T16:00",),
    ),
    Edge(
        id="8-paraguay",
        shop={"tz": "America/Asuncion"},
        lines=(Line(wish("el 1 de julio de 2027 a las 10:00"), ("10:00",)), YES),
        days=("2027-07-01",),
        booked=("2027-07-01T13:00",),
    ),
    Edge(
        id="9-holiday-is-named",
        shop={"region": "ES"},
        lines=(
            Line(wish("el 8 de diciembre a las 11:00"), ("Inmaculada Concepción", "9 de diciembre a las 11:00")),
            Line("la primera", ("miércoles 9 de diciembre a las 11:00",)),
            YES,
        ),
        days=("2026-12-08", "2026-12-09"),
        booked=("2026-12-09T10:00",),
    ),
    Edge(
        id="10-closed-in-madrid",
        shop={"region": "ES-MD"},
        lines=(Line(wish("el 3 de mayo de 2027 a las 11:00"), ("festivo",), ("¿Lo confirmo?",)),),
        days=("2027-05-03",),
    ),
    Edge(
        id="10-open-in-catalonia",
        shop={"region": "ES-CT"},
        lines=(Line(wish("el 3 de mayo de 2027 a las 11:00"), ("3 de mayo de 2027 a las 11:00",)), YES),
        days=("2027-05-03",),
        booked=("2027-05-03T09:00",),
    ),
    Edge(
        id="11-moved-holiday",
        shop={"region": "CO", "tz": "America/Bogota"},
        lines=(
            Line(wish("el 11 de enero a las 11:00"), ("festivo",), ("¿Lo confirmo?",)),
            Line("mejor el 6 de enero a las 11:00", ("miércoles 6 de enero",)),
            YES,
        ),
        days=("2027-01-06", "2027-01-11"),
        booked=("2027-01-06T16:00",),
    ),
    Edge(
        id="12-exception-and-closure",
        shop={"region": "ES", "special_hours": {"2026-12-08": [["10:00", "12:00"]]}, "closed_dates": ["2026-12-09"]},
        lines=(
            Line(wish("el 9 de diciembre a las 11:00"), ("El miércoles 9 de diciembre está cerrado",)),
            Line("el 8 de diciembre a las 11", ("martes 8 de diciembre a las 11:00",)),
            YES,
        ),
        days=("2026-12-08", "2026-12-09"),
        booked=("2026-12-08T10:00",),
    ),
    Edge(
        id="13-last-start-before-a-break",
        shop={
            "services": HOUR,
            "slot_step_minutes": 30,
            "staff": [{"id": "ana", "name": "Ana", "breaks": {"tue": [["14:00", "16:00"]]}}],
        },
        lines=(
            Line(wish("el 1 de diciembre a las 13:30"), ("no hay nadie", "13:00"), ("¿Lo confirmo?",)),
            Line("a las 13:00", ("1 de diciembre a las 13:00",)),
            YES,
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T12:00",),
    ),
    Edge(
        id="14-half-open",
        lines=(
            Line(wish("el 1 de diciembre a las 10:00")),
            YES,
            Line(wish("el 1 de diciembre a las 10:15", who="soy Luz, 600100201"), ("ya está ocupado",), user="luz"),
            Line("a las 10:30", ("a las 10:30",), user="luz"),
            Line("sí", ("Reservado",), user="luz"),
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T09:00", "2026-12-01T09:30"),
    ),
    Edge(
        id="15-buffers-add-up",
        shop={
            "slot_step_minutes": 5,
            "services": [
                {"id": "tinte", "name": "Tinte", "minutes": 30, "buffer_after_minutes": 10},
                {"id": "barba", "name": "Barba", "minutes": 30, "buffer_before_minutes": 5},
            ],
        },
        lines=(
            Line(wish("el 1 de diciembre a las 10:00", service="un tinte")),
            YES,
            Line(wish("el 1 de diciembre a las 10:40", service="una barba"), ("ya está ocupado", "10:45")),
            Line("a las 10:45", ("a las 10:45",)),
            YES,
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T09:00", "2026-12-01T09:45"),
    ),
    Edge(
        id="16-too-short-a-gap",
        shop={
            "hours": {"tue": [["10:00", "11:30"]]},
            "services": [
                {"id": "corte", "name": "Corte", "minutes": 15},
                {"id": "mechas", "name": "Mechas", "minutes": 90},
            ],
        },
        lines=(
            Line(wish("el 1 de diciembre a las 10:00")),
            YES,
            Line("¿Hay hueco para mechas el 1 de diciembre?", ("no queda ningún hueco",)),
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T09:00",),
    ),
    Edge(
        id="17-places-fill-up",
        shop={"services": [{"id": "yoga", "name": "Yoga", "minutes": 60, "capacity": 2}]},
        lines=(
            Line(CLASS),
            YES,
            Line(CLASS, user="luz"),
            Line("sí", ("Reservado",), user="luz"),
            Line(CLASS, lacks=("¿Lo confirmo?",), user="mia"),
            Line("Quiero cancelar mi cita", ("¿Cancelo",), user="luz"),
            Line("sí", ("Cancelada",), user="luz"),
            Line(CLASS, ("¿Lo confirmo?",), user="mia"),
            Line("sí", ("Reservado",), user="mia"),
            Line(CLASS, lacks=("¿Lo confirmo?",), user="leo"),
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T09:00", "2026-12-01T09:00"),
    ),
    Edge(
        id="19-any-goes-to-who-is-free",
        shop={"staff": [{"id": "ana", "name": "Ana"}, {"id": "luis", "name": "Luis"}]},
        lines=(
            Line(wish("el 1 de diciembre a las 10:00"), ("con Ana",)),
            YES,
            Line(wish("el 1 de diciembre a las 10:00"), ("con Luis",), user="luz"),
            Line("sí", ("Reservado",), user="luz"),
            Line(wish("el 1 de diciembre a las 10:00"), lacks=("¿Lo confirmo?",), user="mia"),
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T09:00", "2026-12-01T09:00"),
    ),
    Edge(
        id="20-a-retry-books-once",
        lines=(
            Line(wish("el 1 de diciembre a las 10:00"), again=True),
            Line("sí", ("Reservado",), again=True, key="k20"),
            Line("sí, y otra más", key="k20", status=422),
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T09:00",),
    ),
    Edge(
        id="21-the-past",
        lines=(
            Line(wish("hoy a las 09:30"), ("ya ha pasado",), ("¿Lo confirmo?",)),
            Line("el 23 de noviembre de 2026 a las 10:00", ("ya ha pasado",), ("¿Lo confirmo?",)),
        ),
        days=("2026-11-24", "2026-11-23"),
    ),
    Edge(
        id="22-notice",
        shop={"minimum_notice_minutes": 120},
        lines=(
            Line(wish("hoy a las 11:45"), ("2 h de antelación", "12:00"), ("¿Lo confirmo?",)),
            Line("a las 12:00", ("24 de noviembre a las 12:00",)),
            YES,
        ),
        days=("2026-11-24",),
        booked=("2026-11-24T11:00",),
    ),
    Edge(
        id="23-horizon",
        shop={"maximum_advance_days": 30},
        lines=(Line(wish("el 1 de febrero a las 10:00"), ("hasta el jueves 24 de diciembre",), ("¿Lo confirmo?",)),),
        days=("2027-02-01",),
    ),
    Edge(
        id="24-cancel",
        lines=(
            Line(wish("el 1 de diciembre a las 10:00")),
            YES,
            Line("cancela la cita de Eva Gil", lacks=("1 de diciembre",), user="luz"),
            Line("¿Qué citas tengo?", ("No tienes ninguna",), user="luz"),
            Line("Quiero cancelar mi cita", ("¿Cancelo tu cita",)),
            Line("sí", ("Cancelada",), again=True),
            Line("Quiero cancelar mi cita", lacks=("¿Cancelo",)),
            Line(wish("el 1 de diciembre a las 10:00", who="soy Luz Rey, 600100201"), ("¿Lo confirmo?",), user="luz"),
            Line("sí", ("Reservado",), user="luz"),
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T09:00",),
    ),
    Edge(
        id="25-a-move-is-all-or-nothing",
        lines=(
            Line(wish("el 1 de diciembre a las 10:00")),
            YES,
            Line(wish("el 1 de diciembre a las 12:00"), user="luz"),
            Line("sí", ("Reservado",), user="luz"),
            Line("Cambia mi cita al 1 de diciembre a las 12:15", ("sigue como estaba",), ("¿Lo confirmo?",)),
            Line("¿Qué citas tengo?", ("10:00",)),
            Line("Cambia mi cita al 1 de diciembre a las 10:15", ("a las 10:00 al martes 1 de diciembre a las 10:15",)),
            Line("sí", ("Hecho",)),
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T09:15", "2026-12-01T11:00"),
    ),
    Edge(
        id="26-two-workspaces",
        lines=(
            Line(wish("el 2 de diciembre a las 10:00")),
            YES,
            Line(wish("el 2 de diciembre a las 10:00"), ("¿Lo confirmo?",), shop="28-five-in-the-afternoon"),
        ),
        days=("2026-12-02",),
        booked=("2026-12-02T09:00",),
    ),
    Edge(
        id="27-taken-meanwhile",
        lines=(
            Line(wish("el 1 de diciembre a las 10:00"), ("¿Lo confirmo?",)),
            Line(wish("el 1 de diciembre a las 10:00"), ("¿Lo confirmo?",), user="luz"),
            Line("sí", ("Reservado",), user="luz"),
            Line("sí", ("Ana ya tiene una cita", "10:30"), ("Reservado",)),
        ),
        days=("2026-12-01",),
        booked=("2026-12-01T09:00",),
    ),
    Edge(
        id="28-five-in-the-afternoon",
        lines=(Line(wish("el 1 de diciembre a las 5"), ("martes 1 de diciembre a las 17:00",)), YES),
        days=("2026-12-01",),
        booked=("2026-12-01T16:00",),
    ),
    Edge(
        id="29-only-days-that-exist",
        shop={"maximum_advance_days": 3000},
        lines=(
            Line(wish("el 30 de febrero a las 10:00"), lacks=("¿Lo confirmo?",)),
            Line("el 29/02/2028", ("martes 29 de febrero de 2028 a las 10:00",)),
            YES,
        ),
        days=("2028-02-29",),
        booked=("2028-02-29T09:00",),
    ),
    Edge(
        id="30-after-midnight",
        shop={"slot_step_minutes": 30, "hours": {"fri": [["22:00", "02:00"]]}},
        lines=(
            Line(wish("el 27 de noviembre a las 00:30"), lacks=("¿Lo confirmo?",)),
            Line("el 28 de noviembre a las 00:30", ("sábado 28 de noviembre a las 00:30",)),
            YES,
        ),
        days=("2026-11-27", "2026-11-28"),
        booked=("2026-11-27T23:30",),
    ),
)
