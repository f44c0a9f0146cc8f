"""Reading and replacing the business: versions, mistakes, and what becomes of appointments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

import pulpo
from pulpo_booking.business_routes import business_routes
from unit.pulpo_booking.counter import Counter, business_of

pytestmark = pytest.mark.anyio

OpenCounter = Callable[..., Counter]


async def call(
    counter: Counter, method: str, body: Any = None, *, workspace: str | None = None, match: str | None = None
) -> tuple[dict[str, Any], str]:
    """Return the answer and its ETag."""
    (route,) = [each for each in business_routes(counter.desk) if each.method == method]
    request = pulpo.RouteRequest(
        workspace=pulpo.Workspace(id=workspace or counter.workspace),
        scopes=frozenset({route.scope}),
        now=counter.now,
        locale="en",
        database=counter.database,
        body=body,
        headers={} if match is None else {"if-match": match},
    )
    answer = await route.handler(request)
    return msgspec.json.decode(answer.body), answer.headers["etag"]


async def refused(counter: Counter, method: str, body: Any = None, **more: Any) -> pulpo.RouteError:
    with pytest.raises(pulpo.RouteError) as caught:
        await call(counter, method, body, **more)
    return caught.value


async def test_a_file_s_business_is_version_0_and_what_it_says_can_be_put_back(open_counter: OpenCounter) -> None:
    raw = business_of()
    counter = open_counter(raw)
    answer, etag = await call(counter, "GET")
    assert (answer["source"], answer["version"], answer["updated_at"]) == ("file", 0, None)
    assert {**raw, "services": answer["business"]["services"]} == answer["business"]
    again, changed = await call(counter, "PUT", answer["business"], match=etag)
    assert (again["source"], again["version"], again["business"]) == ("database", 1, answer["business"])
    assert changed != etag
    assert again["updated_at"] == "2026-11-24T09:00:00+00:00"


async def test_a_change_is_in_force_for_the_next_call(open_counter: OpenCounter) -> None:
    counter = open_counter(business_of())
    told: list[pulpo.Workspace] = []
    counter.desk.announce = told.append
    before = counter.desk.businesses
    await call(counter, "PUT", business_of(name="Shop Two", hours={"thu": [["09:00", "10:00"]]}))
    assert await counter.free("cut", "2026-11-26") == ["09:00", "09:15", "09:30"]
    assert [each.name for each in told] == ["Shop Two"]
    assert before["shop"].name == "Shop"  # whoever holds the old snapshot still sees all of it


async def test_a_stale_writer_is_refused_and_changes_nothing(open_counter: OpenCounter) -> None:
    counter = open_counter(business_of())
    _, etag = await call(counter, "GET")
    _, newer = await call(counter, "PUT", business_of(name="First"), match=etag)
    error = await refused(counter, "PUT", business_of(name="Second"), match=etag)
    assert error.status == 412
    assert counter.desk.businesses["shop"].name == "First"
    assert (await call(counter, "PUT", business_of(name="Third"), match=f'"x", {newer}'))[0]["version"] == 2
    assert (await call(counter, "PUT", business_of(name="Fourth"), match="*"))[0]["version"] == 3


async def test_a_workspace_without_a_business_gets_one(open_counter: OpenCounter) -> None:
    counter = open_counter(business_of())
    assert (await refused(counter, "GET", workspace="new")).status == 404
    assert (await refused(counter, "PUT", business_of(workspace="new"), workspace="new", match="*")).status == 412
    answer, _ = await call(counter, "PUT", business_of(workspace="new"), workspace="new")
    assert (answer["workspace"], answer["version"]) == ("new", 1)
    assert counter.desk.businesses.keys() == {"shop", "new"}


async def test_every_mistake_is_named(open_counter: OpenCounter) -> None:
    counter = open_counter(business_of())
    error = await refused(counter, "PUT", business_of(tz=5, colour="red"))
    assert (error.status, [place for place, _ in error.errors]) == (422, ["/tz", "/colour"])
    other = await refused(counter, "PUT", business_of(workspace="other"))
    assert (other.status, other.errors[0][0]) == (422, "/workspace")
    assert counter.desk.stored == {}


async def test_appointments_outlive_their_service_and_staff(open_counter: OpenCounter) -> None:
    counter = open_counter(business_of())
    booked = await counter.book("cut", "2026-11-26", "10:00")
    assert booked.done
    services = [{"id": "dye", "name": "Dye", "minutes": 60}]
    await call(counter, "PUT", business_of(services=services, staff=[{"id": "luis", "name": "Luis"}]))
    assert [row[0] for row in counter.rows()] == ["active"]
    mine = await counter.call("list_my_appointments")
    assert mine.value["appointments"][0]["id"] == booked.value["appointment"]["id"]
    moved = await counter.call(
        "reschedule_appointment", appointment=booked.value["appointment"]["id"], date="2026-11-27", time="10:00"
    )
    assert not moved.done
    gone = await counter.call("cancel_appointment", appointment=booked.value["appointment"]["id"])
    assert gone.done


async def test_rooms_and_limits_count_what_was_booked_before_them(open_counter: OpenCounter) -> None:
    staff = [{"id": name, "name": name.title()} for name in ("ana", "luis", "eva")]
    counter = open_counter(business_of(staff=staff))
    for time in ("10:00", "10:00", "12:00"):
        assert (await counter.book("cut", "2026-11-26", time)).done
    await call(counter, "PUT", business_of(staff=staff, rooms=2))
    assert not (await counter.book("cut", "2026-11-26", "10:15")).done
    assert (await counter.book("cut", "2026-11-26", "10:30")).done
    await call(counter, "PUT", business_of(staff=staff, rooms=2, daily_limits={"cut": 4}))
    assert not (await counter.book("cut", "2026-11-26", "15:00")).done
    assert (await counter.book("cut", "2026-11-27", "15:00")).done
    assert len(counter.rows()) == 5
