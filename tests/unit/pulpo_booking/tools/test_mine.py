"""A customer's own appointments."""

from __future__ import annotations

import pytest

from unit.pulpo_booking.counter import Counter, order

pytestmark = pytest.mark.anyio


async def test_own_appointments_are_listed_soonest_first(counter: Counter) -> None:
    await order(counter, date="2026-11-27", time="12:00")
    await order(counter)
    await order(counter.at(user="u2"), time="18:00")
    told = await counter.call("list_my_appointments")
    assert told.text == (
        "Tus próximas citas:\n"
        "- Corte de pelo, jueves 26 de noviembre a las 17:00 con Ana\n"
        "- Corte de pelo, viernes 27 de noviembre a las 12:00 con Ana"
    )
