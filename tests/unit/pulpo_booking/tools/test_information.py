"""What a business offers and when it is open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from unit.pulpo_booking.counter import Counter, business_of

pytestmark = pytest.mark.anyio


async def test_services_with_prices_in_both_languages(counter: Counter) -> None:
    es = (await counter.call("get_services")).text
    en = (await counter.at(locale="en").call("get_services")).text
    assert "- Corte de pelo: 30 min, 22 €" in es
    assert "- Manicura: 45 min, 22,50 €" in es
    assert "- Manicure: 45 min, €22.50" in en


async def test_one_service_tells_who_gives_it(counter: Counter) -> None:
    told = await counter.call("get_services", service="color")
    assert told.text == "Tinte: 1 h 30 min, 48 €. Color completo o de raíz.\nLo hace Ana o Marta."
    assert [each["id"] for each in told.value["services"]] == ["color"]


async def test_an_unknown_service_is_answered_with_all(counter: Counter) -> None:
    assert len((await counter.call("get_services", service="pizza")).value["services"]) == 6


async def test_a_service_without_a_price_has_none(open_counter: Callable[..., Counter]) -> None:
    counter = open_counter(business_of(services=[{"id": "cut", "name": "Cut", "minutes": 30}]))
    assert (await counter.call("get_services")).text.endswith("- Cut: 30 min")


async def test_the_week_and_what_differs_from_it_soon(counter: Counter) -> None:
    told = await counter.call("get_business_hours")
    assert "- De lunes a viernes: de 09:00 a 20:00\n- Sábado: de 10:00 a 14:00\n- Domingo: cerrado" in told.text
    assert "- martes 8 de diciembre: cerrado (Inmaculada Concepción)" in told.text
    assert told.value["week"]["sat"] == [["10:00", "14:00"]]
    assert told.value["exceptions"]["2026-12-08"]["open"] is False


@pytest.mark.parametrize(
    ("workspace", "day", "said"),
    [
        ("demo", "2026-11-26", "El jueves 26 de noviembre abrimos de 09:00 a 20:00."),
        ("demo", "2026-11-29", "El domingo 29 de noviembre está cerrado."),
        ("demo", "2026-12-24", "El jueves 24 de diciembre abrimos de 09:00 a 14:00."),
        ("arce", "2026-11-24", "El martes 24 de noviembre abrimos de 09:00 a 14:00 y de 16:00 a 20:00."),
        ("arce", "2026-12-07", "El lunes 7 de diciembre está cerrado."),
        ("marea", "2026-12-08", "El martes 8 de diciembre está cerrado."),
    ],
)
async def test_one_day(counter: Counter, workspace: str, day: str, said: str) -> None:
    assert (await counter.at(workspace=workspace).call("get_business_hours", date=day)).text == said


async def test_two_days_with_the_same_hours_are_joined(counter: Counter) -> None:
    told = (await counter.at(workspace="arce", locale="en").call("get_business_hours")).text
    assert "- Monday to Thursday: from 09:00 to 14:00 and from 16:00 to 20:00" in told
