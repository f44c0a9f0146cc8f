"""The routes over which the business itself is read and replaced, while conversations go on."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

import pulpo
from pulpo_booking.business import Business, document_of, etag_of
from pulpo_booking.checking import checked, pointer
from pulpo_booking.configuration import warm
from pulpo_booking.desk import Desk
from pulpo_booking.errors import ChangedError, UnfitBusinessError
from pulpo_booking.localtime import utc
from pulpo_booking.routes import business_of

SCOPE = "booking:admin"

_ETAG = {"etag": "The validator of this business; send it back in If-Match when you change it."}


class BusinessAnswer(Struct, frozen=True):
    """The business in force. ``source`` is ``file`` (version 0) or ``database``; ``business`` is what PUT takes."""

    workspace: str
    source: str
    version: int
    updated_at: str | None
    business: dict[str, Any]


def business_routes(desk: Desk) -> list[pulpo.Route]:
    """Return the routes over the businesses of ``desk``."""

    async def show(request: pulpo.RouteRequest) -> pulpo.RawResponse:
        business_of(desk, request)
        return _answer(desk, request.workspace.id)

    async def replace(request: pulpo.RouteRequest) -> pulpo.RawResponse:
        business = _checked(request.body, request.workspace.id)
        now = int(request.now.timestamp())
        await asyncio.to_thread(warm, business, date.fromtimestamp(now))
        from pulpo_booking.stored import Change
        from pulpo_booking.stored import replace as write

        change = Change(
            business=business,
            configured=desk.configured.get(business.workspace),
            expected=request.headers.get("if-match"),
            now=now,
        )
        try:
            stored = await request.database.write(lambda connection: write(connection, change))
        except ChangedError as error:
            raise pulpo.RouteError(412, "Changed meanwhile", f"{error}") from None
        desk.adopt({business.workspace: stored}, seen={**desk.seen, business.workspace: stored.version})
        return _answer(desk, business.workspace)

    return [
        pulpo.Route(
            method="GET",
            path="/booking/business",
            scope=SCOPE,
            handler=show,
            summary="Read the business in force",
            response=BusinessAnswer,
            response_headers=_ETAG,
            errors=(404,),
        ),
        pulpo.Route(
            method="PUT",
            path="/booking/business",
            scope=SCOPE,
            handler=replace,
            summary="Replace the business, in force at once",
            body=dict[str, Any],
            response=BusinessAnswer,
            request_headers={"if-match": "The ETag of the business that is to be replaced; `*` for any."},
            response_headers=_ETAG,
            errors=(412, 422),
        ),
    ]


def _checked(raw: Any, workspace: str) -> Business:
    try:
        business = checked(raw)
    except UnfitBusinessError as error:
        wrong = [(pointer(place), message) for place, message in error.problems]
        detail = f"{len(wrong)} places of the business do not fit; `errors` names each with what is allowed."
        raise pulpo.RouteError(422, "Not a business", detail, errors=wrong) from None
    if business.workspace != workspace:
        said = f"it is {business.workspace!r}, and the key is for {workspace!r}: write that, or use another key"
        detail = "A key changes the business of its own workspace."
        raise pulpo.RouteError(422, "Another workspace", detail, errors=[("/workspace", said)])
    return business


def _answer(desk: Desk, workspace: str) -> pulpo.RawResponse:
    business, stored = desk.businesses[workspace], desk.stored.get(workspace)
    answer = BusinessAnswer(
        workspace=workspace,
        source="file" if stored is None else "database",
        version=desk.version(workspace),
        updated_at=None if stored is None else utc(stored.updated_at).isoformat(),
        business=document_of(business),
    )
    headers = {"etag": etag_of(business, stored)}
    return pulpo.RawResponse(body=msgspec.json.encode(answer), content_type="application/json", headers=headers)
