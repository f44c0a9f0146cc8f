"""Who may call: the keyless demo, and keys with scopes."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator

import httpx
import pytest

import pulpo
from pulpo.http import auth
from pulpo.store import keys

from .conftest import Serve, Served


async def make_key(served: Served, *scopes: str, workspace: str = "demo") -> dict[str, str]:
    database = served.app.state.system.database
    _, secret = await database.write(
        lambda connection: keys.create_key(
            connection, workspace_id=workspace, name="", scopes=scopes, now=time.time(), rng=secrets.token_bytes
        )
    )
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture
async def guarded(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """An application that believes nothing for longer than a request, with one key for chats."""
    monkeypatch.setattr(auth, "KEY_SECONDS", 0)
    monkeypatch.setattr(auth, "DEMO_SECONDS", 0)
    async with serve(workspaces={"other": {"name": "Other"}}) as served:
        served.client.headers.update(await make_key(served, "chat"))
        yield served


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "LOCALHOST"])
async def test_the_demo_answers_on_loopback(client: httpx.AsyncClient, host: str) -> None:
    answered = await client.post("/chat", json={"message": "hi"}, headers={"host": host})
    assert answered.status_code == 200
    assert (await client.get("/plugins", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "localhost.evil.example"},
        {"host": "127.0.0.1.nip.io"},
        {"host": "0.0.0.0:8000"},
        {"host": "localhost:8000:1"},
        {"forwarded": "for=1.2.3.4"},
        {"x-forwarded-for": "1.2.3.4"},
        {"x-forwarded-proto": "https"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "https://localhost:8000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://localhost:8000"},
        {"authorization": "Bearer pulpo_nonsense"},
        {"authorization": "Basic YTpi"},
    ],
)
async def test_the_demo_answers_nobody_else(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    refused = await client.post("/chat", json={"message": "hi"}, headers=headers)
    assert refused.status_code in {400, 401}
    assert refused.headers["content-type"] == "application/problem+json"
    assert (await client.get("/conversations")).json()["conversations"] == []


async def test_the_demo_answers_its_own_pages(client: httpx.AsyncClient) -> None:
    for host in ("localhost:8000", "[::1]:1"):
        for said in ({"origin": f"http://{host}"}, {"origin": "null", "sec-fetch-site": "same-origin"}):
            own = {"host": host, **said}
            assert (await client.post("/chat", json={"message": "hi"}, headers=own)).status_code == 200


async def test_another_site_s_page_cannot_use_the_demo_by_an_operation_without_a_body(serve: Serve) -> None:
    """Which its browser lets it send without asking us, for no type of content is in the way."""
    called: list[str] = []

    async def switch(request: pulpo.RouteRequest) -> None:
        called.append(request.workspace.id)

    route = pulpo.Route(method="POST", path="/toy/switch", scope="admin", handler=switch, summary="", status=204)
    async with serve(routes=[route]) as served:
        refused = await served.client.post("/toy/switch", headers={"origin": "https://evil.example"})
        assert (refused.status_code, called) == (401, [])
        assert (await served.client.post("/toy/switch")).status_code == 204
    assert called == ["demo"]


async def test_two_hosts_do_not_pass_as_one(client: httpx.AsyncClient) -> None:
    request = client.build_request("GET", "/plugins")
    request.headers = httpx.Headers([("host", "localhost"), ("host", "evil.example")])
    assert (await client.send(request)).status_code == 401


async def test_the_demo_is_for_loopback_alone(serve: Serve) -> None:
    async with serve(host="0.0.0.0") as served:  # noqa: S104 - that it is refused is the point
        assert (await served.client.get("/plugins")).status_code == 401
        assert (await served.client.get("/health/ready")).status_code == 200


async def test_the_first_key_ends_the_demo_for_good(guarded: Served) -> None:
    (record,) = await guarded.app.state.system.database.read(keys.list_keys)
    refused = await guarded.client.get("/plugins", headers={"authorization": ""})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    await guarded.app.state.system.database.write(lambda it: keys.revoke_key(it, record.id, now=time.time()))
    del guarded.client.headers["authorization"]
    assert (await guarded.client.get("/plugins")).status_code == 401


async def test_a_revoked_key_is_refused(guarded: Served) -> None:
    assert (await guarded.client.post("/chat", json={"message": "hi"})).status_code == 200
    (record,) = await guarded.app.state.system.database.read(keys.list_keys)
    await guarded.app.state.system.database.write(lambda it: keys.revoke_key(it, record.id, now=time.time()))
    assert (await guarded.client.post("/chat", json={"message": "hi"})).status_code == 401


SCOPED = [
    ("POST", "/chat", {"chat", "channel", "admin"}),
    ("GET", "/conversations", {"admin"}),
    ("GET", "/plugins", {"metrics", "admin"}),
    ("GET", "/metrics/health", {"metrics", "admin"}),
    ("GET", "/metrics/slo/status", {"metrics", "admin"}),
    ("GET", "/metrics/alerts/active", {"metrics", "admin"}),
    ("GET", "/metrics/tools/performance", {"metrics", "admin"}),
    ("GET", "/metrics/overview", {"metrics", "admin"}),
]


@pytest.mark.parametrize("scope", keys.SCOPES)
async def test_a_key_opens_what_its_scope_says_and_no_more(guarded: Served, scope: str) -> None:
    headers = await make_key(guarded, scope)
    for method, path, allowed in SCOPED:
        body = {"json": {"message": "hi"}} if method == "POST" else {}
        answered = await guarded.client.request(method, path, headers=headers, **body)
        assert answered.status_code == (200 if scope in allowed else 403), (scope, path)


@pytest.mark.parametrize("path", ["/", "/docs", "/health/live", "/health/ready", "/metrics/prometheus", "/metrics"])
async def test_some_pages_need_no_key(guarded: Served, path: str) -> None:
    del guarded.client.headers["authorization"]
    assert (await guarded.client.get(path)).status_code == 200


async def test_a_workspace_sees_nothing_of_another(guarded: Served) -> None:
    theirs = await make_key(guarded, "admin", workspace="other")
    mine = (await guarded.client.post("/chat", json={"message": "hi"})).json()["conversation_id"]
    address = f"/conversations/{mine}"
    assert (await guarded.client.get(address)).status_code == 200
    assert (await guarded.client.get(address, headers=theirs)).status_code == 404
    assert (await guarded.client.delete(address, headers=theirs)).status_code == 404
    answered = await guarded.client.post("/chat", json={"message": "hi", "conversation_id": mine}, headers=theirs)
    assert answered.status_code == 404
    assert (await guarded.client.get("/conversations", headers=theirs)).json() == {"conversations": []}


async def test_a_key_of_a_workspace_that_is_gone_says_so(guarded: Served) -> None:
    headers = await make_key(guarded, "chat", workspace="gone")
    refused = await guarded.client.post("/chat", json={"message": "hi"}, headers=headers)
    assert refused.status_code == 403
    assert "'gone'" in refused.json()["detail"]


async def test_only_a_channel_may_speak_for_a_user(guarded: Served) -> None:
    body = {"message": "hi", "user_id": "ana"}
    await guarded.client.post("/chat", json=body)
    await guarded.client.post("/chat", json=body, headers=await make_key(guarded, "channel"))
    assert guarded.toy.users == [None, "ana"]


async def test_a_visitor_is_known_by_the_cookie_of_the_page(guarded: Served) -> None:
    page = await guarded.client.get("/")
    assert "HttpOnly" in page.headers["set-cookie"]
    assert "SameSite=Strict" in page.headers["set-cookie"]
    assert "Secure" not in page.headers["set-cookie"], "or no browser would send it back by http"
    first = (await guarded.client.post("/chat", json={"message": "hi"})).json()["conversation_id"]
    assert "set-cookie" not in (await guarded.client.get("/")).headers
    (visitor,) = guarded.toy.users
    assert visitor is not None
    assert visitor.startswith("web_")
    assert (await guarded.client.get(f"/conversations/{first}")).status_code == 200
    guarded.client.cookies.clear()
    assert (await guarded.client.get(f"/conversations/{first}")).status_code == 404
    page = await guarded.client.get("/", headers={"X-Forwarded-Proto": "https"})
    assert page.headers["set-cookie"].endswith("; Secure")


async def test_a_forged_cookie_is_nobody(guarded: Served) -> None:
    await guarded.client.get("/")
    cookie = guarded.client.cookies["pulpo_user"]
    forged = f"web_{'0' * 32}.{cookie.partition('.')[2]}"
    guarded.client.cookies.clear()
    await guarded.client.post("/chat", json={"message": "hi"}, headers={"cookie": f"pulpo_user={forged}"})
    assert guarded.toy.users == [None]


async def test_the_demo_may_name_its_user(served: Served) -> None:
    await served.client.post("/chat", json={"message": "hi", "user_id": "ana"})
    assert served.toy.users == ["ana"]
