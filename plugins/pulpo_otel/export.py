"""The SDK's part: spans become its own, wait in its queue, and are sent by its thread (OTLP over HTTP).

Only this module imports OpenTelemetry. Its queue has an end: what comes when it is full is dropped and logged, and no
turn waits.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

import pulpo
from pulpo_otel.spans import Note, Span

_SCOPE = InstrumentationScope("pulpo", pulpo.__version__)


class Shipping:
    """Sends spans to ``endpoint`` (where ``/v1/traces`` is), or to what the environment says
    (``OTEL_EXPORTER_OTLP_*``)."""

    def __init__(self, endpoint: str | None, headers: Mapping[str, str] | None, service: str) -> None:
        address = None if endpoint is None else f"{endpoint.rstrip('/')}/v1/traces"
        # Half of the SDK is annotated.
        self._exporter: Any = OTLPSpanExporter(address, headers=headers)
        self._processor: Any = BatchSpanProcessor(self._exporter)
        self._resource = _resource(service)

    def ship(self, spans: tuple[Span, ...], trace: pulpo.TraceContext, began: float) -> None:
        """Put the spans of a turn into the queue; it waits for nothing."""
        base = int(began * 1e9)
        state = TraceState.from_header([trace.state] if trace.state else [])
        for span in spans:
            self._processor.on_end(_readable(span, trace, state, base, self._resource))

    def close(self) -> None:
        """Send what waits. It blocks, for half a minute when the collector is away."""
        self._processor.shutdown()

    def give_up(self) -> None:
        """End a `close` that takes too long: nothing is tried again."""
        self._exporter.shutdown()


def _resource(service: str) -> Resource:
    """What ``OTEL_SERVICE_NAME`` and ``OTEL_RESOURCE_ATTRIBUTES`` say stands above ours."""
    ours = {SERVICE_NAME: service, SERVICE_VERSION: pulpo.__version__, SERVICE_INSTANCE_ID: os.urandom(8).hex()}
    told = {name: value for name, value in Resource.create().attributes.items() if name not in _GUESSED}
    if os.environ.get("OTEL_SERVICE_NAME"):
        told[SERVICE_NAME] = os.environ["OTEL_SERVICE_NAME"]
    return Resource({**ours, **told})


_GUESSED = frozenset({SERVICE_NAME, SERVICE_INSTANCE_ID})


def _readable(span: Span, trace: pulpo.TraceContext, state: TraceState, base: int, resource: Resource) -> ReadableSpan:
    root = span.span_id == trace.span_id
    return ReadableSpan(
        name=span.name,
        context=_context(trace, span.span_id, state),
        parent=_context(trace, span.parent_id, state, remote=root) if span.parent_id else None,
        resource=resource,
        attributes=span.attributes,
        events=[_event(note, base) for note in span.notes],
        kind=SpanKind.CLIENT if span.remote else SpanKind.INTERNAL,
        status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.UNSET),
        start_time=base + int(span.start * 1e9),
        end_time=base + int(span.end * 1e9),
        instrumentation_scope=_SCOPE,
    )


def _context(trace: pulpo.TraceContext, span_id: str, state: TraceState, *, remote: bool = False) -> SpanContext:
    return SpanContext(int(trace.trace_id, 16), int(span_id, 16), remote, TraceFlags(trace.flags), state)


def _event(note: Note, base: int) -> Event:
    return Event(note.name, note.attributes, base + int(note.at * 1e9))
