"""The canary over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import pulpo_canary.plugin as strategies
from pulpo.settings.model import CanarySettings, RolloutSettings
from pulpo.store.keys import create_key

STATUS, CONFIG = "/metrics/canary/status", "/metrics/canary/config"
PLUGINS: list[tuple[str, object]] = [("strategies", strategies)]


@pytest.fixture
async def client(serve: Any) -> Any:
    async with serve(plugins=PLUGINS) as served:
        yield served.client


async def test_fields_are_changed_in_part_and_told_with_their_source(client: httpx.AsyncClient) -> None:
    changed = await client.post(CONFIG, json={"percentage": 0.2, "enabled": True})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"1"')
    status = (await client.get(STATUS)).json()
    assert status == changed.json()
    assert (status["share"], status["off"], status["revision"]) == (0.2, None, 1)
    assert (status["fields"]["percentage"]["source"], status["fields"]["strategy"]["source"]) == ("api", "default")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"percentage": 10}, "write 0.1 for 10 %"),
        ({"percentage": "0.1"}, "must be a number, not text"),
        ({"strategy": "typo"}, "known are: all, geographic"),
        ({"kill": True}, "no field `kill`"),
        ({"percentage": 0.1, "settings": {"regions": ["AR"]}}, "canary.settings.regions"),
    ],
)
async def test_what_does_not_fit_is_refused_with_what_would(
    client: httpx.AsyncClient, body: dict[str, Any], said: str
) -> None:
    refused = await client.post(CONFIG, json=body)
    assert refused.status_code == 400
    assert said in refused.json()["detail"]


async def test_a_stale_if_match_gets_412(client: httpx.AsyncClient) -> None:
    etag = (await client.get(STATUS)).headers["etag"]
    assert (await client.post(CONFIG, json={"enabled": True}, headers={"If-Match": etag})).status_code == 200
    stale = await client.post(CONFIG, json={"percentage": 0.9}, headers={"If-Match": etag})
    assert (stale.status_code, "revision 1" in stale.json()["detail"]) == (412, True)
    assert (await client.post(CONFIG, json={"percentage": 0.9}, headers={"If-Match": "*"})).status_code == 200
    assert (await client.post(CONFIG, json={"percentage": 0.9}, headers={"If-Match": "x"})).status_code == 400


async def test_killed_and_resumed_with_running_conversations_too(client: httpx.AsyncClient) -> None:
    async def variant(conversation: str | None = None) -> tuple[str, str]:
        body = {"message": "hola", "conversation_id": conversation} if conversation else {"message": "hola"}
        answer = await client.post("/chat", json=body)
        return answer.headers["x-pulpo-variant"], answer.json()["conversation_id"]

    await client.post(CONFIG, json={"enabled": True, "strategy": "all"})
    assigned, conversation = await variant()
    killed = await client.post("/metrics/canary/kill", json={"reason": "errors"})
    assert (killed.json()["off"], killed.json()["killed"]["reason"]) == ("killed", "errors")
    assert (assigned, (await variant(conversation))[0]) == ("canary", "stable")
    resumed = await client.post("/metrics/canary/resume", json={})
    assert (resumed.json()["off"], (await variant())[0]) == (None, "canary")


async def test_a_form_of_somebody_else_s_page_cannot_kill(client: httpx.AsyncClient) -> None:
    assert (await client.post("/metrics/canary/kill", data={"reason": "x"})).status_code == 415


async def test_the_log_says_who_and_notices_tampering(client: httpx.AsyncClient, serve: Any) -> None:
    await client.post(CONFIG, json={"enabled": True})
    await client.post("/metrics/canary/unset", json={"names": ["enabled"]})
    log = (await client.get("/metrics/canary/audit", params={"verify": "true"})).json()
    assert [(it["action"], it["after"]) for it in log["entries"]] == [
        ("unset", {"enabled": None}),
        ("set", {"enabled": {"value": True, "source": "api"}}),
    ]
    assert log["intact"] is True


async def test_changing_takes_the_scope_admin_and_is_written_down_under_the_key(serve: Any) -> None:
    async with serve(plugins=PLUGINS) as served:
        database = served.app.state.system.database

        def make(scope: str) -> Any:
            given = {"workspace_id": "demo", "name": "", "scopes": [scope], "now": 1.0}
            return lambda connection: create_key(connection, **given, rng=lambda n: scope.encode().ljust(n, b"x"))

        ids = {scope: await database.write(make(scope)) for scope in ("metrics", "admin")}
        header = {scope: {"Authorization": f"Bearer {secret}"} for scope, (_, secret) in ids.items()}
        for scope, expected in (("metrics", 403), ("admin", 200)):
            changed = await served.client.post(CONFIG, json={"enabled": True}, headers=header[scope])
            assert changed.status_code == expected
        assert (await served.client.get(STATUS, headers=header["metrics"])).status_code == 200
        log = (await served.client.get("/metrics/canary/audit", headers=header["admin"])).json()
        assert log["entries"][0]["actor"] == f"key {ids['admin'][0]}"


@pytest.mark.parametrize(
    ("region", "header", "expected"),
    [
        ("AR", "es", "canary"),
        (None, "es-md", "canary"),
        (None, "FR", "stable"),
        (None, "XX", "stable"),
        ("FR", "ES", "stable"),
    ],
)
async def test_a_region_is_the_message_s_else_the_proxy_s(
    serve: Any, region: str | None, header: str, expected: str
) -> None:
    canary = {"enabled": True, "percentage": 1.0, "strategy": "geographic", "settings": {"regions": ["AR", "ES"]}}
    async with serve(plugins=PLUGINS, canary=canary, region_header="X-Country") as served:
        body = {"message": "hola"} | ({"region": region} if region else {})
        answer = await served.client.post("/chat", json=body, headers={"X-Country": header})
    assert answer.headers.get("x-pulpo-variant") == expected, answer.text


async def test_people_decide_about_a_rollout(serve: Any) -> None:
    plan = CanarySettings(enabled=True, rollout=RolloutSettings(steps=(0.5, 1.0), minimum_time=3600))
    async with serve(plugins=PLUGINS, canary=plan) as served:
        system = served.app.state.system
        await system.rollouts.tick()

        async def decide(action: str, reason: str = "") -> httpx.Response:
            return await served.client.post("/metrics/canary/rollout", json={"action": action, "reason": reason})

        paused = await decide("pause", "lunch")
        assert paused.status_code == 200
        assert paused.json()["rollout"]["rollout"]["state"] == "paused"
        assert paused.json()["rollout"]["rollout"]["reason"] == "lunch"
        again = await decide("pause")
        assert (again.status_code, again.json()["title"]) == (409, "Not possible now")
        assert (await decide("resume")).json()["rollout"]["rollout"]["state"] == "progressing"
        assert (await decide("promote")).json()["share"] == 1.0
        aborted = (await decide("abort", "not so sure")).json()
        assert (aborted["share"], aborted["rollout"]["rollout"]["state"]) == (0.0, "aborted")
        assert (await decide("forget")).status_code == 400
        log = (await served.client.get("/metrics/canary/audit?verify=true")).json()
        assert log["intact"]
        assert log["entries"][0]["action"] == "rollout aborted"
        assert log["entries"][0]["actor"] == "keyless, on this machine"


@pytest.mark.parametrize(
    ("strategy", "few"), [("workspace", {"expected": 1, "needed": 435, "of": "workspaces"}), ("percentage", None)]
)
async def test_whoever_compares_businesses_is_told_that_they_are_too_few(serve: Any, strategy: str, few: Any) -> None:
    plan = CanarySettings(enabled=True, strategy=strategy, rollout=RolloutSettings(steps=(0.5, 1.0)))
    async with serve(plugins=PLUGINS, canary=plan) as served:
        await served.app.state.system.rollouts.tick()
        assert (await served.client.get(STATUS)).json()["rollout"]["shortage"] == few


async def test_without_a_rollout_there_is_nothing_to_decide(client: httpx.AsyncClient) -> None:
    refused = await client.post("/metrics/canary/rollout", json={"action": "abort"})
    assert refused.status_code == 409
    assert "[canary.rollout]" in refused.json()["detail"]
