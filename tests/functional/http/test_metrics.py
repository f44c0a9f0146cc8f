"""Objectives, alerts and tools, as measured; and what is said while nothing was."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from pulpo.http.metrics import seen
from pulpo.observability.alerts import judge
from pulpo.observability.slo import LATENCY, OBJECTIVES, WINDOWS
from pulpo.store.counts import add_turns
from pulpo.store.outcomes import Outcome


async def test_without_a_turn_nothing_is_claimed(client: httpx.AsyncClient) -> None:
    slo = (await client.get("/metrics/slo/status")).json()
    assert (slo["source"], slo["note"]) == ("store", "No turn has been counted yet.")
    assert [it["name"] for it in slo["objectives"]] == [it.name for it in OBJECTIVES]
    assert {it["ratio"] for it in slo["objectives"]} == {it["budget_left"] for it in slo["objectives"]} == {None}
    assert (await client.get("/metrics/alerts/active")).json()["alerts"] == []
    (tool,) = (await client.get("/metrics/tools/performance")).json()["tools"]
    assert (tool["name"], tool["calls"], tool["p95_seconds"]) == ("say_hello", 0, None)


async def test_what_happened_is_told(client: httpx.AsyncClient) -> None:
    said = [
        (await client.post("/chat", json={"message": message})).json() for message in ("greet Ana", "hi", "hi", "break")
    ]
    assert LATENCY.seconds is not None
    late = sum(answer["duration_ms"] > LATENCY.seconds * 1000 for answer in said)  # none, or the machine stood still
    found = await counted(client, 4)
    assert (found["availability"]["good"], found["availability"]["total"]) == (3, 4)
    assert found["availability"]["met"] is False
    assert found["availability"]["windows"]["5m"]["bad_ratio"] == 0.25
    assert found["availability"]["windows"]["5m"]["burn_rate"] == 250
    assert found["latency"]["ratio"] == 1 - late / 4
    assert set(found["error_rate"]["windows"]) == set(WINDOWS)
    alerts = (await client.get("/metrics/alerts/active")).json()
    assert (alerts["source"], alerts["window_seconds"]) == ("store", 300)
    assert alerts["alerts"][0]["summaries"]["es"].startswith("Más del 5 %")
    fired = [it for it in alerts["alerts"] if not late or it["name"] != "PulpoLatencyHigh"]
    assert [(it["name"], it["severity"], it["value"]) for it in fired] == [("PulpoErrorRateHigh", "warning", 0.25)]
    tools = (await client.get("/metrics/tools/performance")).json()
    assert (tools["tools"][0]["calls"], tools["tools"][0]["outcomes"]) == (1, {"ok": 1})
    assert tools["tools"][0]["p95_seconds"] > 0


async def test_what_another_replica_counted_is_judged_too(served: Any) -> None:
    system = served.app.state.system
    now = system.clock()
    bad = [ended(at=now - 1, outcome="error", seconds=4.0) for _ in range(6)]
    good = [ended(at=now - 1, outcome="ok", seconds=0.1) for _ in range(60)]
    await system.store.together(lambda run: add_turns(run, [*bad, *good]))
    alerts = (await served.client.get("/metrics/alerts/active")).json()
    assert [it["name"] for it in alerts["alerts"]] == ["PulpoErrorRateHigh", "PulpoLatencyHigh"]
    assert alerts["source"] == "store"
    assert judge(seen(system)) == (), "this process saw none of it"


async def test_turns_before_the_window_are_not_judged(served: Any) -> None:
    system = served.app.state.system
    bad = [ended(at=system.clock() - 361, outcome="error", seconds=0.1) for _ in range(6)]
    await system.store.together(lambda run: add_turns(run, bad))
    assert (await served.client.get("/metrics/alerts/active")).json()["alerts"] == []


async def test_a_window_too_short_for_minutes_is_the_process_own(serve: Any) -> None:
    async with serve(alert_window=30) as served:
        assert (await served.client.get("/metrics/alerts/active")).json()["source"] == "process"


def ended(*, at: float, outcome: str, seconds: float) -> Outcome:
    names = {"workspace_id": "demo", "conversation_id": "c", "variant": "stable", "served_by": "stable"}
    rest = {"rollout": "", "step": 0, "unit": "", "tool_errors": 0, "limited": 0, "tokens": 0, "goal": ""}
    return Outcome(at=at, outcome=outcome, seconds=seconds, goal_state="", **names, **rest)  # type: ignore[arg-type]


async def test_an_open_breaker_is_an_alert_and_is_told_of_its_own_workspace(served: Any) -> None:
    breakers = served.app.state.system.breakers
    breakers.force("demo", "say_hello", "open")
    breakers.force("other", "say_hello", "open")
    (alert,) = (await served.client.get("/metrics/alerts/active")).json()["alerts"]
    assert (alert["name"], alert["value"], alert["labels"]) == ("PulpoCircuitBreakerOpen", 2, {"state": "open"})
    (tool,) = (await served.client.get("/metrics/tools/performance")).json()["tools"]
    assert [(it["workspace"], it["state"]) for it in tool["breakers"]] == [("demo", "open")]


async def test_the_caller_s_trace_is_an_exemplar(client: httpx.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    await client.post("/chat", json={"message": "hi"}, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    page = (await client.get("/metrics", headers={"accept": "application/openmetrics-text"})).text
    assert f'trace_id="{trace}"' in page


async def test_a_prometheus_is_asked_and_named(serve: Any) -> None:
    alert = {
        "labels": {"alertname": "PulpoTargetDown", "severity": "critical", "instance": "a"},
        "annotations": {"summary": "Down", "runbook_url": "x"},
        "state": "firing",
        "activeAt": "2030-01-01T00:00:00Z",
        "value": "0e+00",
    }
    samples = [
        {"metric": {"of": "availability/1h/bad"}, "value": [0, "2"]},
        {"metric": {"of": "availability/1h/total"}, "value": [0, "1000"]},
    ]
    answers = {
        "/api/v1/query": {"data": {"result": samples}},
        "/api/v1/alerts": {"data": {"alerts": [alert, {**alert, "state": "pending"}]}},
    }
    with prometheus(answers) as url:
        async with serve(prometheus_url=url) as served:
            slo = (await served.client.get("/metrics/slo/status")).json()
            alerts = (await served.client.get("/metrics/alerts/active")).json()
    assert (slo["source"], slo["objectives"][0]["windows"]["1h"]["burn_rate"]) == ("prometheus", 2.0)
    assert slo["objectives"][0]["ratio"] is None
    assert alerts["source"] == "prometheus"
    (fired,) = alerts["alerts"]
    assert (fired["name"], fired["labels"], fired["since"]) == (
        "PulpoTargetDown",
        {"instance": "a"},
        "2030-01-01T00:00:00Z",
    )


async def test_while_prometheus_is_away_our_own_counts_are_told_as_such(serve: Any) -> None:
    async with serve(prometheus_url="http://127.0.0.1:9") as served:
        for path in ("slo/status", "alerts/active"):
            answer = (await served.client.get(f"/metrics/{path}")).json()
            assert answer["source"] == "store"
            assert "http://127.0.0.1:9 does not answer" in answer["note"]
            assert answer["notes"]["es"].startswith("Prometheus no responde")


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 OK\r\n\r\n<html>", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", b"SSH-2.0\r\n"]
    + [b"HTTP/1.1 200 OK\r\n\r\n" + body for body in (b"[]", b'{"data":{"result":[{}],"alerts":[{}]}}', b'{"data":1}')],
)
async def test_what_is_no_prometheus_is_told_as_such_and_our_own_counts_are_shown(serve: Any, answer: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(speak, "127.0.0.1", 0)
    host, port = listening.sockets[0].getsockname()
    async with listening, serve(prometheus_url=f"http://{host}:{port}") as served:
        for path in ("slo/status", "alerts/active"):
            answered = await served.client.get(f"/metrics/{path}")
            assert (answered.status_code, answered.json()["source"]) == (200, "store")
            assert f"http://{host}:{port}" in answered.json()["note"]


async def test_a_prometheus_that_wants_a_password_gets_it(serve: Any) -> None:
    told: list[str | None] = []
    with prometheus({"/api/v1/alerts": {"data": {"alerts": []}}}, told=told) as url:
        async with serve(prometheus_url=url.replace("//", "//ana:open%2Fsesame@")) as served:
            alerts = (await served.client.get("/metrics/alerts/active")).json()
    assert (alerts["source"], told) == ("prometheus", ["Basic YW5hOm9wZW4vc2VzYW1l"])  # ana:open/sesame


# Without a port urllib would take the password for it, and quote it; `.invalid` is nobody's (RFC 2606).
@pytest.mark.parametrize("place", ["127.0.0.1:9", "prometheus.invalid"])
async def test_the_password_of_a_prometheus_is_not_told(serve: Any, place: str) -> None:
    async with serve(prometheus_url=f"http://ana:open-sesame@{place}") as served:
        answered = await served.client.get("/metrics/slo/status")
    assert answered.json()["source"] == "store"
    assert "sesame" not in answered.text


async def counted(client: httpx.AsyncClient, turns: int) -> dict[str, Any]:
    """The objectives by name, once the counts (which lag some seconds) hold so many turns."""
    limit = time.monotonic() + 60
    while True:
        objectives = (await client.get("/metrics/slo/status")).json()["objectives"]
        if objectives[0]["total"] == turns or time.monotonic() > limit:
            return {it["name"]: it for it in objectives}
        await asyncio.sleep(0.1)


@contextmanager
def prometheus(answers: dict[str, Any], *, told: list[str | None] | None = None) -> Iterator[str]:
    """A server that gives Prometheus' answers; in ``told``, who each asker said to be."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if told is not None:
                told.append(self.headers["authorization"])
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = json.dumps(answers[self.path]).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
