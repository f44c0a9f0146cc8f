"""Moving an appointment: from when to when, with whom, or why not."""

from __future__ import annotations

import pytest

import pulpo
from pulpo_booking.appointments import Appointments
from unit.pulpo_booking.counter import Counter, order

pytestmark = pytest.mark.anyio


async def test_a_move_says_from_when_to_when(counter: Counter) -> None:
    id_ = await order(counter)
    summary = await counter.preview("reschedule_appointment", appointment=id_, date="2026-11-27", time="13:30")
    assert isinstance(summary, pulpo.Summary)
    assert summary.text == (
        "Cambio tu cita de corte de pelo del jueves 26 de noviembre a las 17:00 al viernes 27 de noviembre a las 13:30"
        " con Ana, 22 €. ¿Lo confirmo?"
    )
    assert summary.arguments == {"appointment": id_, "date": "2026-11-27", "time": "13:30", "staff": "ana"}
    moved = await counter.call("reschedule_appointment", **summary.arguments)
    assert moved.text == "Hecho: tu cita de corte de pelo pasa al viernes 27 de noviembre a las 13:30 con Ana."
    assert counter.rows() == [("active", "ana", id_)]


async def test_a_move_tries_the_same_person_and_then_the_others(counter: Counter) -> None:
    id_ = await order(counter)
    summary = await counter.preview("reschedule_appointment", appointment=id_, date="2026-11-26", time="09:00")
    assert isinstance(summary, pulpo.Summary), "Ana begins at noon that day"
    assert summary.arguments["staff"] == "luis"
    assert "con Luis" in summary.text
    stays = await counter.preview(
        "reschedule_appointment", appointment=id_, date="2026-11-26", time="09:00", staff="ana"
    )
    assert isinstance(stays, pulpo.Result)
    assert stays.text.startswith("Tu cita sigue como estaba. El jueves 26 de noviembre a las 09:00 no trabaja Ana.")
    assert all(offer.arguments["appointment"] == id_ for offer in stays.offers)


async def test_a_move_to_where_it_is_moves_nothing(counter: Counter) -> None:
    id_ = await order(counter)
    told = await counter.preview("reschedule_appointment", appointment=id_, date="2026-11-26", time="17:00")
    assert isinstance(told, pulpo.Result)
    assert told.text == "Tu cita ya es el jueves 26 de noviembre a las 17:00 con Ana."


async def test_a_rival_who_comes_in_between_leaves_it_where_it_was(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = await order(counter)
    monkeypatch.setattr(Appointments, "reschedule", lambda *_, **__: "taken")
    lost = await counter.call("reschedule_appointment", appointment=id_, date="2026-11-27", time="13:30")
    assert lost.done is False
    assert lost.text.startswith(
        "Tu cita sigue como estaba. El viernes 27 de noviembre a las 13:30 Ana ya tiene una cita."
    )
    assert all(offer.arguments["appointment"] == id_ for offer in lost.offers)
