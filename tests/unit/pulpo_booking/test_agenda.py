"""What a day looks like for the business's people."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

import pulpo
from pulpo_booking.agenda import full
from pulpo_booking.agenda_routes import AgendaQuery, agenda_routes
from pulpo_booking.calendar import Claim
from pulpo_booking.localtime import Stretch
from unit.pulpo_booking.counter import Counter, business_of

pytestmark = pytest.mark.anyio


async def agenda(counter: Counter, **query: Any) -> dict[str, Any]:
    (route,) = agenda_routes(counter.desk)
    request = pulpo.RouteRequest(
        workspace=pulpo.Workspace(id=counter.workspace),
        scopes=frozenset({"booking:read"}),
        now=counter.now,
        locale=counter.locale,
        database=counter.database,
        query=msgspec.convert(query, AgendaQuery),
    )
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(await route.handler(request)))
    return told


def clocks(spans: list[dict[str, str]]) -> list[str]:
    return [f"{each['start'][11:16]}-{each['end'][11:16]}" for each in spans]


async def test_a_day_shows_who_comes_and_who_is_free(open_counter) -> None:
    staff = [{"id": "ana", "name": "Ana", "breaks": {"thu": [["14:00", "15:00"]]}}, {"id": "luis", "name": "Luis"}]
    counter = open_counter(business_of(staff=staff))
    await counter.book("cut", "2026-11-26", "10:00", staff="ana")
    gone = await counter.book("cut", "2026-11-26", "12:00", staff="luis")
    await counter.call("cancel_appointment", appointment=gone.value["appointment"]["id"])
    (day,) = (await agenda(counter, **{"from": "2026-11-26"}))["days"]
    assert (day["date"], day["why"], clocks(day["open"]), day["booked"]) == ("2026-11-26", "weekly", ["09:00-20:00"], 1)
    ana, luis = day["people"]
    assert clocks(ana["works"]) == ["09:00-14:00", "15:00-20:00"]
    assert clocks(ana["free"]) == ["09:00-10:00", "10:30-14:00", "15:00-20:00"]
    assert clocks(luis["free"]) == ["09:00-20:00"]
    assert day["free_minutes"] == 60 + 210 + 300 + 660
    assert [(each["state"], each["staff_name"], each["name"]) for each in day["appointments"]] == [
        ("active", "Ana", "Eva"),
        ("cancelled", "Luis", "Eva"),
    ]


async def test_today_nobody_is_free_in_the_past(open_counter) -> None:
    told = await agenda(open_counter(business_of()))
    assert told["now"] == "2026-11-24T10:00:00+01:00"
    assert clocks(told["days"][0]["people"][0]["free"]) == ["10:00-20:00"]
    assert clocks(told["days"][0]["people"][0]["works"]) == ["09:00-20:00"]


async def test_buffers_and_full_rooms_are_not_free(open_counter) -> None:
    service = {"id": "cut", "name": "Cut", "minutes": 30, "buffer_after_minutes": 15}
    staff = [{"id": name, "name": name} for name in ("ana", "luis", "eva")]
    counter = open_counter(business_of(services=[service], staff=staff, rooms=2))
    for name in ("ana", "luis"):
        await counter.book("cut", "2026-11-26", "10:00", staff=name)
    people = (await agenda(counter, **{"from": "2026-11-26"}))["days"][0]["people"]
    assert [clocks(each["free"]) for each in people] == [
        ["09:00-10:00", "10:45-20:00"],
        ["09:00-10:00", "10:45-20:00"],
        ["09:00-10:00", "10:30-20:00"],
    ]


async def test_closures_and_holidays_are_named(open_counter) -> None:
    counter = open_counter(business_of(region="ES", closed_dates={"2026-12-09": {"es": "Obras", "en": "Works"}}))
    days = (await agenda(counter.at(locale="en"), **{"from": "2026-12-08", "to": "2026-12-09"}))["days"]
    assert [(each["why"], each["open"], each["free_minutes"]) for each in days] == [
        ("holiday", [], 0),
        ("closure", [], 0),
    ]
    assert (days[0]["reason"], days[1]["reason"]) == ("Immaculate Conception", "Works")


async def test_after_midnight_belongs_to_the_evening_before(open_counter) -> None:
    counter = open_counter(business_of(hours={"fri": [["22:00", "02:00"]]}))
    assert (await counter.book("cut", "2026-11-28", "00:30")).done
    friday, saturday = (await agenda(counter, **{"from": "2026-11-27", "to": "2026-11-28"}))["days"]
    assert (friday["booked"], saturday["booked"]) == (1, 0)


async def test_who_has_left_keeps_a_column_for_what_was_booked(open_counter) -> None:
    counter = open_counter(business_of())
    await counter.book("cut", "2026-11-26", "10:00")
    counter.desk.businesses = open_counter(business_of(staff=[{"id": "eva", "name": "Eva"}])).desk.businesses
    (day,) = (await agenda(counter, **{"from": "2026-11-26"}))["days"]
    assert [(each["id"], bool(each["works"])) for each in day["people"]] == [("eva", True), ("ana", False)]


@pytest.mark.parametrize(
    ("span", "since", "until"),
    [("day", "2026-11-24", "2026-11-24"), ("week", "2026-11-23", "2026-11-29"), ("month", "2026-11-01", "2026-11-30")],
)
async def test_spans_are_whole(open_counter, span: str, since: str, until: str) -> None:
    told = await agenda(open_counter(business_of()), span=span, brief=True)
    assert (told["since"], told["until"]) == (since, until)
    assert not any(day["people"] or day["appointments"] for day in told["days"])
    assert len(told["days"]) == (date.fromisoformat(until) - date.fromisoformat(since)).days + 1


@pytest.mark.parametrize("query", [{"span": "day", "to": "2026-11-24"}, {"from": "soon"}, {"to": "x"}])
async def test_a_bad_range_is_refused(open_counter, query: dict[str, str]) -> None:
    with pytest.raises(pulpo.RouteError) as caught:
        await agenda(open_counter(business_of()), **query)
    assert caught.value.status == 400


def test_when_all_seats_are_held() -> None:
    claims = [Claim("room", 0, "", *span) for span in [(0, 10), (5, 8), (8, 12), (20, 30)]]
    assert full(claims, 2) == [Stretch(5, 8), Stretch(8, 10)]
    assert full(claims, 3) == []
    assert full([], 1) == []
