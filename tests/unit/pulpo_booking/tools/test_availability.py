"""Free times: one, a day's, or the next days', within the hours that were asked for."""

from __future__ import annotations

from typing import Any

import pytest

from pulpo.errors import ToolArgumentsError
from unit.pulpo_booking.counter import Counter

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("locale", "wish", "first", "last"),
    [
        ("es", {"period": "morning"}, "09:00", "11:45"),
        ("es", {"period": "afternoon"}, "12:00", "19:30"),
        ("en", {"period": "afternoon"}, "12:00", "17:45"),
        ("es", {"period": "evening"}, "18:00", "19:30"),
        ("es", {"period": "night"}, "18:00", "19:30"),
        ("es", {"time_from": "17:00"}, "17:00", "19:30"),
        ("es", {"time_to": "10:00"}, "09:00", "10:00"),
        ("es", {"time_from": "10:00", "time_to": "11:00"}, "10:00", "11:00"),
    ],
)
async def test_hours_that_were_asked_for(
    counter: Counter, locale: str, wish: dict[str, str], first: str, last: str
) -> None:
    free = await counter.at(locale=locale).free("corte", "2026-11-26", **wish)
    assert (free[0], free[-1]) == (first, last)


async def test_a_range_of_days_stays_in_it(counter: Counter) -> None:
    told = await counter.call("get_availability", service="corte", date_from="2026-11-28", date_to="2026-11-30")
    assert {each["date"] for each in told.value["times"]} == {"2026-11-28", "2026-11-30"}


async def test_a_time_without_a_day_is_looked_for_on_the_next_ones(counter: Counter) -> None:
    told = await counter.call("get_availability", service="corte", time="17:00")
    assert [offer.arguments["date"] for offer in told.offers] == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert {offer.arguments["time"] for offer in told.offers} == {"17:00"}


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"date": "2026-11-26"},
        {"date": "2026-11-26", "period": "morning"},
        {"date": "2026-12-08"},
        {"date": "2026-11-26", "time": "21:00"},
        {"date_from": "2026-11-30", "date_to": "2026-12-06"},
        {"date_from": "2026-11-30"},
        {"date": "2026-11-29", "time_from": "17:00"},
        {"date": "2026-11-28", "period": "afternoon", "time_from": "15:00"},
        {"time_to": "08:00"},
    ],
)
async def test_an_answer_is_short_and_everything_in_it_is_free(counter: Counter, wish: dict[str, Any]) -> None:
    told = await counter.call("get_availability", service="corte", **wish)
    assert 1 <= len(told.offers) <= 6
    assert len({offer.label for offer in told.offers}) == len(told.offers)
    for offer in told.offers:
        assert (await counter.call("get_availability", **offer.arguments)).value["free"] is True


async def test_when_a_part_of_the_day_is_full_the_rest_of_it_comes_first(counter: Counter) -> None:
    told = await counter.call("get_availability", service="corte", date="2026-11-28", period="evening")
    assert told.value["free"] is False
    assert told.offers[0].arguments["date"] == "2026-11-28"


async def test_one_free_time_names_who_is_free(counter: Counter) -> None:
    told = await counter.call("get_availability", service="corte", date="2026-11-26", time="12:30")
    assert told.text == "Sí, el jueves 26 de noviembre a las 12:30 hay hueco para corte de pelo con Ana o Luis."
    assert told.value["times"][0]["staff"] == ["ana", "luis"]
    assert told.value["times"][0]["utc"] == "2026-11-26T11:30:00+00:00"


async def test_somebody_without_the_skill(counter: Counter) -> None:
    told = await counter.call("get_availability", service="barba", staff="ana")
    assert told.text == "Para arreglo de barba puedes elegir a Luis. ¿Con quién prefieres?"
    assert [offer.arguments for offer in told.offers] == [{"staff": "luis"}]


async def test_an_unknown_service_is_answered_with_what_there_is(counter: Counter) -> None:
    told = await counter.at(locale="en").call("get_availability", service="pizza")
    assert told.text.startswith("We don't offer that service. We have haircut,")
    assert len(told.offers) == 6


@pytest.mark.parametrize(
    ("argument", "value"),
    [("time", "5 pm"), ("time", "24:00"), ("date", "tomorrow"), ("period", "tea time"), ("time_from", "9")],
)
async def test_arguments_of_another_shape_are_refused(counter: Counter, argument: str, value: str) -> None:
    with pytest.raises(ToolArgumentsError, match=argument):
        await counter.call("get_availability", service="corte", **{argument: value})
