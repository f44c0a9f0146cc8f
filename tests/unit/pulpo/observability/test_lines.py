"""The logger itself: levels, processors, exceptions, and what its import must not bring along."""

from __future__ import annotations

import asyncio
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


class Counting(BytesIO):
    """Counts the writes."""

    writes = 0

    def write(self, data: Any) -> int:
        self.writes += 1
        return super().write(data)


async def test_the_lines_of_one_round_are_written_together() -> None:
    stream = Counting()
    log = logger(stream)
    for number in range(3):
        log.info("it", n=number)
    assert stream.writes == 0
    await asyncio.sleep(0)
    assert [line["n"] for line in read(stream)] == [0, 1, 2]
    assert stream.writes == 1


async def test_a_warning_does_not_wait_and_takes_along_what_does() -> None:
    stream = Counting()
    log = logger(stream)
    log.info("before")
    log.warning("now")
    assert [line["event"] for line in read(stream)] == ["before", "now"]


async def test_a_line_of_another_thread_does_not_wait() -> None:
    stream = Counting()
    log = logger(stream)
    await asyncio.to_thread(log.info, "it")
    assert [line["event"] for line in read(stream)] == ["it"]


async def test_a_log_that_nobody_reads_any_more_does_not_end_the_loop() -> None:
    class Closed(BytesIO):
        def write(self, data: Any) -> int:
            raise BrokenPipeError

    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    logger(Closed()).info("it")
    await asyncio.sleep(0)
    assert told == []


def test_the_log_brings_no_console_along() -> None:
    shown = "import sys, pulpo.observability.logging; print({'rich', 'pygments', 'structlog'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True).stdout == "set()\n"
