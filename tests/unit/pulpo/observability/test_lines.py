"""The logger itself: levels, processors, exceptions, and what its import must not bring along."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest

from pulpo.observability.lines import EventDict, Logger


def read(stream: BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def logger(stream: BytesIO, threshold: int = logging.DEBUG, *processors: Any) -> Logger:
    return Logger(stream, threshold=threshold, processors=processors, render=lambda line: json.dumps(line).encode())


@pytest.mark.parametrize(("threshold", "written"), [(logging.DEBUG, 4), (logging.WARNING, 2), (logging.CRITICAL, 0)])
def test_lines_below_the_threshold_are_not_written(threshold: int, written: int) -> None:
    stream = BytesIO()
    log = logger(stream, threshold)
    for write in (log.debug, log.info, log.warning, log.error):
        write("it", n=1)
    assert read(stream) == [{"n": 1, "event": "it"}] * written


def test_processors_see_the_level_and_run_in_order() -> None:
    def level(_logger: Any, method: str, line: EventDict) -> EventDict:
        return {**line, "level": method}

    def shout(_logger: Any, _method: str, line: EventDict) -> EventDict:
        return {**line, "level": line["level"].upper()}

    stream = BytesIO()
    log = logger(stream, logging.DEBUG, level, shout)
    log.warning("a")
    log.log(logging.ERROR, "b")
    log.log(35, "c")
    assert [line["level"] for line in read(stream)] == ["WARNING", "ERROR", "LEVEL 35"]


def test_exceptions_become_their_traceback() -> None:
    stream = BytesIO()
    log = logger(stream)
    try:
        raise ValueError("no luck")
    except ValueError as error:
        for given in (error, True, sys.exc_info()):
            log.error("failed", exc_info=given)
    log.error("fine", exc_info=None)
    *failed, fine = read(stream)
    assert all(line["exception"].endswith("ValueError: no luck") for line in failed)
    assert all("exc_info" not in line for line in (*failed, fine))
    assert "exception" not in fine


def test_the_log_brings_no_console_along() -> None:
    shown = "import sys, pulpo.observability.logging; print({'rich', 'pygments', 'structlog'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True).stdout == "set()\n"
