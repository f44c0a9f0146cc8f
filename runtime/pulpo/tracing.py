"""Where work stands in a trace (W3C Trace Context): from a caller's headers to the requests that tools make.

``baggage`` is neither read nor sent: it is for anything at all, and tools reach strangers.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Final

from msgspec import Struct

SAMPLED: Final = 1
"""The flag that says: whoever asked records this trace."""


class TraceContext(Struct, frozen=True, kw_only=True):
    """A span of a trace: both ids in lower-case hexadecimal (32 and 16 digits), the flags, and ``tracestate`` as it
    came. ``parent_id`` is the span above, if this process knows it."""

    trace_id: str
    span_id: str
    flags: int = 0
    state: str = ""
    parent_id: str = ""

    @property
    def sampled(self) -> bool:
        """Whether the trace is recorded."""
        return bool(self.flags & SAMPLED)

    @property
    def traceparent(self) -> str:
        """The header of that name, also ``traceresponse``."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request that is made in this span."""
        return {"traceparent": self.traceparent, **({"tracestate": self.state} if self.state else {})}

    def under(self, span_id: str) -> TraceContext:
        """Return the context of a span below this one."""
        return TraceContext(
            trace_id=self.trace_id, span_id=span_id, flags=self.flags, state=self.state, parent_id=self.span_id
        )


current: Final[ContextVar[TraceContext | None]] = ContextVar("pulpo_trace", default=None)
"""Set by the door a request came in by, then by the turn and by each traced tool call; tasks inherit it."""


def current_trace() -> TraceContext | None:
    """Return the span that this is done in: a turn's, a traced tool call's, or a caller's; None without a trace."""
    return current.get()


def trace_headers() -> dict[str, str]:
    """Return the headers that tell the other end of a request whose trace it belongs to; none without a trace."""
    here = current.get()
    return {} if here is None else here.headers


_PARENT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_STATE: Final = re.compile(r"[\x20-\x7e]{1,512}")
_KNOWN_FLAGS: Final = 0b11


def continued(traceparent: bytes, tracestate: bytes = b"") -> TraceContext | None:
    """Return the caller's place in a trace, or None when its ``traceparent`` is not one.

    Version 00 has exactly four parts, later ones may have more; ff is not a version; ids of zeros alone are void
    (https://www.w3.org/TR/trace-context-2/#traceparent-header). A ``tracestate`` that cannot be one is left out.
    """
    found = _PARENT.fullmatch(traceparent.decode("latin-1"))
    if found is None:
        return None
    version, trace, parent, flags, more = found.groups()
    if version == "ff" or (version == "00" and more) or not trace.strip("0") or not parent.strip("0"):
        return None
    state = tracestate.decode("latin-1")
    return TraceContext(
        trace_id=trace,
        span_id=parent,
        flags=int(flags, 16) & _KNOWN_FLAGS,
        state=state if _STATE.fullmatch(state) else "",
    )
