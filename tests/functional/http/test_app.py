"""What holds for every address: ids, headers, errors, pages, health."""

from __future__ import annotations

import re

import httpx
import pytest

import pulpo
from pulpo.errors import StoreUnavailableError
from pulpo.http.app import create_app

from .conftest import Serve, Served

PROBLEM = ["type", "title", "status", "detail", "request_id"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nope", 404),
        ("GET", "/conversations/nope", 404),
        ("GET", "/conversations/" + "x" * 300, 404),
        ("GET", "/conversations/%00", 404),
        ("GET", "/assets/../../../pulpo.toml", 404),
        ("PUT", "/chat", 405),
        ("OPTIONS", "/chat", 405),
        ("TRACE", "/conversations/x", 405),
        ("GET", "/conversations?limit=0", 400),
        ("GET", "/conversations?limit=" + "9" * 400, 400),
        ("GET", "/conversations?limit=1&limit=2", 400),
        ("GET", "/conversations?limit=%ff", 400),
        ("GET", "/conversations?other=1", 400),
        ("GET", "/" + "x" * 3000, 414),
        ("GET", "/health/live?" + "x" * 3000, 414),
    ],
)
async def test_every_error_is_a_problem(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    refused = await client.request(method, path, headers={"x-request-id": "mine"} if status != 414 else {})
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    body = refused.json()
    assert list(body) == PROBLEM
    assert body["status"] == status
    assert body["request_id"] == refused.headers["x-request-id"]
    assert status == 414 or body["request_id"] == "mine"


async def test_a_wrong_method_names_the_right_one(client: httpx.AsyncClient) -> None:
    assert (await client.put("/chat")).headers["allow"] == "POST"
    assert (await client.put("/conversations/x")).headers["allow"] == "DELETE, GET"


@pytest.mark.parametrize("path", ["/", "/nope", "/health/live", "/metrics/prometheus", "/schema/openapi.json"])
async def test_every_answer_has_the_security_headers_once(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers.get_list("x-frame-options") == ["DENY"]
    assert headers.get_list("referrer-policy") == ["no-referrer"]
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


async def test_only_the_reference_may_style_inline(client: httpx.AsyncClient) -> None:
    policy = (await client.get("/docs")).headers["content-security-policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize("sent", ["a b", "x" * 129, "é"])
async def test_a_strange_request_id_is_replaced(client: httpx.AsyncClient, sent: str) -> None:
    answered = await client.get("/health/live", headers=[(b"x-request-id", sent.encode())])
    assert re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", answered.headers["x-request-id"])


@pytest.mark.parametrize("path", ["/", "/console", "/docs", "/assets/app.css", "/assets/chat/chat.js"])
async def test_pages_are_validated_and_not_sent_twice(client: httpx.AsyncClient, path: str) -> None:
    first = await client.get(path)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-cache"
    again = await client.get(path, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    stale = await client.get(path, headers={"if-none-match": '"other"'})
    assert stale.content == first.content


async def test_what_was_said_is_not_cached(client: httpx.AsyncClient) -> None:
    assert (await client.post("/chat", json={"message": "hi"})).headers["cache-control"] == "no-store"


async def test_head_is_get_without_a_body(client: httpx.AsyncClient) -> None:
    get, head = await client.get("/health/live"), await client.head("/health/live")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


class Broken:
    @pulpo.hookimpl
    def pulpo_register_tools(self) -> list[pulpo.Tool]:
        raise RuntimeError("no luck")


async def test_health_and_plugins_name_what_is_wrong(serve: Serve) -> None:
    async with serve(plugins=[("broken", Broken())]) as served:
        health = (await served.client.get("/metrics/health")).json()
        assert health["status"] == "degraded"
        assert health["database"]["reachable"] is True
        assert health["workspace"]["id"] == "demo"
        assert health["plugins"] == {"active": 2, "quarantined": 1, "blocked": 0}
        (trouble,) = health["troubles"]
        assert trouble["part"] == "plugin broken"
        assert "no luck" in trouble["reason"]
        listed = (await served.client.get("/plugins")).json()["plugins"]
        assert [(it["name"], it["state"]) for it in listed] == [
            ("broken", "quarantined"),
            ("pulpo_prometheus", "active"),
            ("toy", "active"),
        ]


@pytest.mark.parametrize("recognised", [True, False])
async def test_health_without_its_database_is_a_problem_that_says_so(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, recognised: bool
) -> None:
    async def away(_closure: object) -> None:
        raise StoreUnavailableError("no disk at /var/x")

    async with serve(plugins=[("broken", Broken())]) as served:
        if recognised:
            assert (await served.client.get("/metrics/health")).status_code == 200
        monkeypatch.setattr(served.app.state.system.database, "read", away)
        told = await served.client.get("/metrics/health")
    assert (told.status_code, told.headers["content-type"]) == (503, "application/problem+json")
    assert told.headers["retry-after"] == "1"
    parts = {trouble["part"]: trouble["reason"] for trouble in told.json()["troubles"]}
    assert list(parts) == (["database", "plugin broken"] if recognised else ["database"])
    assert ("/var/x" in parts["database"]) == recognised, "strangers hear no more than that it is away"


async def test_a_draining_server_is_alive_but_not_ready(served: Served) -> None:
    client = served.client
    assert (await client.get("/health/ready")).status_code == 200
    served.app.state.system.begin_draining()
    refused = await client.get("/health/ready")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert (await client.get("/health/live")).status_code == 200
    assert (await client.get("/metrics/health")).json()["status"] == "draining"


async def test_a_draining_server_closes_every_connection_also_behind_an_error(served: Served) -> None:
    async def ends(method: str, path: str) -> list[str]:
        return (await served.client.request(method, path)).headers.get_list("connection")

    asked = [("GET", "/health/live"), ("GET", "/health/ready"), ("GET", "/conversations/x"), ("POST", "/chat")]
    assert [await ends(*it) for it in (*asked, ("PUT", "/chat"))] == [[]] * 5
    served.app.state.system.begin_draining()
    assert [await ends(*it) for it in (*asked, ("PUT", "/chat"))] == [["close"]] * 5


async def test_the_page_for_prometheus_counts_what_was_done(client: httpx.AsyncClient) -> None:
    await client.post("/chat", json={"message": "greet Ana"})
    for path in ("/metrics/prometheus", "/metrics"):
        page = (await client.get(path)).text
        assert 'pulpo_tool_calls_total{outcome="ok",tool="say_hello"} 1.0' in page
        assert 'pulpo_tool_calls_total{outcome="error",tool="say_hello"} 0.0' in page
        assert 'pulpo_orchestrator_requests_total{outcome="ok",served_by="stable",variant="stable"} 1.0' in page
        assert 'pulpo_plugins{state="active"} 2.0' in page
    wanted = {"accept": "application/openmetrics-text;version=1.0.0,*/*;q=0.1"}
    page = (await client.get("/metrics", headers=wanted)).text
    assert page.endswith("# EOF\n")


async def test_before_the_start_and_after_the_end_requests_are_sent_back(served: Served) -> None:
    app = create_app(served.settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as early:
        assert (await early.get("/health/live")).status_code == 503
