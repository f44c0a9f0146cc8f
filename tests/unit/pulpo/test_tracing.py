"""Which headers name a trace, and what is passed on of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulpo.tracing import TraceContext, continued, current, trace_headers

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


@pytest.fixture
def nothing_traced() -> Iterator[None]:
    token = current.set(None)
    yield
    current.reset(token)


@pytest.mark.parametrize("header", [f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00", f"01-{TRACE}-{PARENT}-01-x"])
def test_a_trace_is_read(header: str) -> None:
    found = continued(header.encode())
    assert found is not None
    assert (found.trace_id, found.span_id, found.sampled) == (TRACE, PARENT, "-01" in header)


@pytest.mark.parametrize(
    "header",
    [
        "",
        TRACE,
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-x",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f'00-{TRACE}-{PARENT}-01"}} 1',
    ],
)
def test_anything_else_is_none(header: str) -> None:
    assert continued(header.encode("latin-1"), b"vendor=1") is None


def test_flags_of_later_versions_are_dropped() -> None:
    found = continued(f"00-{TRACE}-{PARENT}-ff".encode())
    assert found is not None
    assert found.traceparent == f"00-{TRACE}-{PARENT}-03"


@pytest.mark.parametrize(("given", "kept"), [(b"a=1,b=2", "a=1,b=2"), (b"a=1\nb", ""), (b"a" * 513, ""), (b"", "")])
def test_a_tracestate_is_passed_on_unless_it_is_none(given: bytes, kept: str) -> None:
    found = continued(f"00-{TRACE}-{PARENT}-01".encode(), given)
    assert found is not None
    assert found.state == kept


def test_a_span_below_another_is_in_the_same_trace() -> None:
    turn = TraceContext(trace_id=TRACE, span_id=PARENT, flags=1, state="a=1")
    call = turn.under("1111111111111111")
    assert call == TraceContext(trace_id=TRACE, span_id="1" * 16, flags=1, state="a=1", parent_id=PARENT)


def test_requests_tell_the_trace_they_belong_to(nothing_traced: None) -> None:
    assert trace_headers() == {}
    current.set(TraceContext(trace_id=TRACE, span_id=PARENT, flags=1))
    assert trace_headers() == {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    current.set(TraceContext(trace_id=TRACE, span_id=PARENT, state="a=1"))
    assert trace_headers() == {"traceparent": f"00-{TRACE}-{PARENT}-00", "tracestate": "a=1"}
