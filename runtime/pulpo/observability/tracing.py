"""The trace that a request belongs to, as its caller named it (W3C Trace Context, ``traceparent``)."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Final

trace_id: ContextVar[str] = ContextVar("pulpo_trace_id", default="")
"""Set by the door a request came in by; a turn's task inherits it."""

_TRACEPARENT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")


def trace_of(traceparent: str) -> str:
    """Return the trace id of a ``traceparent`` header, or an empty string when it is not one.

    Version 00 has exactly four parts, later ones may have more; ff is not a version; ids of zeros alone are void
    (https://www.w3.org/TR/trace-context/#traceparent-header).
    """
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return ""
    version, trace, parent, more = found.groups()
    if version == "ff" or (version == "00" and more) or not trace.strip("0") or not parent.strip("0"):
        return ""
    return trace
