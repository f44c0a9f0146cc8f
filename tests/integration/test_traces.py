"""Traces of a real server at a real OTLP endpoint: whole, in the caller's trace, passed on by tools, off by default."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx
import pytest

from support import models
from support.distributions import install
from support.otlp import Collector, Got, collecting
from support.server import Server, running

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"
HEADERS = {
    "traceparent": f"00-{TRACE}-{CALLER}-01",
    "tracestate": "vendor=opaque",
    "baggage": "user=eva",
}

IMPORTS = {"PYTHONPROFILEIMPORTTIME": "1"}
"""The server's log names every module it loads."""

PLUGIN = """
    import pulpo

    @pulpo.tool(read_only=True)
    async def ask(url: str) -> int:
        "Ask another service."
        async with pulpo.http_client(allow=["127.0.0.0/8"]) as client:
            return (await client.get(url)).status_code

    class Planner:
        config = None

        def __init__(self, name, fails):
            self.name, self.fails = name, fails

        def build(self, config, tools):
            return self

        async def next_step(self, context):
            if context.results:
                if self.fails:
                    raise RuntimeError("after its calls")
                yield pulpo.Answer("asked", confidence=0.75)
            else:
                urls = context.turn.text.split()
                yield pulpo.Calls(tuple(pulpo.ToolCall(f"c{n}", "ask", {"url": url}) for n, url in enumerate(urls)))

    @pulpo.hookimpl
    def pulpo_register_tools(settings):
        return [ask]

    @pulpo.hookimpl
    def pulpo_register_planners(settings):
        return [Planner("asking", False), Planner("failing", True)]
"""
TOML = """
[variants.stable]
planner = "asking"
[variants.canary]
planner = "failing"
[canary]
enabled = true
strategy = "user_id"
percentage = 1
[canary.settings]
users = ["eva"]
"""


class Other(NamedTuple):
    """Another service, and the headers of the requests it got."""

    url: str
    got: list[dict[str, str]]


class Place(NamedTuple):
    server: Server
    collector: Collector
    other: Other


@pytest.fixture(scope="module")
def other() -> Iterator[Other]:
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Other(f"http://127.0.0.1:{server.server_port}", got)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("site")
    install(site, "asking", {"asking": PLUGIN}, entries={"asking": "asking"})
    return site


@pytest.fixture(scope="module")
def place(site: Path, other: Other, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with collecting() as collector:
        toml = f'{TOML}\n[plugins.pulpo_otel]\nendpoint = "{collector.url}"\nheaders = {{ Authorization = "Bearer x" }}'
        environ = {"PYTHONPATH": str(site), "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_SERVICE_NAME": "salon"}
        with running(tmp_path_factory.mktemp("server"), toml=toml, environ=environ) as server:
            yield Place(server, collector, other)


def of_trace(place: Place, trace: str, *, spans: int) -> list[Got]:
    """Return the spans of a trace, once there are so many: a batch may end in the middle of a turn."""

    def found(got: list[Got]) -> list[Got]:
        return [span for span in got if span.trace_id == trace]

    return found(place.collector.wait(lambda got: len(found(got)) >= spans))


def test_a_turn_is_one_trace_from_the_caller_to_the_service_a_tool_asks(place: Place) -> None:
    message = {"message": f"{place.other.url}/traced"}
    answer = httpx.post(f"{place.server.url}/chat", json=message, headers=HEADERS, timeout=60)
    assert answer.json()["reply"] == "asked"
    spans = {span.name: span for span in of_trace(place, TRACE, spans=4)}
    turn, tool = spans["invoke_agent pulpo"], spans["execute_tool ask"]
    assert (turn.parent_id, turn.state) == (CALLER, "vendor=opaque")
    assert {tool.parent_id, spans["plan asking"].parent_id} == {turn.span_id}
    assert answer.headers["traceresponse"] == f"00-{TRACE}-{turn.span_id}-01"
    (asked,) = [it for it in place.other.got if it["path"] == "/traced"]
    assert (asked["traceparent"], asked["tracestate"]) == (f"00-{TRACE}-{tool.span_id}-01", "vendor=opaque")
    assert "baggage" not in asked
    assert turn.attributes["gen_ai.agent.version"] == "stable"
    assert turn.attributes["gen_ai.conversation.id"] == answer.json()["conversation_id"]
    assert turn.notes["feature_flag.evaluation"]["feature_flag.result.variant"] == "stable"
    assert turn.resource["service.name"] == "salon"
    assert (place.collector.paths, place.collector.keys) == ({"/v1/traces"}, {"Bearer x"})


def test_spans_are_within_their_parents_and_in_order(place: Place) -> None:
    trace = "7" * 32
    httpx.post(
        f"{place.server.url}/chat",
        json={"message": f"{place.other.url}/a {place.other.url}/b"},
        headers={"traceparent": f"00-{trace}-{CALLER}-01"},
        timeout=60,
    )
    got = of_trace(place, trace, spans=5)
    known = {span.span_id: span for span in got}
    inner = [span for span in got if span.parent_id in known]
    assert len(inner) == 4
    slack = 2_000_000  # ns: the turn's end is taken from another clock than its beginning
    for span in inner:
        above = known[span.parent_id]
        assert above.start - slack <= span.start <= span.end <= above.end + slack, (above, span)
    plans = sorted((it for it in got if it.name == "plan asking"), key=lambda it: it.start)
    tools = [it for it in got if it.name == "execute_tool ask"]
    assert len({tool.span_id for tool in tools}) == len(tools) == 2
    assert all(plans[0].end <= tool.start + slack and tool.end <= plans[1].start + slack for tool in tools)


def test_a_rescue_shows_both_variants(place: Place) -> None:
    trace = "5" * 32
    answer = httpx.post(
        f"{place.server.url}/chat",
        json={"message": f"{place.other.url}/r", "user_id": "eva"},
        headers={"traceparent": f"00-{trace}-{CALLER}-01"},
        timeout=60,
    ).json()
    assert (answer["variant"], answer["served_by"], answer["outcome"]) == ("canary", "stable", "rescued")
    got = of_trace(place, trace, spans=7)
    turn, rescue = (it for it in got if it.name == "invoke_agent pulpo")
    assert [turn.attributes["gen_ai.agent.version"], rescue.attributes["gen_ai.agent.version"]] == ["canary", "stable"]
    assert rescue.parent_id == turn.span_id
    assert turn.notes["exception"]["exception.type"] == "RuntimeError"
    assert {it.parent_id for it in got if it.name == "plan asking"} == {rescue.span_id}


def test_an_exemplar_leads_to_a_trace_that_was_recorded(place: Place) -> None:
    httpx.post(f"{place.server.url}/chat", json={"message": f"{place.other.url}/e"}, timeout=60)
    page = httpx.get(f"{place.server.url}/metrics", headers={"accept": "application/openmetrics-text"}, timeout=60).text
    shown = {part.split('"')[1] for part in page.split("{") if part.startswith("trace_id=")}
    assert shown
    recorded = place.collector.wait(lambda got: shown <= {span.trace_id for span in got})
    assert shown <= {span.trace_id for span in recorded}


def test_what_was_said_is_not_told_unless_asked_for(place: Place) -> None:
    assert place.collector.bodies
    assert place.other.url not in "".join(place.collector.bodies)


def test_a_caller_that_records_nothing_is_followed(place: Place) -> None:
    trace = "6" * 32
    headers = {"traceparent": f"00-{trace}-{CALLER}-00"}
    url = f"{place.server.url}/chat"
    answer = httpx.post(url, json={"message": f"{place.other.url}/no"}, headers=headers, timeout=60)
    assert answer.headers["traceresponse"].startswith(f"00-{trace}-")
    (asked,) = [it for it in place.other.got if it["path"] == "/no"]
    assert asked["traceparent"].startswith(f"00-{trace}-")
    assert asked["traceparent"].endswith("-00")
    later = httpx.post(url, json={"message": f"{place.other.url}/yes"}, timeout=60)
    of_trace(place, later.headers["traceresponse"].split("-")[1], spans=4)
    assert trace not in {span.trace_id for span in place.collector.spans}


def test_a_model_s_server_is_told_the_span_of_its_call(tmp_path: Path) -> None:
    with models.serving(lambda _request: models.Says(text="Abrimos a las nueve.")) as model, collecting() as collector:
        settings = f'base_url = "{model.url}"\nmodel = "m"\n'
        toml = f'[variants.stable]\nplanner = "llm"\n[variants.stable.settings]\n{settings}'
        otel = f'\n[plugins.pulpo_otel]\nendpoint = "{collector.url}"'
        for told in (otel, ""):
            environ = {"OTEL_BSP_SCHEDULE_DELAY": "100"}
            with running(tmp_path, toml=toml + told, environ=environ) as server:
                answer = httpx.post(f"{server.url}/chat", json={"message": "hola"}, headers=HEADERS, timeout=60)
                if told:
                    collector.wait(lambda got: any(span.name == "chat m" for span in got))
            assert answer.json()["reply"] == "Abrimos a las nueve."
        (chat,) = [it for it in collector.spans if it.name == "chat m"]
    traced, passed_on = model.headers
    assert (traced["traceparent"], traced["tracestate"]) == (f"00-{TRACE}-{chat.span_id}-01", "vendor=opaque")
    assert "baggage" not in traced
    assert passed_on["traceparent"] == HEADERS["traceparent"], "of a trace that others record, it is the caller's place"


def test_without_an_endpoint_nothing_is_loaded_and_a_caller_s_trace_is_passed_on(
    site: Path, other: Other, tmp_path: Path
) -> None:
    with running(tmp_path, toml=TOML, environ={"PYTHONPATH": str(site), **IMPORTS}) as server:
        message = {"message": f"{other.url}/plain"}
        answer = httpx.post(f"{server.url}/chat", json=message, headers=HEADERS, timeout=60)
        assert answer.json()["reply"] == "asked"
        assert "traceresponse" not in answer.headers
    assert "pulpo_otel.sink" in server.log_path.read_text()
    assert "opentelemetry.sdk" not in server.log_path.read_text()
    (asked,) = [it for it in other.got if it["path"] == "/plain"]
    assert (asked["traceparent"], asked["tracestate"]) == (HEADERS["traceparent"], "vendor=opaque")


def test_a_collector_that_is_away_costs_no_turn_and_no_stop(site: Path, other: Other, tmp_path: Path) -> None:
    environ = {
        "PYTHONPATH": str(site),
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    }
    with running(tmp_path, toml=TOML, environ=environ) as server:
        message = {"message": f"{other.url}/away"}
        answers = [httpx.post(f"{server.url}/chat", json=message, timeout=60).json() for _ in range(20)]
        assert server.stop() == 0
    assert {answer["outcome"] for answer in answers} == {"ok"}
    took = median(answer["duration_ms"] for answer in answers)
    assert took < 3000, "milliseconds; who waits for the collector waits until it is given up, ten seconds"
    assert "'127.0.0.1', port=9" in server.log_path.read_text(), "that it cannot be reached is logged"
