"""Secrets and personal data, planted wherever a server meets some, are in none of what it writes and answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from support.distributions import install
from support.otlp import Collector, Got, collecting
from support.server import Server, running
from support.waiting import until

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJldmEifQ.c2VjcmV0c2lnbmF0dXJl"
ENVIRON = {
    "OPENAI_API_KEY": "sk-proj-4bcdEFGHijklMNOPqrst",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE",
    "STRIPE_TOKEN": "quite plain words",
    "CACHE_URL": "redis://:tigers-and-lions@cache/0",
    "PULPO_PLUGINS__LEAKY__PASSWORD": "correct-horse-battery",
}
HEADERS = {
    "Cookie": "session=0f1e2d3c4b5a69788796a5b4",
    "X-Api-Key": "header-secret-31415926",
    "Proxy-Authorization": "Basic dXNlcjpoZWFkZXItcGFzcw==",
}
WRONG_KEY = "pulpo_wrong0123456789wrong0123456789"
OWN = {
    "card": "4111 1111 1111 1111",
    "phone": "+34 600 123 456",
    "mail": "ana.own@example.com",
    "dni": "12345678Z",
    "iban": "ES91 2100 0418 4502 0005 1332",
}
RESULTS = {
    "card": "5500 0000 0000 0004",
    "phone": "677 889 900",
    "mail": "eva.other@example.com",
    "nie": "X1234567L",
    "iban": "GB82 WEST 1234 5698 7654 32",
    "token": JWT,
    "key": "ghp_aBcDeFgHiJkLmNoP1234",
}
RAISED = {
    "tool": "password=swordfish-in-a-tool",
    "tool_key": "AKIAIOSFODNN7EXAMPLE",
    "planner": "postgresql://pulpo:planner-pass@db/pulpo",
    "policy": "api_key: policy-secret-2718",
    "sink": "Authorization: Bearer sink-bearer-1618",
    "library": "token=library-token-5772",
    "lifespan": "secret='lifespan-secret-1414'",
    "import": "passwd=import-secret-1732",
}
VALUES = {
    "planner": "planner-pass",
    "tool": "swordfish-in-a-tool",
    "policy": "policy-secret-2718",
    "sink": "sink-bearer-1618",
    "library": "library-token-5772",
    "lifespan": "lifespan-secret-1414",
    "import": "import-secret-1732",
}
"""The secret part of what is raised, where it is not the whole."""


KINDS = ("[secret]", "[card]", "[phone]", "[e-mail]", "[id]", "[iban]")


class Planted(NamedTuple):
    """What must be nowhere, and the user's own, which only the answers to that user may hold."""

    everywhere: tuple[str, ...] = (
        *(value for name, value in ENVIRON.items() if name != "CACHE_URL"),
        "tigers-and-lions",
        "0f1e2d3c4b5a69788796a5b4",
        "header-secret-31415926",
        "dXNlcjpoZWFkZXItcGFzcw==",
        WRONG_KEY,
        *RESULTS.values(),
        *(VALUES.get(name, value) for name, value in RAISED.items()),
    )
    own: tuple[str, ...] = tuple(OWN.values())


LEAKY = f"""
    import json
    import logging
    import os
    from contextlib import asynccontextmanager

    import pulpo
    from pydantic import BaseModel

    RESULTS = {RESULTS!r}
    RAISED = {RAISED!r}
    ENVIRON = {tuple(ENVIRON)!r}

    class Settings(BaseModel):
        password: str = ""

    @pulpo.hookimpl
    def pulpo_settings():
        return Settings

    @pulpo.tool(read_only=True)
    async def look(card: str, phone: str, mail: str, dni: str, iban: str) -> pulpo.Result:
        "Tell about others."
        logging.getLogger("leaky").warning("looking for %s %s %s", card, phone, RAISED["library"])
        return pulpo.Result(RESULTS, "Otra clienta: " + "; ".join(RESULTS.values()))

    @pulpo.tool(read_only=True)
    async def fail(card: str) -> str:
        "Fail."
        raise RuntimeError(" ".join([card, RAISED["tool"], RAISED["tool_key"], *map(os.environ.get, ENVIRON)]))

    class Policy(pulpo.Policy):
        name = "leaky"

        async def check_message(self, context):
            if context.turn.text == "policy":
                raise RuntimeError(RAISED["policy"])
            return pulpo.ALLOW

    class Sink:
        name = "leaky"
        handlers = {{pulpo.TurnFinished: lambda event: (_ for _ in ()).throw(RuntimeError(RAISED["sink"]))}}

    class Planner:
        name = "leaky"
        config = None

        def build(self, config, tools):
            return self

        async def next_step(self, context):
            word, _, rest = context.turn.text.partition(" ")
            if word == "raise":
                raise RuntimeError(" ".join([RAISED["planner"], rest, *map(os.environ.get, ENVIRON)]))
            if context.results:
                yield pulpo.Answer(context.results[-1].result.text or context.results[-1].error)
            else:
                yield pulpo.Calls((pulpo.ToolCall("c", word, json.loads(rest)),))

    @pulpo.hookimpl
    def pulpo_register_tools(settings):
        return [look, fail]

    @pulpo.hookimpl
    def pulpo_register_policies(settings):
        return [Policy()]

    @pulpo.hookimpl
    def pulpo_register_metric_sinks(settings):
        return [Sink()]

    @pulpo.hookimpl
    def pulpo_register_planners(settings):
        return [Planner()]
"""
AILING = f"""
    from contextlib import asynccontextmanager
    import pulpo

    @pulpo.hookimpl
    @asynccontextmanager
    async def pulpo_lifespan(runtime, settings):
        raise RuntimeError({RAISED["lifespan"]!r})
        yield
"""
UNIMPORTABLE = f"raise ImportError({RAISED['import']!r})"
TOML = """
log_level = "debug"
[variants.stable]
planner = "leaky"
"""


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="module")
def server(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    site = tmp_path_factory.mktemp("site")
    for name, source in {"leaky": LEAKY, "ailing": AILING, "unimportable": UNIMPORTABLE}.items():
        install(site, name, {name: source}, entries={name: name})
    environ = {"PYTHONPATH": str(site), "OTEL_BSP_SCHEDULE_DELAY": "100", **ENVIRON}
    toml = f'{TOML}\n[plugins.pulpo_otel]\ncontent = true\nendpoint = "{collector.url}"'
    with running(tmp_path_factory.mktemp("server"), toml=toml, environ=environ) as started:
        yield started


@pytest.fixture(scope="module")
def answers(server: Server) -> list[dict[str, Any]]:
    """What the chat answers when everything that can go wrong does."""
    card = {"card": OWN["card"]}
    messages = [f"look {json.dumps(OWN)}", f"fail {json.dumps(card)}", f"raise {' '.join(OWN.values())}", "policy"]
    with httpx.Client(base_url=server.url, timeout=60, headers=HEADERS) as client:
        refused = client.post("/chat", json={"message": "hola"}, headers={"Authorization": f"Bearer {WRONG_KEY}"})
        found = [client.post("/chat", json={"message": message}).json() for message in messages]
    return [*found, refused.json()]


def found_in(text: str, planted: tuple[str, ...]) -> list[str]:
    return [each for each in planted if each in text or json.dumps(each)[1:-1] in text]


def told_in(log: str) -> set[str]:
    """Return the events of a log's whole lines."""
    lines = log.rpartition("\n")[0].splitlines()
    return {json.loads(line)["event"] for line in lines if line.startswith("{")}


def test_more_than_twenty_are_planted() -> None:
    assert len(set(Planted().everywhere + Planted().own)) >= 24


def test_the_log_holds_none_of_them(server: Server, answers: list[dict[str, Any]]) -> None:
    wanted = {"variant failed", "tool called", "policy checked", "sink failed", "library", "plugin"}
    until(lambda: wanted <= told_in(server.log_path.read_text("utf-8")))  # answers may be sooner than the log
    text = server.log_path.read_text("utf-8")
    assert [kind for kind in KINDS if kind not in text] == [], "they passed here"
    assert found_in(text, Planted().everywhere + Planted().own) == []


def test_traces_hold_none_of_them_even_with_what_was_said(collector: Collector, answers: list[dict[str, Any]]) -> None:
    def all_told(got: list[Got]) -> bool:
        names = [span.name for span in got]
        turns = sum(name.startswith("invoke_agent") for name in names)
        return turns >= len(answers) - 1 and {"execute_tool look", "execute_tool fail"} <= set(names)

    spans = collector.wait(all_told)
    text = "\n".join(collector.bodies)
    looked = next(span for span in spans if span.name == "execute_tool look")
    assert "[card]" in looked.attributes["gen_ai.tool.call.arguments"], "it passed here"
    assert [kind for kind in (*KINDS[1:], "[key]", "[token]") if kind not in text] == [], "they passed here"
    assert found_in(text, Planted().everywhere + Planted().own) == []


def test_metrics_health_and_plugins_hold_none_of_them(server: Server, answers: list[dict[str, Any]]) -> None:
    pages = ["/metrics/prometheus", "/metrics/health", "/plugins", "/openapi.json", "/health/ready", "/nowhere"]
    text = "\n".join(httpx.get(server.url + page, timeout=60).text for page in pages)
    assert "its lifespan failed" in text
    assert "import failed" in text
    assert found_in(text, Planted().everywhere + Planted().own) == []


def test_answers_hold_nobody_elses(answers: list[dict[str, Any]]) -> None:
    looked = answers[0]
    assert looked["outcome"] == "ok"
    assert looked["reply"].startswith("Otra clienta: [tarjeta]; [teléfono]; [correo];")
    assert looked["tool_calls"][0]["arguments"] == OWN, "what a tool is called with is never changed"
    assert [answer.get("outcome") for answer in answers[1:4]] == ["ok", "error", "refused"]
    assert found_in(json.dumps(answers, ensure_ascii=False), Planted().everywhere) == []
