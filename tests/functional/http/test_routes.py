"""Routes of plugins: guarded, validated, documented; a bad one is left out and named."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

import pulpo

from .conftest import Filter, Place, Serve


class Seen(msgspec.Struct, frozen=True):
    """What the toy route's handler was given."""

    workspace: str
    path: dict[str, str]
    body: Place | None
    least: int
    locale: str


async def show(request: pulpo.RouteRequest) -> Seen:
    assert request.now.tzinfo is UTC
    assert abs((datetime.now(UTC) - request.now).total_seconds()) < 60
    return Seen(
        request.workspace.id,
        dict(request.path),
        request.body,
        request.query.least if request.query else -1,
        request.locale,
    )


async def refuse(_request: pulpo.RouteRequest) -> Seen:
    raise pulpo.RouteError(409, "Taken", "Choose another one.")


async def fail(_request: pulpo.RouteRequest) -> Seen:
    raise RuntimeError("secret")


async def told(request: pulpo.RouteRequest) -> pulpo.RawResponse:
    return pulpo.RawResponse(body=request.accept.encode(), content_type="text/plain")


async def calendar(_request: pulpo.RouteRequest) -> pulpo.RawResponse:
    return pulpo.RawResponse(body=b"BEGIN:VCALENDAR", content_type="text/calendar")


def route(method: str, path: str, handler: object = show, **more: object) -> pulpo.Route:
    return pulpo.Route(method=method, path=path, handler=handler, summary="A toy", **{"scope": "booking:read", **more})


GOOD = [
    route("GET", "/toy/{place_id}", query=Filter, response=Seen),
    route("PUT", "/toy/{place_id}", body=Place, response=Seen, status=201),
    route("GET", "/toy", handler=refuse, response=Seen),
    route("POST", "/toy", handler=fail, response=Seen),
    route("GET", "/toy/told", handler=told, scope="public"),
    route("GET", "/toy/all.ics", handler=calendar, scope="public"),
]


async def test_a_handler_is_told_what_the_caller_can_read(serve: Serve) -> None:
    async with serve(routes=GOOD) as served:
        assert (await served.client.get("/toy/told", headers={"accept": "text/csv"})).text == "text/csv"


async def test_a_handler_is_given_checked_values(serve: Serve) -> None:
    async with serve(routes=GOOD) as served:
        read = await served.client.get("/toy/7?least=3", headers={"accept-language": "en-GB"})
        assert read.json() == {
            "workspace": "demo",
            "path": {"place_id": "7"},
            "body": None,
            "least": 3,
            "locale": "en-GB",
        }
        written = await served.client.put("/toy/7", json={"name": "Sol", "seats": 2})
        assert written.status_code == 201
        assert written.json()["body"] == {"name": "Sol", "seats": 2}


async def test_what_does_not_fit_is_refused_before_the_handler(serve: Serve) -> None:
    async with serve(routes=GOOD) as served:
        for query in ("least=many", "most=1", "least=" + "9" * 400):
            assert (await served.client.get(f"/toy/7?{query}")).status_code == 400
        refused = await served.client.put("/toy/7", json={"name": "Sol", "seats": "two"})
        assert refused.status_code == 400
        assert "`seats` must be a whole number" in refused.json()["detail"]


async def test_errors_of_handlers_are_problems(serve: Serve) -> None:
    async with serve(routes=GOOD) as served:
        taken = await served.client.get("/toy")
        assert (taken.status_code, taken.json()["title"]) == (409, "Taken")
        broken = await served.client.post("/toy")
        assert broken.status_code == 500
        assert "secret" not in broken.text


async def leave(_request: pulpo.RouteRequest) -> Seen:
    raise SystemExit("a secret")


async def wait_in_vain(_request: pulpo.RouteRequest) -> Seen:
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    seen: Seen = await future
    return seen


@pytest.mark.parametrize(("handler", "did"), [(leave, "end the process"), (wait_in_vain, "what was cancelled")])
async def test_what_would_end_more_than_a_request_ends_the_request(
    serve: Serve, handler: Any, did: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async with serve(routes=[route("GET", "/toy", handler, response=Seen)]) as served:
        broken = await served.client.get("/toy")
        assert (broken.status_code, broken.headers["content-type"]) == (500, "application/problem+json")
        assert "secret" not in broken.text
        assert (await served.client.get("/health/live")).status_code == 200
    assert did.encode() in capfdbinary.readouterr().out


async def test_a_handler_may_answer_with_something_else_than_json(serve: Serve) -> None:
    async with serve(routes=GOOD) as served:
        feed = await served.client.get("/toy/all.ics")
        assert feed.content == b"BEGIN:VCALENDAR"
        assert feed.headers["content-type"] == "text/calendar"
        assert feed.headers["x-content-type-options"] == "nosniff"


async def quoting(_request: pulpo.RouteRequest) -> pulpo.RawResponse:
    name = "list.csv\r\nset-cookie: pulpo_user=mine"
    return pulpo.RawResponse(body=b"", content_type="text/csv", headers={"content-disposition": f"filename={name}"})


async def test_a_header_that_would_begin_another_one_is_not_sent(serve: Serve) -> None:
    async with serve(routes=[route("GET", "/toy/list", quoting)]) as served:
        broken = await served.client.get("/toy/list")
    assert (broken.status_code, broken.headers["content-type"]) == (500, "application/problem+json")
    assert "content-disposition" not in broken.headers


async def versioned(request: pulpo.RouteRequest) -> pulpo.RawResponse:
    if request.headers.get("if-match") != '"1"':
        wrong = [("/seats", "it is too many")]
        raise pulpo.RouteError(412, "Changed", "Read it again.", errors=wrong)
    return pulpo.RawResponse(body=b"{}", content_type="application/json", headers={"etag": '"2"'})


async def test_declared_headers_reach_the_handler_and_its_own_reach_the_client(serve: Serve) -> None:
    headers = {"if-match": "What it was."}
    declared = route("PUT", "/toy/it", versioned, request_headers=headers, response_headers={"etag": "What it is."})
    async with serve(routes=[declared]) as served:
        good = await served.client.put("/toy/it", headers={"If-Match": '"1"', "X-Other": "hidden"})
        assert (good.status_code, good.headers["etag"]) == (200, '"2"')
        refused = await served.client.put("/toy/it")
        assert refused.status_code == 412
        assert refused.json()["errors"] == [{"pointer": "/seats", "detail": "it is too many"}]
        document = (await served.client.get("/schema/openapi.json")).json()["paths"]["/toy/it"]["put"]
        assert [it["name"] for it in document["parameters"]] == ["if-match"]
        assert list(document["responses"]["200"]["headers"]) == ["etag"]


async def test_a_problem_of_something_else_has_no_places(serve: Serve) -> None:
    async with serve(routes=GOOD) as served:
        assert "errors" not in (await served.client.get("/toy")).json()


async def test_routes_are_documented(serve: Serve) -> None:
    async with serve(routes=GOOD) as served:
        document = (await served.client.get("/schema/openapi.json")).json()
        operation = document["paths"]["/toy/{place_id}"]["get"]
        assert [(it["name"], it["in"]) for it in operation["parameters"]] == [("place_id", "path"), ("least", "query")]
        assert operation["tags"] == ["toy"]
        assert document["paths"]["/toy/all.ics"]["get"]["security"] == []


class Opaque:
    """Not a type that can be read from JSON."""


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (route("GET", "/toy/"), "no slash at the end"),
        (route("GET", "toy"), "write the path like"),
        (route("GET", "/toy/{}"), "write the path like"),
        (route("FETCH", "/toy"), "not one of"),
        (route("GET", "/toy", scope=""), "name a scope"),
        (route("POST", "/chat"), "serves this address itself"),
        (route("GET", "/conversations/{id}"), "serves this address itself"),
        (route("GET", "/schema/openapi.json"), "serves this address itself"),
        (route("POST", "/toy", body=Opaque), "types cannot be used"),
    ],
)
async def test_a_bad_route_costs_its_plugins_routes_and_is_named(serve: Serve, bad: pulpo.Route, reason: str) -> None:
    async with serve(routes=[GOOD[0], bad]) as served:
        assert (await served.client.post("/chat", json={"message": "hi"})).json()["reply"] == "you said hi"
        assert (await served.client.get("/toy/7")).status_code == 404
        records = {it["name"]: it for it in (await served.client.get("/plugins")).json()["plugins"]}
        assert reason in records["toy"]["reason"]
        assert (await served.client.get("/metrics/prometheus")).status_code == 200


async def test_parameters_of_one_address_have_one_name(serve: Serve) -> None:
    routes = [route("GET", "/toy/{a}"), route("PUT", "/toy/{b}")]
    async with serve(routes=routes) as served:
        records = {it["name"]: it for it in (await served.client.get("/plugins")).json()["plugins"]}
        assert "same address" in records["toy"]["reason"]
