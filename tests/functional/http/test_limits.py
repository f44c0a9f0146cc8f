"""Rate limits as clients meet them."""

from __future__ import annotations

import re

import httpx
import pytest

from pulpo.resilience import limits

CHAT = {"message": "hola"}


class Clock:
    """Monotonic seconds of the limits, which pass as a test says: on a busy machine a minute may be over too soon."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "monotonic", clock)
    return clock


@pytest.mark.parametrize(("language", "said"), [("es", "Envías mensajes"), ("en", "You send messages")])
async def test_who_sends_too_much_is_told_when_to_come_back(serve, language: str, said: str) -> None:
    async with serve(rate_limit={"workspace": "2/minute"}) as served:
        first, second, third = [
            await served.client.post("/chat", json=CHAT, headers={"accept-language": language}) for _ in range(3)
        ]
        assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
        assert first.headers["ratelimit-policy"] == '"workspace";q=2;w=60'
        assert re.fullmatch(r'"workspace";r=1;t=\d+', first.headers["ratelimit"])
        assert re.fullmatch(r'"workspace";r=0;t=\d+', third.headers["ratelimit"])
        assert third.headers["content-type"] == "application/problem+json"
        assert 1 <= int(third.headers["retry-after"]) <= 120
        assert said in third.json()["detail"]
        assert len(served.toy.users) == 2, "no turn was begun for the third"
        page = (await served.client.get("/metrics")).text
        assert 'pulpo_rate_limit_hits_total{scope="workspace"} 1.0' in page
        assert 'pulpo_rate_limit_hits_total{scope="user"} 0.0' in page


async def test_whatever_writes_is_counted_and_what_reads_is_not(serve) -> None:
    """A key that a script runs away with cannot keep the database busy by another door."""
    order = {"state": "closed"}
    async with serve(rate_limit={"workspace": "2/minute"}) as served:
        url = "/admin/breakers/demo/say_hello"
        first, second, third = [(await served.client.post(url, json=order)) for _ in range(3)]
        assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
        assert "You send requests" in third.json()["detail"]
        assert 1 <= int(third.headers["retry-after"]) <= 120
        assert (await served.client.post("/chat", json=CHAT)).status_code == 429, "they share the limit"
        assert {(await served.client.get("/admin/breakers")).status_code for _ in range(3)} == {200}


async def test_a_refusal_is_not_stored_under_the_key_of_its_message(serve, clock: Clock) -> None:
    async with serve(rate_limit={"workspace": "1/minute"}) as served:
        answers = []
        for seconds in (0.0, 1.0, 120.0):
            clock.now += seconds
            answers.append(await served.client.post("/chat", json=CHAT, headers={"idempotency-key": f"k{seconds > 0}"}))
        assert [it.status_code for it in answers] == [200, 429, 200]
        assert len(served.toy.users) == 2


async def test_without_limits_nothing_is_said_of_them(client: httpx.AsyncClient) -> None:
    assert not [name for name in (await client.post("/chat", json=CHAT)).headers if "ratelimit" in name]


async def test_a_tool_that_is_called_too_often_is_limited_and_the_user_told(serve) -> None:
    async with serve(rate_limit={"tools": {"say_hello": "1/hour"}}) as served:
        answers = [
            (await served.client.post("/chat", json={"message": "greet Ana", "locale": locale})).json()
            for locale in ("es", "es", "en")
        ]
        assert [answer["tool_calls"][0]["outcome"] for answer in answers] == ["ok", "limited", "limited"]
        assert "Ahora mismo no puedo hacer esto: say_hello" in answers[1]["reply"]
        assert "I can't do this right now: say_hello" in answers[2]["reply"]
        page = (await served.client.get("/metrics")).text
        assert 'pulpo_rate_limit_hits_total{scope="tool"} 2.0' in page
        assert 'pulpo_tool_calls_total{outcome="limited",tool="say_hello"} 2.0' in page
        states = [it["state"] for it in (await served.client.get("/admin/breakers")).json()["breakers"]]
        assert states == ["closed"], "a limit says nothing about the tool's health"


async def test_health_says_that_replicas_count_alone(serve, free_port: int) -> None:
    async with serve(rate_limit={"url": f"redis://127.0.0.1:{free_port}", "workspace": "9/minute"}) as served:
        assert (await served.client.post("/chat", json=CHAT)).status_code == 200
        health = (await served.client.get("/metrics/health")).json()
        assert health["status"] == "degraded"
        assert [trouble["part"] for trouble in health["troubles"]] == ["rate limits"]
        assert "pulpo_rate_limit_degraded 1.0" in (await served.client.get("/metrics")).text
