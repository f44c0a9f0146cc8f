"""The log's lines about events: what stands in them, and what does not."""

from __future__ import annotations

import logging

import pytest

from pulpo.contracts.events import (
    BreakerChanged,
    BreakerForced,
    Event,
    LoopBlocked,
    ModelCalled,
    PlannerStepped,
    PluginHung,
    PluginsLoaded,
    PolicyChecked,
    SinkFailed,
    ToolCalled,
    TurnAbandoned,
    TurnFinished,
    TurnRescued,
    VariantAssigned,
    VariantFailed,
)
from pulpo.contracts.planners import ModelCall
from pulpo.observability.events import EventBus
from pulpo.observability.logging import log, open_log, request_id
from support.loglines import Lines

CALL = ModelCall(model="m", started=0.0, duration=0.2, input_tokens=90, output_tokens=10)
FAILED = ModelCall(model="m", started=0.0, duration=0.2, finish="error", error="ConnectionResetError")
FINISHED = TurnFinished("t", "c", "demo", "stable", "stable", "ok", 2, 1, 0.0125)
EVENTS: list[tuple[Event, str, str, str | None]] = [
    (VariantAssigned("t", "c", "demo", "stable", "disabled", 0), "debug", "variant assigned", "CANARY"),
    (VariantAssigned("t", "c", "demo", "canary", "percentage", 3), "info", "variant assigned", "CANARY"),
    (PlannerStepped("t", "rules", "stable", 1, 0.001), "debug", "planner stepped", "AGENT_LOOP"),
    (ModelCalled("t", "demo", "llm", "stable", 1, CALL, 0.01), "debug", "model called", "AGENT_LOOP"),
    (ModelCalled("t", "demo", "llm", "stable", 1, FAILED, 0.0), "warning", "model called", "ERROR"),
    (PolicyChecked("t", "p", "message", "allow", "", 0.001), "debug", "policy checked", "AGENT_LOOP"),
    (PolicyChecked("t", "p", "call", "deny", "no", 0.001), "info", "policy checked", "AGENT_LOOP"),
    (PolicyChecked("t", "p", "call", "error", "raised", 0.001), "info", "policy checked", "ERROR"),
    (ToolCalled("t", "demo", "x", "ok", 0.001), "debug", "tool called", "AGENT_LOOP"),
    (ToolCalled("t", "demo", "x", "timeout", 10.0, "too slow"), "warning", "tool called", "ERROR"),
    (TurnRescued("t", "canary", "stable", "Boom"), "warning", "turn rescued", "CANARY"),
    (FINISHED, "info", "turn finished", "AGENT_LOOP"),
    (TurnFinished("t", "c", "demo", "stable", "stable", "error", 1, 0, 1.0), "error", "turn finished", "ERROR"),
    (TurnAbandoned("t", "c", "demo", "stable", "LeaseLostError", 1.0), "warning", "turn abandoned", "ERROR"),
    (BreakerChanged("demo", "book", "open"), "warning", "breaker changed", "ERROR"),
    (BreakerChanged("demo", "book", "closed"), "info", "breaker changed", "AGENT_LOOP"),
    (BreakerForced("demo", "book", "open", "key_1"), "warning", "breaker forced", "AGENT_LOOP"),
    (PluginsLoaded({"active": 5, "blocked": 1}), "info", "plugins loaded", None),
    (SinkFailed("bad", "ValueError"), "error", "sink failed", "ERROR"),
    (PluginHung("bad", True), "error", "plugin hangs", "ERROR"),
    (PluginHung("bad", False), "info", "plugin runs again", None),
    (LoopBlocked("bad", "bad.py:3", 0.3), "error", "event loop blocked", "ERROR"),
]


def test_a_turn_without_trouble_is_one_line_with_all_its_ids(lines: Lines) -> None:
    bus = EventBus(())
    request_id.set("r-1")
    for event, level, *_ in EVENTS[:1] + EVENTS[2:4]:
        assert level == "debug"
        bus.emit(event)
    bus.emit(FINISHED)
    request_id.set("")
    assert lines.read() == [
        {
            "timestamp": "2026-11-22T10:30:00.000+00:00",
            "level": "info",
            "event": "turn finished",
            "marker": "AGENT_LOOP",
            "request_id": "r-1",
            "conversation": "c",
            "turn": "t",
            "workspace": "demo",
            "variant": "stable",
            "served_by": "stable",
            "outcome": "ok",
            "steps": 2,
            "tool_calls": 1,
            "duration_ms": 12.5,
        }
    ]


def test_a_breaker_that_changed_says_why_and_who_forced_it(lines: Lines) -> None:
    bus = EventBus(())
    bus.emit(BreakerChanged("demo", "book", "open", "failures", calls=7, failure_rate=4 / 7))
    bus.emit(BreakerChanged("demo", "book", "closed", "forced", "key_1"))
    told = [(it["state"], it["reason"], it["by"], it["calls"], it["failure_rate"]) for it in lines.read()]
    assert told == [("open", "failures", "", 7, 0.5714), ("closed", "forced", "key_1", 0, 0.0)]


def test_every_line_about_a_turn_says_whose_it_is() -> None:
    found = Lines()
    told: list[Event] = [
        VariantAssigned("t", "c", "demo", "canary", "matched", 3),
        PlannerStepped("t", "rules", "canary", 1, 0.001),
        PolicyChecked("t", "p", "call", "deny", "no", 0.001, "canary"),
        ToolCalled("t", "demo", "x", "timeout", 10.0, "too slow"),
        VariantFailed("t", "demo", "canary", "Boom", "trace"),
        TurnRescued("t", "canary", "stable", "Boom"),
        TurnFinished("t", "c", "demo", "canary", "stable", "rescued", 1, 1, 0.1),
    ]
    with open_log("debug", stream=found.stream):
        bus = EventBus(())
        request_id.set("r-1")
        for event in told:
            bus.emit(event)
        bus.emit(ToolCalled("another", "demo", "x", "ok", 0.1))
        request_id.set("")
    *lines, last = found.read()
    ids = {"request_id": "r-1", "conversation": "c", "turn": "t", "workspace": "demo", "variant": "canary"}
    assert len(lines) == len(told)
    assert all(ids.items() <= line.items() for line in lines)
    assert (last["turn"], last["conversation"], last["variant"]) == ("another", "", "")


@pytest.mark.parametrize(("event", "level", "name", "marker"), EVENTS)
def test_every_event_has_its_level_and_marker(event: Event, level: str, name: str, marker: str | None) -> None:
    for threshold in ("debug", "info", "error"):
        found = Lines()
        with open_log(threshold, stream=found.stream):
            EventBus(()).emit(event)
        if getattr(logging, level.upper()) < getattr(logging, threshold.upper()):
            assert found.read() == []
        else:
            (line,) = found.read()
            assert (line["level"], line["event"], line.get("marker")) == (level, name, marker)


def test_planted_secrets_are_found_nowhere(lines: Lines) -> None:
    secrets = ["pulpo_" + "a1B2" * 8, "ana@example.com", "+34 600 123 456", "4111 1111 1111 1111"]
    said = " ".join(secrets)
    EventBus(()).emit(ToolCalled("t", "demo", "x", "error", 0.1, said))
    EventBus(()).emit(SinkFailed("bad", said))
    logging.getLogger("library").error("it said %s", said)
    try:
        raise ValueError(said)
    except ValueError as error:
        log().error("failed", exc_info=error, nested={"deep": [said]})
    written = lines.stream.getvalue().decode()
    assert len(lines.read()) == 4
    assert not [secret for secret in secrets if secret in written]


def test_a_tool_that_a_planner_made_up_is_searched_for_what_it_was_told(lines: Lines) -> None:
    EventBus(()).emit(ToolCalled("t", "demo", "call_ana@example.com", "error", 0.1, "x"))
    EventBus(()).emit(ToolCalled("t", "demo", "book_appointment", "error", 0.1, "x"))
    assert [line["tool"] for line in lines.read()] == ["[e-mail]", "book_appointment"]


def test_a_model_without_a_price_is_told_once(lines: Lines) -> None:
    bus = EventBus(())
    for _ in range(3):
        bus.emit(ModelCalled("t", "demo", "llm", "stable", 1, CALL, None))
    assert [(line["event"], line["model"], line["add"]) for line in lines.read()] == [
        ("model without price", "m", '[prices."m"]')
    ]
