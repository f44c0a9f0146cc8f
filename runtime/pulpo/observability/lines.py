"""A logger that turns each event into one line of bytes.

Ours, in structlog's vocabulary, and not structlog itself: importing that loads its console renderer and with it rich
and pygments, a tenth of the server's start and of its memory, for lines that are JSON and never coloured; and a line
costs a third less.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, TypeAlias

EventDict: TypeAlias = dict[str, Any]
"""A line on its way: its fields by name, ``event`` among them."""

Processor: TypeAlias = Callable[[Any, str, EventDict], EventDict]
"""Changes a line and returns it, given the logger and the level's name; structlog's own fit too."""

_NAMES = {
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}

_PATIENT = frozenset({"debug", "info"})
"""Levels whose lines may wait for the end of the loop's round."""


class Logger:
    """Writes lines of ``threshold`` (a level of `logging`) and above to ``stream``, rendered after all processors.

    On an event loop, the lines of one round are written together: a system call each would cost a turn 10 µs. A
    warning or worse, and whatever comes from elsewhere, is written at once.
    """

    __slots__ = ("_due", "_lines", "_processors", "_render", "_stream", "_threshold")

    def __init__(
        self,
        stream: BinaryIO,
        *,
        threshold: int,
        processors: Sequence[Processor],
        render: Callable[[EventDict], bytes],
    ) -> None:
        self._stream = stream
        self._threshold = threshold
        self._processors = processors
        self._render = render
        self._lines: deque[bytes] = deque()
        self._due = False

    def flush(self) -> None:
        """Write what waits."""
        self._due = False
        waiting = []
        with suppress(IndexError):  # one by one until there are none: other threads may add or take some meanwhile
            while True:
                waiting.append(self._lines.popleft())
        # In one piece, so that lines of several threads do not run into each other.
        self._stream.write(b"".join(waiting))
        self._stream.flush()

    def debug(self, event: str, /, **fields: Any) -> None:
        """Write a line of level debug; ``exc_info`` is logged as ``exception``, its traceback."""
        if self._threshold <= logging.DEBUG:
            self._write("debug", event, fields)

    def info(self, event: str, /, **fields: Any) -> None:
        """Write a line of level info."""
        if self._threshold <= logging.INFO:
            self._write("info", event, fields)

    def warning(self, event: str, /, **fields: Any) -> None:
        """Write a line of level warning."""
        if self._threshold <= logging.WARNING:
            self._write("warning", event, fields)

    def error(self, event: str, /, **fields: Any) -> None:
        """Write a line of level error."""
        if self._threshold <= logging.ERROR:
            self._write("error", event, fields)

    def log(self, level: int, event: str, /, **fields: Any) -> None:
        """Write a line of a level of `logging`."""
        if self._threshold <= level:
            self._write(_NAMES.get(level) or logging.getLevelName(level).lower(), event, fields)

    def _write(self, level: str, event: str, line: EventDict) -> None:
        line["event"] = event
        if "exc_info" in line:
            _explain(line, line.pop("exc_info"))
        for process in self._processors:
            line = process(self, level, line)
        self._lines.append(self._render(line) + b"\n")
        if level not in _PATIENT:
            self.flush()
        elif not self._due:
            self._flush_soon()

    def _flush_soon(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            self._due = True
            loop.call_soon(self._flush_quietly)

    def _flush_quietly(self) -> None:
        # Whoever read the log is gone. The loop's own handler would log that, and end the server by its failure.
        with suppress(OSError, ValueError):
            self.flush()


def _explain(line: EventDict, raised: Any) -> None:
    """Put the traceback of ``raised`` (an exception, what `sys.exc_info` returns, or true for that) into a line."""
    given = sys.exc_info() if raised is True else raised
    error = given[1] if isinstance(given, tuple) else given
    if error:
        line["exception"] = "".join(traceback.format_exception(error)).rstrip("\n")
