"""What the business's people change and see, on PostgreSQL: the unit tests' own functions over another database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from icalendar import Calendar

from pulpo_booking.feed_routes import FeedBody, FeedQuery
from unit.pulpo_booking.counter import Counter, business_of
from unit.pulpo_booking.test_agenda import test_a_day_shows_who_comes_and_who_is_free
from unit.pulpo_booking.test_business_routes import (
    test_a_stale_writer_is_refused_and_changes_nothing,
    test_appointments_outlive_their_service_and_staff,
    test_rooms_and_limits_count_what_was_booked_before_them,
)
from unit.pulpo_booking.test_feed_routes import call

pytestmark = pytest.mark.anyio

__all__ = [
    "test_a_day_shows_who_comes_and_who_is_free",
    "test_a_stale_writer_is_refused_and_changes_nothing",
    "test_appointments_outlive_their_service_and_staff",
    "test_rooms_and_limits_count_what_was_booked_before_them",
]


async def test_a_feed_is_made_read_and_revoked(open_counter: Callable[..., Counter]) -> None:
    counter = open_counter(business_of())
    assert (await counter.book("cut", "2026-11-26", "10:00")).done
    made = await call(counter, "POST", "/booking/feeds", workspace="shop", body=FeedBody())
    answer = await call(counter, "GET", "/booking/calendar.ics", query=FeedQuery(token=made.token))
    assert len(Calendar.from_ical(answer.body).walk("VEVENT")) == 1
    feed = {"feed_id": made.feed.id}
    await call(counter, "DELETE", "/booking/feeds/{feed_id}", workspace="shop", path=feed)
    with pytest.raises(Exception, match="revoked"):
        await call(counter, "GET", "/booking/calendar.ics", query=FeedQuery(token=made.token))
