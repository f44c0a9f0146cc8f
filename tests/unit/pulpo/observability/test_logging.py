"""The log: when it is open, and what is written into it beside events."""

from __future__ import annotations

import asyncio
import logging

import pytest

from pulpo.contracts.events import TurnFinished
from pulpo.observability.events import EventBus
from pulpo.observability.logging import log, open_log, request_id
from support.loglines import Lines

FINISHED = TurnFinished("t", "c", "demo", "stable", "stable", "ok", 2, 1, 0.0125)


def test_nothing_is_written_before_the_log_is_open(capfd: pytest.CaptureFixture[str]) -> None:
    log().error("nobody hears this")
    EventBus(()).emit(FINISHED)
    assert capfd.readouterr() == ("", "")


def test_a_library_that_logs_what_cannot_be_written_goes_on(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    ours = [each for each in root.handlers if type(each).__module__.startswith("pulpo.")]
    monkeypatch.setattr(root, "handlers", ours)  # pytest's own raise

    class Shy:
        def __str__(self) -> str:
            raise RuntimeError("not yet")

    logging.getLogger("library").warning("%d of %s", "many", "them")
    logging.getLogger("library").warning("it is %s", Shy())
    assert [line["message"] for line in lines.read()] == ["%d of %s", "it is %s"]


def test_libraries_write_into_the_same_stream(lines: Lines) -> None:
    logging.getLogger("some.library").warning("careful, %s", "Ana")
    logging.getLogger("some.library").info("chatter")
    (line,) = lines.read()
    assert (line["logger"], line["message"], line["level"]) == ("some.library", "careful, Ana", "warning")


def test_a_line_that_is_no_clean_json_is_written_all_the_same(lines: Lines) -> None:
    log().error("odd", text="\ud800", number=10**40, thing=object)
    (line,) = lines.read()
    assert line["number"] == 10**40


async def test_a_task_inherits_the_request_it_was_started_for(lines: Lines) -> None:
    async def turn() -> None:
        EventBus(()).emit(FINISHED)

    async def request(id_: str) -> None:
        request_id.set(id_)
        await asyncio.create_task(turn())

    await asyncio.gather(*(asyncio.create_task(request(f"r{n}")) for n in range(3)))
    assert {line["request_id"] for line in lines.read()} == {"r0", "r1", "r2"}


def test_logs_can_be_opened_inside_each_other(lines: Lines) -> None:
    inner = Lines()
    with open_log("debug", stream=inner.stream):
        log().debug("inside")
    log().info("outside")
    assert [line["event"] for line in inner.read()] == ["inside"]
    assert [line["event"] for line in lines.read()] == ["outside"]
