"""The bus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulpo.contracts.events import Event, PluginsLoaded, SinkFailed, TurnRescued
from pulpo.observability.events import EventBus
from pulpo.tracing import TraceContext

RESCUED = TurnRescued("t", "canary", "stable", "Boom")


class Sink:
    def __init__(self, name: str, **handlers: Callable[[Any], None]) -> None:
        self.name = name
        self._handlers = handlers

    @property
    def handlers(self) -> Mapping[type[Event], Callable[[Any], None]]:
        kinds: dict[str, type[Event]] = {
            "event": Event,
            "rescued": TurnRescued,
            "failed": SinkFailed,
            "loaded": PluginsLoaded,
        }
        return {kinds[kind]: handler for kind, handler in self._handlers.items()}


SILENT = Sink("silent")


def fail(_event: Event) -> None:
    raise ValueError("no luck")


def test_each_sink_hears_what_it_listens_to() -> None:
    heard: list[Event] = []
    bus = EventBus([Sink("one", rescued=heard.append), Sink("two", loaded=heard.append)], log=SILENT)
    bus.emit(RESCUED)
    assert heard == [RESCUED]


def test_a_handler_of_the_base_hears_everything() -> None:
    heard: list[Event] = []
    bus = EventBus([Sink("all", event=heard.append)], log=SILENT)
    loaded = PluginsLoaded({"active": 1})
    bus.emit(RESCUED)
    bus.emit(loaded)
    assert heard == [RESCUED, loaded]


def test_a_failing_sink_is_counted_and_named_and_hurts_nobody() -> None:
    heard: list[Event] = []
    bus = EventBus([Sink("bad", rescued=fail), Sink("good", event=heard.append)], log=SILENT)
    bus.emit(RESCUED)
    bus.emit(RESCUED)
    assert bus.failures == {"bad": 2}
    assert [event for event in heard if isinstance(event, SinkFailed)] == [SinkFailed("bad", "ValueError: no luck")] * 2
    assert heard.count(RESCUED) == 2


def test_a_sink_that_exits_is_counted_like_one_that_fails() -> None:
    def leave(_event: Event) -> None:
        raise SystemExit(3)

    bus = EventBus([Sink("leaver", rescued=leave), Sink("other", rescued=fail, failed=leave)], log=SILENT)
    bus.emit(RESCUED)
    assert bus.failures == {"leaver": 1, "other": 2}


def test_sinks_that_fail_at_failures_do_not_go_on_for_ever() -> None:
    bus = EventBus([Sink("a", rescued=fail, failed=fail), Sink("b", failed=fail)], log=SILENT)
    bus.emit(RESCUED)
    assert bus.failures == {"a": 1, "b": 1}


def test_a_sink_whose_handlers_cannot_be_read_is_left_out() -> None:
    class Unreadable:
        name = "unreadable"

        @property
        def handlers(self) -> Mapping[type[Event], Callable[[Any], None]]:
            raise RuntimeError("later")

    heard: list[Event] = []
    bus = EventBus([Unreadable(), Sink("good", event=heard.append)], log=SILENT)
    bus.emit(RESCUED)
    assert bus.failures["Unreadable"] == 1
    assert RESCUED in heard


def test_what_sinks_offer_is_read_once() -> None:
    reads = 0

    class Counting(Sink):
        @property
        def handlers(self) -> Mapping[type[Event], Callable[[Any], None]]:
            nonlocal reads
            reads += 1
            return super().handlers

    bus = EventBus([Counting("c", rescued=lambda _event: None)], log=SILENT)
    for _ in range(3):
        bus.emit(RESCUED)
    assert reads == 1


class Follows(Sink):
    def begin_trace(self, caller: TraceContext | None) -> TraceContext:
        if caller is None:
            raise ValueError("no luck")
        return caller.under("1" * 16)


def test_the_first_sink_that_follows_turns_says_where_they_stand() -> None:
    caller = TraceContext(trace_id="a" * 32, span_id="b" * 16)
    assert EventBus([SILENT], log=SILENT).begin_trace is None
    bus = EventBus([SILENT, Follows("otel")], log=SILENT)
    assert bus.begin_trace is not None
    assert bus.begin_trace(caller) == caller.under("1" * 16)


def test_a_tracer_that_raises_costs_the_turn_its_trace_and_nothing_else() -> None:
    heard: list[Event] = []
    bus = EventBus([Follows("otel"), Sink("one", failed=heard.append)], log=SILENT)
    assert bus.begin_trace is not None
    assert bus.begin_trace(None) is None
    assert heard == [SinkFailed("otel", "ValueError: no luck")]
    assert bus.failures == {"otel": 1}


def test_only_who_names_a_kind_heeds_it() -> None:
    bus = EventBus([Sink("all", event=lambda _: None), Sink("one", rescued=lambda _: None)], log=SILENT)
    assert bus.heeds(TurnRescued)
    assert not bus.heeds(PluginsLoaded)


def test_a_sink_that_is_left_out_hears_nothing_more_and_traces_nothing() -> None:
    class Tracing(Sink):
        def begin_trace(self, caller: TraceContext | None) -> TraceContext | None:
            return caller

    heard: list[Event] = []
    bus = EventBus([Tracing("gone", event=heard.append), Sink("kept", event=heard.append)], log=SILENT)
    bus.emit(RESCUED)
    assert (len(heard), bus.begin_trace is None) == (2, False)
    bus.leave_out({"gone"})
    bus.emit(RESCUED)
    assert (len(heard), bus.begin_trace) == (3, None)
    bus.leave_out(())
    assert bus.heeds(Event)
