"""Breakers over HTTP: seen, forced, and felt in the chat."""

from __future__ import annotations

import httpx
import pytest

import pulpo
from pulpo.http.app import create_app
from pulpo.plugins import load_plugins
from pulpo.settings import Settings

BOOK = "/admin/breakers/demo/book"


class Salon:
    """A plugin whose planner uses a tool while it may."""

    config = None
    name = "salon"
    handlers: dict[type[pulpo.Event], object]

    def __init__(self) -> None:
        self.events: list[pulpo.Event] = []
        self.handlers = {pulpo.BreakerForced: self.events.append}

    def build(self, _config, _tools):
        return self

    async def next_step(self, context):
        if "book" in context.tools and not context.results:
            yield pulpo.Calls((pulpo.ToolCall("1", "book", {}),))
        else:
            yield pulpo.Answer(context.results[-1].result.text if context.results else "¿Algo más?")

    @pulpo.hookimpl
    def pulpo_register_planners(self):
        return [self]

    @pulpo.hookimpl
    def pulpo_register_metric_sinks(self):
        return [self]

    @pulpo.hookimpl
    def pulpo_register_tools(self):
        @pulpo.tool(read_only=True, title={"es": "reservar una cita", "en": "book an appointment"})
        async def book() -> str:
            """Book."""
            return "booked"

        return [book]


@pytest.fixture
def salon() -> Salon:
    return Salon()


@pytest.fixture
async def client(salon, tmp_path):
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/pulpo.db",
        variants={"stable": {"planner": "salon"}},
        breakers={"slow": 3600},  # no call is, however busy the machine
        log_level="error",
    )
    app = create_app(settings, catalogue=load_plugins(only={"pulpo_prometheus"}, extra=[("salon", salon)]))
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8000") as client,
    ):
        yield client


async def said(client: httpx.AsyncClient, message: str, locale: str) -> str:
    answer = await client.post("/chat", json={"message": message, "locale": locale})
    assert answer.status_code == 200
    reply: str = answer.json()["reply"]
    return reply


async def test_every_tool_is_listed_with_what_its_breaker_knows(client) -> None:
    await said(client, "hola", "es")
    (breaker,) = (await client.get("/admin/breakers")).json()["breakers"]
    assert breaker.pop("since")
    assert breaker == {
        "workspace": "demo",
        "tool": "book",
        "state": "closed",
        "calls": 1,
        "failure_rate": 0.0,
        "slow_rate": 0.0,
        "next_probe": None,
        "forced": False,
        "reason": "",
        "by": "",
    }


async def test_a_tool_that_is_forced_open_leaves_the_list_and_the_user_is_told_in_both_languages(client, salon) -> None:
    assert await said(client, "hola", "es") == "booked"
    forced = (await client.post(BOOK, json={"state": "open"})).json()
    assert (forced["state"], forced["forced"], forced["next_probe"]) == ("open", True, None)
    assert "Ahora mismo no puedo hacer esto: reservar una cita." in await said(client, "quiero una cita", "es")
    assert "I can't do this right now: book an appointment." in await said(client, "I want an appointment", "en")
    assert salon.events == [pulpo.BreakerForced("demo", "book", "open", "")]
    await client.post(BOOK, json={"state": "half_open"})
    assert await said(client, "hola", "es") == "booked"
    assert [it["state"] for it in (await client.get("/admin/breakers")).json()["breakers"]] == ["closed"]


async def test_changes_and_open_breakers_are_on_the_page_for_prometheus(client) -> None:
    await said(client, "hola", "es")
    page = (await client.get("/metrics")).text
    assert 'pulpo_circuit_breaker_state_changes_total{to="open",tool="book"} 0.0' in page
    await client.post(BOOK, json={"state": "open"})
    page = (await client.get("/metrics")).text
    assert 'pulpo_circuit_breaker_state_changes_total{to="open",tool="book"} 1.0' in page
    assert 'pulpo_active_circuit_breakers{state="open"} 1.0' in page


async def test_a_variant_s_planner_may_be_forced_too_but_not_stable_s(client) -> None:
    forced = (await client.post("/admin/breakers/demo/variant:canary", json={"state": "open"})).json()
    assert (forced["tool"], forced["state"], forced["reason"]) == ("variant:canary", "open", "forced")
    assert "variant:canary" in [it["tool"] for it in (await client.get("/admin/breakers")).json()["breakers"]]
    page = (await client.get("/metrics")).text
    assert 'pulpo_circuit_breaker_state_changes_total{to="open",tool="variant:canary"} 1.0' in page
    assert 'pulpo_circuit_breaker_state_changes_total{to="closed",tool="variant:canary"} 0.0' in page
    assert 'pulpo_tool_calls_total{outcome="ok",tool="variant:canary"}' not in page


@pytest.mark.parametrize(
    "path", ["/admin/breakers/demo/nothing", "/admin/breakers/elsewhere/book", "/admin/breakers/demo/variant:stable"]
)
async def test_what_is_not_there_is_a_problem(client, path) -> None:
    answer = await client.post(path, json={"state": "open"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_state_that_is_none_is_refused(client) -> None:
    answer = await client.post(BOOK, json={"state": "ajar"})
    assert answer.status_code == 400
