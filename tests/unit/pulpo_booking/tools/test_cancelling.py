"""Cancelling, and what can no longer be changed."""

from __future__ import annotations

import pytest

import pulpo
from unit.pulpo_booking.counter import Counter, order

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("tool", ["cancel_appointment", "reschedule_appointment"])
async def test_what_cannot_be_changed_any_more(counter: Counter, tool: str) -> None:
    to = {"date": "2026-12-09", "time": "12:00"} if tool == "reschedule_appointment" else {}
    id_ = await order(counter)
    begun = counter.at(now=counter.now.replace(day=26, hour=16, minute=10))
    assert "ya ha pasado" in (await begun.call(tool, appointment=id_, **to)).text
    stranger = counter.at(user="u2")
    for look in (stranger.preview, stranger.call):
        assert (await look(tool, appointment=id_, **to)).text == "No encuentro esa cita entre las tuyas."
    await counter.call("cancel_appointment", appointment=id_)
    assert "ya estaba cancelada" in (await counter.call(tool, appointment=id_, **to)).text
    assert counter.rows() == [("cancelled", "ana", id_)]


async def test_a_cancel_is_asked_and_then_done(counter: Counter) -> None:
    id_ = await order(counter)
    summary = await counter.preview("cancel_appointment", appointment=id_)
    assert isinstance(summary, pulpo.Summary)
    assert summary.text == "¿Cancelo tu cita de corte de pelo del jueves 26 de noviembre a las 17:00 con Ana?"
    assert counter.rows() == [("active", "ana", id_)]
    done = await counter.call("cancel_appointment", **summary.arguments)
    assert (done.done, done.value["appointment"]["state"]) == (True, "cancelled")
