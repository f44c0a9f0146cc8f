"""``GET /booking/calendar.ics`` for calendar programs, and the tokens that open it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

import pulpo
from pulpo_booking.business_routes import SCOPE
from pulpo_booking.desk import Desk
from pulpo_booking.ical import calendar_of
from pulpo_booking.routes import business_of

if TYPE_CHECKING:
    from pulpo_booking.feeds import Feed

PATH = "/booking/calendar.ics"
BACK = 90 * 86_400
"""Seconds that a feed looks back."""


class FeedQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """``token`` is the feed's; whoever has it sees names and telephone numbers."""

    token: Annotated[str, Meta(max_length=128)]


class FeedBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What a feed is for, in whose words, and (if only one person's) of whom."""

    name: Annotated[str, Meta(max_length=100)] = ""
    language: Literal["es", "en"] | None = None
    staff: Annotated[str, Meta(max_length=64)] | None = None


class FeedAnswer(Struct, frozen=True):
    """A feed without its token; ``revoked`` is null as long as it works."""

    id: str
    name: str
    language: str
    staff: str | None
    created: str
    revoked: str | None


class NewFeedAnswer(Struct, frozen=True):
    """A new feed with the address to subscribe to, which is shown once."""

    feed: FeedAnswer
    token: str
    path: str


class FeedsAnswer(Struct, frozen=True):
    """All feeds of the workspace, oldest first."""

    feeds: tuple[FeedAnswer, ...]


def feed_routes(desk: Desk) -> list[pulpo.Route]:
    """Return the routes over the businesses of ``desk``."""

    async def calendar(request: pulpo.RouteRequest) -> pulpo.RawResponse:
        from pulpo_booking import feeds

        feed = await request.database.read(lambda connection: feeds.find(connection, request.query.token))
        business = None if feed is None else desk.businesses.get(feed.workspace_id)
        if feed is None or business is None:
            detail = "The token is unknown or was revoked; ask for a new address."
            raise pulpo.RouteError(404, "No such calendar", detail)
        since = int(request.now.timestamp()) - BACK
        found = await request.database.read(lambda connection: feeds.entries(connection, feed, since=since))
        body = calendar_of(business, found, locale=feed.language, staff=feed.staff_id)
        return pulpo.RawResponse(body=body, content_type="text/calendar; charset=utf-8")

    async def create(request: pulpo.RouteRequest) -> NewFeedAnswer:
        from pulpo_booking import feeds

        business, wanted = business_of(desk, request), request.body
        if wanted.staff is not None and wanted.staff not in business.staff_by_id:
            said = f"there is nobody {wanted.staff!r}; there are {', '.join(business.staff_by_id)}"
            raise pulpo.RouteError(422, "No such person", said, errors=[("/staff", said)])
        feed = feeds.Feed(
            id=f"feed_{secrets.token_hex(6)}",
            workspace_id=business.workspace,
            name=wanted.name,
            staff_id=wanted.staff,
            language=wanted.language or business.languages[0],
            created_at=int(request.now.timestamp()),
            revoked_at=None,
        )
        token = await request.database.write(lambda c: feeds.create(c, feed, rng=secrets.token_bytes))
        return NewFeedAnswer(_answer(feed), token, f"{PATH}?token={token}")

    async def listed(request: pulpo.RouteRequest) -> FeedsAnswer:
        from pulpo_booking import feeds

        found = await request.database.read(lambda connection: feeds.all_of(connection, request.workspace.id))
        return FeedsAnswer(tuple(map(_answer, found)))

    async def revoke(request: pulpo.RouteRequest) -> None:
        from pulpo_booking import feeds

        feed_id, now = request.path["feed_id"], int(request.now.timestamp())
        if not await request.database.write(lambda c: feeds.revoke(c, request.workspace.id, feed_id, now=now)):
            raise pulpo.RouteError(404, "No such feed", "No active feed has this id; list them to see which do.")

    return [
        pulpo.Route(
            method="GET",
            path=PATH,
            scope="public",
            handler=calendar,
            summary="Subscribe to the appointments as a calendar",
            query=FeedQuery,
            errors=(404,),
        ),
        pulpo.Route(
            method="POST",
            path="/booking/feeds",
            scope=SCOPE,
            handler=create,
            summary="Make a calendar feed",
            body=FeedBody,
            response=NewFeedAnswer,
            status=201,
            errors=(404, 422),
        ),
        pulpo.Route(
            method="GET",
            path="/booking/feeds",
            scope=SCOPE,
            handler=listed,
            summary="List the calendar feeds",
            response=FeedsAnswer,
        ),
        pulpo.Route(
            method="DELETE",
            path="/booking/feeds/{feed_id}",
            scope=SCOPE,
            handler=revoke,
            summary="Revoke a calendar feed",
            status=204,
        ),
    ]


def _answer(feed: Feed) -> FeedAnswer:
    return FeedAnswer(
        id=feed.id,
        name=feed.name,
        language=feed.language,
        staff=feed.staff_id,
        created=_iso(feed.created_at),
        revoked=None if feed.revoked_at is None else _iso(feed.revoked_at),
    )


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
