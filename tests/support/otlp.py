"""A collector that keeps what it gets: OTLP over HTTP on a port of the loopback interface, read as protobuf."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True, slots=True)
class Got:
    """A span as it came."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    state: str
    start: int
    end: int
    failed: bool
    attributes: dict[str, Any]
    notes: dict[str, dict[str, Any]]
    resource: dict[str, Any]


@dataclass(slots=True)
class Collector:
    """``bodies`` are what was posted, as JSON; ``paths`` where to, ``keys`` the Authorization headers."""

    url: str = ""
    spans: list[Got] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    def wait(self, enough: Callable[[list[Got]], bool], seconds: float = 60.0) -> list[Got]:
        """Return the spans once there are ``enough``."""
        limit = time.monotonic() + seconds
        while not enough(self.spans):
            assert time.monotonic() < limit, [span.name for span in self.spans]
            time.sleep(0.05)
        return list(self.spans)

    def take(self, path: str, key: str, body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        self.paths.add(path)
        self.keys.add(key)
        self.bodies.append(MessageToJson(request, ensure_ascii=False))
        for resource in request.resource_spans:
            about = _read(resource.resource.attributes)
            self.spans += [_got(span, about) for scope in resource.scope_spans for span in scope.spans]


@contextmanager
def collecting() -> Iterator[Collector]:
    """Collect until the block ends."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(self.path, self.headers.get("Authorization", ""), body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _got(span: Any, resource: dict[str, Any]) -> Got:
    return Got(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        state=span.trace_state,
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        failed=span.status.code == 2,
        attributes=_read(span.attributes),
        notes={event.name: _read(event.attributes) for event in span.events},
        resource=resource,
    )


def _read(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}
