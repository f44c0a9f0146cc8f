"""The log: JSON lines on stdout, one an event.

Every line has ``timestamp``, ``level`` and ``event``; a line about a turn also has ``request_id``,
``conversation``, ``turn``, ``workspace`` and ``variant``. ``marker`` is what operators grep for: ``AGENT_LOOP`` (a
turn, its steps and calls), ``CANARY`` (who was sent where, and rescues) or ``ERROR``.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO, Literal, TypeAlias

import orjson

from pulpo.observability.lines import EventDict, Logger, Processor
from pulpo.observability.redaction import known_secrets, redactor

Marker: TypeAlias = Literal["AGENT_LOOP", "CANARY", "ERROR"]

AGENT_LOOP: Marker = "AGENT_LOOP"
CANARY: Marker = "CANARY"
ERROR: Marker = "ERROR"

request_id: ContextVar[str] = ContextVar("pulpo_request_id", default="")
"""Set by the door a request came in by; a turn's task inherits it."""

SAFE = frozenset(
    {"timestamp", "level", "event", "marker", "request_id", "conversation", "turn", "workspace", "variant"}
    | {"served_by", "outcome", "planner", "policy", "stage", "verdict", "sink", "trace_id"}
)
"""Keys whose values come from us (ids, names, closed sets) and are not searched for secrets."""


_NOTHING = logging.CRITICAL + 1


class Current:
    """Where lines go now. Until somebody opens the log they go nowhere: a library must not write to stdout.

    ``verbose`` spares us the putting together of debug lines that nobody will see.
    """

    __slots__ = ("logger", "verbose")

    def __init__(self) -> None:
        self.logger = Logger(BytesIO(), threshold=_NOTHING, processors=(), render=lambda _line: b"")
        self.verbose = False


current = Current()


def log() -> Logger:
    """Return the logger that is open now."""
    return current.logger


@contextmanager
def open_log(
    level: str,
    *,
    stream: BinaryIO | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    environ: Mapping[str, str] = os.environ,
) -> Iterator[None]:
    """Write lines of ``level`` and above to ``stream`` (stdout), also those of libraries, until the block ends.

    What ``environ`` holds of secrets is taken out of every line, as is what looks like one.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    before = current.logger, current.verbose
    steps: list[Processor] = [_stamp(clock), redactor(safe=SAFE, secrets=known_secrets(environ))]
    current.logger = Logger(stream or sys.stdout.buffer, threshold=threshold, processors=steps, render=_render)
    current.verbose = threshold <= logging.DEBUG
    bridge = _Bridge(max(threshold, logging.WARNING))
    root = logging.getLogger()
    root.addHandler(bridge)
    try:
        yield
    finally:
        root.removeHandler(bridge)
        current.logger.flush()
        current.logger, current.verbose = before


class _Bridge(logging.Handler):
    """Brings the libraries' own lines (uvicorn's, asyncio's) into the same stream, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        marker = {"marker": ERROR} if record.levelno >= logging.ERROR else {}
        current.logger.log(
            record.levelno,
            "library",
            logger=record.name,
            message=_message(record),
            exc_info=record.exc_info,
            **marker,
        )


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # its arguments do not fit, or cannot be shown: whoever logs must not fail by it
        return str(record.msg)


def _stamp(clock: Callable[[], datetime]) -> Processor:
    def stamp(_logger: Any, method: str, line: EventDict) -> EventDict:
        line["level"] = method
        line["timestamp"] = clock().isoformat(timespec="milliseconds")
        return line

    return stamp


def _render(line: EventDict) -> bytes:
    try:
        return orjson.dumps(line)
    except TypeError:  # a lone surrogate or a huge number: a line that cannot be read easily is better than none
        return json.dumps(line, default=str).encode()
