"""Feeds: made, listed, read by their token alone, revoked."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from icalendar import Calendar

import pulpo
from pulpo_booking.feed_routes import FeedBody, FeedQuery, feed_routes
from unit.pulpo_booking.counter import Counter

pytestmark = pytest.mark.anyio


async def call(counter: Counter, method: str, at: str, /, *, workspace: str = "demo", **more: Any) -> Any:
    (route,) = [each for each in feed_routes(counter.desk) if (each.method, each.path) == (method, at)]
    request = pulpo.RouteRequest(
        workspace=pulpo.Workspace(id=workspace),
        scopes=frozenset({route.scope}),
        now=counter.now,
        locale="es",
        database=counter.database,
        **more,
    )
    return await route.handler(request)


async def made(counter: Counter, **given: Any) -> Any:
    return await call(counter, "POST", "/booking/feeds", body=FeedBody(**given))


async def events(counter: Counter, token: str) -> list[Any]:
    answer = await call(counter, "GET", "/booking/calendar.ics", workspace="other", query=FeedQuery(token=token))
    assert answer.content_type == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.body).walk("VEVENT"))


async def test_a_feed_shows_the_appointments_moved_and_cancelled_ones_too(counter: Counter) -> None:
    feed = await made(counter, name="Ana's phone")
    assert feed.path == f"/booking/calendar.ics?token={feed.token}"
    kept = (await counter.book("corte", "2026-11-26", "17:00")).value["appointment"]["id"]
    gone = (await counter.book("corte", "2026-11-27", "17:00")).value["appointment"]["id"]
    later = counter.at(now=counter.now.replace(minute=5))
    assert (await later.call("reschedule_appointment", appointment=kept, date="2026-11-26", time="18:00")).done
    assert (await later.call("cancel_appointment", appointment=gone)).done
    first, second = await events(counter, feed.token)
    assert first["UID"].startswith(kept)
    assert f"{first.decoded('DTSTART'):%H:%M}" == "17:00"  # 18:00 in Madrid
    assert (first["SEQUENCE"], second["STATUS"]) == (300, "CANCELLED")


async def test_a_person_s_feed_shows_only_theirs(counter: Counter) -> None:
    for staff in ("ana", "luis"):
        assert (await counter.book("corte", "2026-11-26", "16:00", staff=staff)).done
    feed = await made(counter, staff="luis", language="en")
    (event,) = await events(counter, feed.token)
    assert event["SUMMARY"].endswith("(with Luis)")
    with pytest.raises(pulpo.RouteError) as caught:
        await made(counter, staff="nobody")
    assert caught.value.status == 422


async def test_a_revoked_or_made_up_token_opens_nothing(counter: Counter) -> None:
    feed = await made(counter)
    await call(counter, "DELETE", "/booking/feeds/{feed_id}", path={"feed_id": feed.feed.id})
    for token in (feed.token, "made-up", ""):
        with pytest.raises(pulpo.RouteError) as caught:
            await events(counter, token)
        assert caught.value.status == 404


async def test_other_workspaces_neither_see_nor_end_it(counter: Counter) -> None:
    feed = await made(counter)
    assert (await call(counter, "GET", "/booking/feeds", workspace="arce")).feeds == ()
    with pytest.raises(pulpo.RouteError):
        await call(counter, "DELETE", "/booking/feeds/{feed_id}", workspace="arce", path={"feed_id": feed.feed.id})
    assert await events(counter, feed.token) == []


async def test_the_list_tells_no_token_and_the_database_keeps_none(counter: Counter) -> None:
    feed = await made(counter, name="Ana's phone")
    listed = await call(counter, "GET", "/booking/feeds")
    assert feed.token not in msgspec.json.encode(listed).decode()
    assert [each.name for each in listed.feeds] == ["Ana's phone"]
    with counter.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM booking_feeds").all()
    assert feed.token not in str(rows)
