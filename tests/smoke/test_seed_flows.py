"""The six smoke flows the project began with, end to end over HTTP, one test each and in their order.

Where they say "legacy system" they mean the variant `stable`; the feature flag is ``CANARY_ENABLED``.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.demo import Book, Chat, Demo, spoken
from support.distributions import install
from support.server import Server, running

NewChat = Callable[[str], Chat]

PLUGIN = """
    import pulpo

    class NoDye(pulpo.Policy):
        name = "no_dye"

        async def check_call(self, context, call, tool):
            if tool.name == "book_appointment" and call.arguments["service"] == "color":
                return pulpo.deny("dye", text={"es": "Los tintes no se reservan por chat.", "en": "Dyes: call us."})
            return pulpo.ALLOW

    class Broken:
        name = "broken"
        config = None

        def build(self, config, tools):
            return self

        async def next_step(self, context):
            raise RuntimeError("the new system is broken")
            yield

    @pulpo.hookimpl
    def pulpo_register_policies(settings):
        return [NoDye()]

    @pulpo.hookimpl
    def pulpo_register_planners(settings):
        return [Broken()]
"""
SETTINGS = """
[variants.canary]
planner = "broken"
"""
LEGACY_ONLY = {"CANARY_ENABLED": "false"}
EVERYBODY = {"CANARY_ENABLED": "true", "CANARY_PERCENTAGE": "1.0", "CANARY_STRATEGY": "percentage"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plugin that forbids something, and has a planner that fails."""
    folder = tmp_path_factory.mktemp("site")
    install(folder, "flows", {"flows": PLUGIN}, entries={"flows": "flows"})
    return folder


@pytest.fixture(scope="module")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose feature flag is off."""
    environ = {"PYTHONPATH": str(site), **LEGACY_ONLY}
    with running(tmp_path_factory.mktemp("server"), toml=SETTINGS, environ=environ) as started:
        yield started


@pytest.fixture(scope="module")
def canary(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose feature flag is on for everybody: they all get the planner that fails."""
    environ = {"PYTHONPATH": str(site), **EVERYBODY}
    with running(tmp_path_factory.mktemp("canary"), toml=SETTINGS, environ=environ) as started:
        yield started


def test_service_query_calls_get_services(new_chat: NewChat) -> None:
    chat = new_chat("es")
    assert "Manicura" in chat.say("¿Qué servicios tenéis y cuánto cuestan?")
    assert called(chat) == [("get_services", "ok")]


def test_booking_flow_calls_get_availability_and_book_appointment(
    new_chat: NewChat, book: Book, demo: Demo, days: Iterator[date]
) -> None:
    day = next(days)
    chat = new_chat("es")
    assert "16:00" in chat.say(f"¿Qué horas tenéis para una manicura el {spoken(day, 'es')} por la tarde?")
    assert called(chat) == [("get_availability", "ok")]
    chat.say("a las 16:00, soy Ana García, 612 345 678")
    assert book.rows(chat.user) == []
    assert "16:00" in chat.say("sí")
    assert called(chat) == [("book_appointment", "ok")]
    (row,) = book.rows(chat.user)
    assert (row["service_id"], row["starts_at"]) == ("manicura", demo.at(day, "16:00"))


def test_policy_denial_is_said_and_nothing_is_done(client: httpx.Client, book: Book, days: Iterator[date]) -> None:
    ask = f"Quiero un tinte el {spoken(next(days), 'es')} a las 12:00. Soy Eva Ruiz, 612 345 679"
    denied = say(client, ask, user_id="eva")
    assert denied["outcome"] == "refused", denied["reply"]
    assert "Los tintes no se reservan por chat." in denied["reply"]
    assert [(call["tool"], call["outcome"]) for call in denied["tool_calls"]][-1:] == [("book_appointment", "denied")]
    say(client, "sí", user_id="eva", conversation_id=denied["conversation_id"])
    assert book.rows("eva") == []


def test_fallback_to_the_legacy_system_answers_in_the_same_turn(canary: Server) -> None:
    with httpx.Client(base_url=canary.url, timeout=30) as client:
        answer = say(client, "¿Qué servicios tenéis?")
    assert (answer["variant"], answer["served_by"], answer["outcome"]) == ("canary", "stable", "rescued")
    assert "Manicura" in answer["reply"]
    assert "broken" not in answer["reply"]


def test_feature_flag_switches_between_the_systems(server: Server, client: httpx.Client) -> None:
    conversation = say(client, "hola")["conversation_id"]
    try:
        switch(server, EVERYBODY)
        assert say(client, "hola")["variant"] == "canary"
        # Who began with one system goes on with it, so that nobody is tossed about in the middle of a booking.
        assert say(client, "¿Qué servicios tenéis?", conversation_id=conversation)["variant"] == "stable"
    finally:
        switch(server, LEGACY_ONLY)
    assert say(client, "hola")["variant"] == "stable"


def test_telemetry_is_emitted_as_metrics_and_log_lines(canary: Server) -> None:
    with httpx.Client(base_url=canary.url, timeout=30) as client:
        before = metrics(client)
        answer = say(client, "¿Qué servicios tenéis?")
        after = metrics(client)
    grown = {sample for sample, value in after.items() if value > before.get(sample, 0.0)}
    assert {
        'pulpo_orchestrator_requests_total{outcome="rescued",served_by="stable",variant="canary"}',
        'pulpo_tool_calls_total{outcome="ok",tool="get_services"}',
        'pulpo_tool_execution_duration_seconds_count{tool="get_services"}',
        'pulpo_orchestrator_duration_seconds_count{variant="canary"}',
        'pulpo_planner_duration_seconds_count{planner="rules"}',
    } <= grown
    assert any(sample.startswith("pulpo_policy_duration_seconds_count") for sample in grown)
    mine = logged(canary, answer["turn_id"], last="turn finished")
    told = {marker: [line["event"] for line in mine if line.get("marker") == marker] for marker in MARKERS}
    assert told == {
        "CANARY": ["variant assigned", "turn rescued"],
        "ERROR": ["variant failed"],
        "AGENT_LOOP": ["turn finished"],
    }


MARKERS = ("AGENT_LOOP", "CANARY", "ERROR")
"""What operators grep the log for."""


def say(client: httpx.Client, message: str, **more: str) -> dict[str, Any]:
    response = client.post("/chat", json={"message": message, "locale": "es", **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def logged(server: Server, turn: str, *, last: str) -> list[dict[str, Any]]:
    """The lines about a turn, once ``last`` is one of them: they are written right after its answer is."""
    limit = time.monotonic() + 60
    while True:
        whole, _, _ = server.log_path.read_text("utf-8").rpartition("\n")
        lines = [json.loads(line) for line in whole.splitlines() if line.startswith("{")]
        mine = [line for line in lines if line.get("turn") == turn]
        if any(line["event"] == last for line in mine) or time.monotonic() > limit:
            return mine
        time.sleep(0.05)


def called(chat: Chat) -> list[tuple[str, str]]:
    """The tools of the last turn, and how they ended."""
    return [(call["tool"], call["outcome"]) for call in chat.answers[-1]["tool_calls"]]


def switch(server: Server, flag: Mapping[str, str]) -> None:
    server.stop()
    server.environ = {"PYTHONPATH": server.environ["PYTHONPATH"], **flag}
    server.start()


def metrics(client: httpx.Client) -> dict[str, float]:
    """The samples of the page, labels in order."""
    page = client.get("/metrics/prometheus").text
    samples: dict[str, float] = {}
    for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", page, re.MULTILINE):
        ordered = ",".join(sorted(re.findall(r'\w+="[^"]*"', labels)))
        samples[f"{name}{{{ordered}}}" if ordered else name] = float(value)
    return samples
