"""Which turns are recorded, and what becomes of their events."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pulpo
from pulpo.tracing import current
from pulpo_otel.sink import TraceSink
from pulpo_otel.spans import Span

CALLER = pulpo.TraceContext(trace_id="a" * 32, span_id="b" * 16, flags=1, state="v=1")
ASSIGNED = pulpo.VariantAssigned("t", "conv", "demo", "stable", "disabled", 1)
FINISHED = pulpo.TurnFinished("t", "conv", "demo", "stable", "stable", "ok", 1, 0, 0.25)


@pytest.fixture(autouse=True)
def no_trace() -> Iterator[None]:
    token = current.set(None)
    yield
    current.reset(token)


def sink(*, sample: float = 1.0, follow: bool = True, content: bool = False, byte: int = 0x11) -> TraceSink:
    return TraceSink(
        sample=sample, follow=follow, content=content, random=lambda n: bytes([byte]) * n, clock=lambda: 1000.0
    )


def test_a_new_trace_begins_without_a_caller() -> None:
    turn = sink().begin_trace(None)
    assert (turn.trace_id, turn.span_id, turn.parent_id, turn.sampled) == ("11" * 16, "11" * 8, "", True)


def test_a_caller_s_trace_goes_on() -> None:
    turn = sink().begin_trace(CALLER)
    assert (turn.trace_id, turn.span_id, turn.parent_id, turn.state) == ("a" * 32, "11" * 8, "b" * 16, "v=1")


@pytest.mark.parametrize(("byte", "sampled"), [(0x7F, True), (0x80, False)])
def test_the_share_is_drawn(byte: int, sampled: bool) -> None:
    assert sink(sample=0.5, byte=byte).begin_trace(None).sampled is sampled


@pytest.mark.parametrize(("follow", "flags", "sampled"), [(True, 0, False), (True, 1, True), (False, 1, False)])
def test_a_caller_decides_for_its_turns_unless_we_do(follow: bool, flags: int, sampled: bool) -> None:
    caller = pulpo.TraceContext(trace_id="a" * 32, span_id="b" * 16, flags=flags)
    assert sink(sample=0.0, follow=follow).begin_trace(caller).sampled is sampled


def tell(sink: TraceSink, *events: pulpo.Event) -> list[tuple[tuple[Span, ...], float]]:
    shipped: list[tuple[tuple[Span, ...], float]] = []
    sink.ship = lambda spans, trace, began: shipped.append((spans, began))
    handlers = sink.handlers
    for event in events:
        handlers[type(event)](event)
    return shipped


def test_a_turn_is_shipped_whole_when_it_is_over() -> None:
    current.set(CALLER)
    ((spans, began),) = tell(sink(), ASSIGNED, FINISHED)
    assert ([span.name for span in spans], began) == (["invoke_agent pulpo"], 999.75)


@pytest.mark.parametrize("trace", [None, pulpo.TraceContext(trace_id="a" * 32, span_id="b" * 16)])
def test_what_is_not_sampled_is_not_shipped(trace: pulpo.TraceContext | None) -> None:
    current.set(trace)
    assert tell(sink(), ASSIGNED, FINISHED) == []


def test_a_turn_leaves_nothing_to_the_next() -> None:
    current.set(CALLER)
    stepped = pulpo.PlannerStepped("lost", "rules", "stable", 0, 0.1)
    ((spans, _),) = tell(sink(), ASSIGNED, stepped, ASSIGNED, FINISHED)
    assert len(spans) == 1


def test_what_was_said_is_not_even_heard_unless_asked_for() -> None:
    assert pulpo.TurnTold not in sink().handlers
    assert pulpo.TurnTold in sink(content=True).handlers
