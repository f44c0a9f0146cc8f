"""The bus: one plain call from whoever emits an event to every sink that wants it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias, cast

from pulpo.contracts.events import Event, Handler, MetricSink, SinkFailed, Tracer
from pulpo.observability.log_sink import LogSink
from pulpo.tracing import TraceContext

Listener: TypeAlias = tuple[str, Handler]
"""A sink's name and one of its handlers."""

BeginTrace: TypeAlias = Callable[[TraceContext | None], TraceContext | None]
"""Gives a turn its place in a trace, below that of its caller if there is one."""


class EventBus:
    """Hands events to sinks; a sink that raises is ignored, counted in ``failures`` and named by a `SinkFailed`.

    What sinks offer is read once, here: emitting looks up a tuple and calls what is in it. A handler for a base
    class (`Event`) receives all events below it. The log is a sink like any other, and always there. ``begin_trace``
    is that of the first sink that is a `Tracer`, or None.
    """

    def __init__(self, sinks: Iterable[MetricSink], *, log: MetricSink | None = None) -> None:
        self.failures: Counter[str] = Counter()
        self._offered: list[tuple[str, Mapping[type[Event], Handler]]] = []
        self._listeners: dict[type[Event], tuple[Listener, ...]] = {}
        self.begin_trace: BeginTrace | None = None
        self._tracer = ""
        unreadable: list[SinkFailed] = []
        for sink in (log or LogSink(), *sinks):
            try:
                self._offered.append((sink.name, dict(sink.handlers)))
                if self.begin_trace is None and hasattr(sink, "begin_trace"):
                    self.begin_trace, self._tracer = self._contained(cast("Tracer", sink)), sink.name
            except (Exception, SystemExit) as error:
                unreadable.append(_failure(_name(sink), error))
        for failed in unreadable:
            self._report(failed)

    def emit(self, event: Event) -> None:
        """Tell every sink that listens to this kind of event; never raises."""
        kind = type(event)
        try:
            listeners = self._listeners[kind]
        except KeyError:
            listeners = self._listeners[kind] = self._listening(kind)
        for name, handler in listeners:
            try:
                handler(event)
            except (Exception, SystemExit) as error:
                self._report(_failure(name, error))

    def leave_out(self, names: Collection[str]) -> None:
        """Tell the sinks of these names nothing from now on."""
        self._offered = [(name, handlers) for name, handlers in self._offered if name not in names]
        self._listeners.clear()
        if self._tracer in names:
            self.begin_trace = None

    def heeds(self, kind: type[Event]) -> bool:
        """Whether a sink listens to this very kind, and not only to all there are."""
        return any(kind in handlers for _, handlers in self._offered)

    def _contained(self, tracer: Tracer) -> BeginTrace:
        def begin(caller: TraceContext | None) -> TraceContext | None:
            try:
                return tracer.begin_trace(caller)
            except (Exception, SystemExit) as error:
                self._report(_failure(tracer.name, error))
                return None

        return begin

    def _report(self, failed: SinkFailed) -> None:
        """Count and tell the others; a sink that fails at this too is only counted, or it would go on for ever."""
        self.failures[failed.sink] += 1
        for name, handler in self._listening(SinkFailed):
            if name != failed.sink:
                try:
                    handler(failed)
                except (Exception, SystemExit):
                    self.failures[name] += 1

    def _listening(self, kind: type[Event]) -> tuple[Listener, ...]:
        return tuple(
            (name, handlers[base]) for name, handlers in self._offered for base in kind.__mro__ if base in handlers
        )


def _failure(name: str, error: BaseException) -> SinkFailed:
    return SinkFailed(name, f"{type(error).__name__}: {error}")


def _name(sink: object) -> str:
    return type(sink).__name__
