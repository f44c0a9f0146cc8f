"""The HTTP routes as values: what they answer and what they refuse."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

import pulpo
from pulpo_booking.routes import AppointmentsQuery, booking_routes
from unit.pulpo_booking.counter import Counter

pytestmark = pytest.mark.anyio


def _route(counter: Counter, path: str) -> pulpo.Route:
    return next(route for route in booking_routes(counter.desk) if route.path == path)


async def _get(counter: Counter, path: str, *, workspace: str = "demo", **query: str) -> Any:
    route = _route(counter, path)
    request = pulpo.RouteRequest(
        workspace=pulpo.Workspace(id=workspace),
        scopes=frozenset({route.scope}),
        now=counter.now,
        locale=counter.locale,
        database=counter.database,
        query=route.query and msgspec.convert(query, route.query),
    )
    return msgspec.json.decode(msgspec.json.encode(await route.handler(request)))


async def test_services(counter: Counter) -> None:
    answer = await _get(counter, "/booking/services")
    assert answer["business"] == "Salón Sol"
    assert answer["services"][0] == {
        "id": "corte",
        "name": "Corte de pelo",
        "minutes": 30,
        "price": "22",
        "currency": "EUR",
        "staff": ["Ana", "Luis"],
    }


async def test_appointments_of_a_range_of_local_days(counter: Counter) -> None:
    booked = [await counter.book("corte", day, "17:00") for day in ("2026-11-26", "2026-11-27", "2026-11-30")]
    answer = await _get(counter, "/booking/appointments", **{"from": "2026-11-26", "to": "2026-11-27"})
    assert [each["id"] for each in answer["appointments"]] == [each.value["appointment"]["id"] for each in booked[:2]]
    first = answer["appointments"][0]
    assert (first["local"], first["utc"]) == ("2026-11-26T17:00:00+01:00", "2026-11-26T16:00:00+00:00")
    assert (first["name"], first["phone"], first["price"]) == ("Eva", "600100200", "22")
    assert (answer["since"], answer["until"], answer["tz"]) == ("2026-11-26", "2026-11-27", "Europe/Madrid")


async def test_without_dates_it_is_today(counter: Counter) -> None:
    await counter.book("corte", "2026-11-24", "17:00")
    answer = await _get(counter, "/booking/appointments")
    assert len(answer["appointments"]) == 1
    assert answer["since"] == answer["until"] == "2026-11-24"


async def test_cancelled_ones_are_marked(counter: Counter) -> None:
    booked = await counter.book("corte", "2026-11-24", "17:00")
    await counter.call("cancel_appointment", appointment=booked.value["appointment"]["id"])
    assert [each["state"] for each in (await _get(counter, "/booking/appointments"))["appointments"]] == ["cancelled"]


async def test_other_workspaces_are_not_seen(counter: Counter) -> None:
    await counter.book("corte", "2026-11-24", "17:00")
    assert (await _get(counter, "/booking/appointments", workspace="arce"))["appointments"] == []


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"from": "tomorrow"}, "from is no date; write YYYY-MM-DD"),
        ({"to": "2026-02-30"}, "to is no date"),
        ({"from": "0001-01-01"}, "from is no date"),
        ({"from": "9999-12-31"}, "from is no date"),
        ({"from": ""}, "from is no date"),
        ({"from": "2026-11-27", "to": "2026-11-26"}, "swap them"),
        ({"from": "2026-01-01", "to": "2026-12-31"}, "ask in parts"),
    ],
)
async def test_bad_dates_are_refused(counter: Counter, query: dict[str, str], told: str) -> None:
    with pytest.raises(pulpo.RouteError, match=told) as caught:
        await _get(counter, "/booking/appointments", **query)
    assert caught.value.status == 400


@pytest.mark.parametrize("path", ["/booking/services", "/booking/appointments"])
async def test_a_workspace_without_a_business_is_not_found(counter: Counter, path: str) -> None:
    with pytest.raises(pulpo.RouteError, match="has no business") as caught:
        await _get(counter, path, workspace="nowhere")
    assert caught.value.status == 404


def test_scopes(counter: Counter) -> None:
    assert _route(counter, "/booking/services").scope == "chat"
    assert _route(counter, "/booking/appointments").scope == "booking:read"


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `since`"):
        msgspec.convert({"since": "2026-11-26"}, AppointmentsQuery)
