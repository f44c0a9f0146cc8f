"""Each reason in both languages, with the facts that make it true."""

from __future__ import annotations

import pytest

from unit.pulpo_booking.counter import Counter

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("arguments", "es", "en"),
    [
        ({"date": "2026-11-29", "time": "12:00"}, "El domingo 29 de noviembre está cerrado.", "closed on Sunday"),
        ({"date": "2026-12-08", "time": "12:00"}, "(Inmaculada Concepción)", "holiday (Immaculate Conception)"),
        ({"date": "2026-11-26", "time": "21:00"}, "de 09:00 a 20:00 y corte de pelo dura 30", "haircut takes 30"),
        ({"date": "2026-11-26", "time": "13:15", "staff": "luis"}, "no trabaja Luis", "Luis does not work on Thursday"),
        ({"date": "2026-11-24", "time": "09:00"}, "ya ha pasado", "is already past"),
        ({"date": "2026-11-24", "time": "10:30"}, "al menos 1 h de antelación", "at least 1 h notice"),
        ({"date": "2027-06-01", "time": "12:00"}, "hasta el lunes 22 de febrero", "until Monday 22 February 2027"),
        ({"date": "2026-11-26", "time": "12:10"}, "cada 15 minutos", "every 15 minutes"),
        ({"date": "2026-11-20"}, "El viernes 20 de noviembre ya ha pasado.", "Friday 20 November is already past."),
        ({"date": "2027-06-01"}, "hasta el lunes 22 de febrero de 2027", "until Monday 22 February 2027"),
    ],
)  # fmt: skip
async def test_why_not(counter: Counter, arguments: dict[str, str], es: str, en: str) -> None:
    for locale, expected in (("es", es), ("en", en)):
        told = await counter.at(locale=locale).call("get_availability", service="corte", **arguments)
        assert expected in told.text
        assert told.offers, "there is always something to choose from"
        assert told.value["free"] is False


async def test_who_is_busy_is_named_when_somebody_was_asked_for(counter: Counter) -> None:
    await counter.book("corte", "2026-11-26", "17:00", staff="ana")
    wanted = {"service": "corte", "date": "2026-11-26", "time": "17:00"}
    assert "Ana ya tiene una cita" in (await counter.call("get_availability", staff="ana", **wanted)).text
    assert "ya está ocupado" in (await counter.call("get_availability", **wanted)).text


async def test_a_service_that_nobody_gives_then(counter: Counter) -> None:
    told = await counter.call("get_availability", service="manicura", date="2026-11-26", time="14:15")
    assert "no hay nadie que haga manicura" in told.text


async def test_services_of_a_weekday_are_named(counter: Counter) -> None:
    clinic = counter.at(workspace="arce")
    for more in ({}, {"time": "10:00"}):
        told = await clinic.call("get_availability", service="limpieza", date="2026-11-29", **more)
        assert "Los domingos solo damos urgencia" in told.text


async def test_a_daily_limit_is_told(counter: Counter) -> None:
    clinic = counter.at(workspace="arce")
    assert (await clinic.book("blanqueamiento", "2026-11-25", "10:00")).done
    for more in ({"time": "16:00"}, {}):
        told = await clinic.call("get_availability", service="blanqueamiento", date="2026-11-25", **more)
        assert "25 de noviembre" in told.text
        assert "blanqueamiento" in told.text
        assert all(offer.arguments["date"] > "2026-11-25" for offer in told.offers)


async def test_offers_are_what_the_next_call_needs(counter: Counter) -> None:
    told = await counter.call("get_availability", service="corte", date="2026-11-26", time="21:00", staff="luis")
    for offer in told.offers:
        free = await counter.call("get_availability", **offer.arguments)
        assert free.value["free"] is True
        assert offer.arguments["staff"] == "luis"
