"""What people are shown of a log."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from pulpo.cli.logs import MARKERS, shown
from pulpo.contracts.events import TurnFinished, VariantFailed
from pulpo.observability import logging
from pulpo.observability.events import EventBus


def line(**fields: Any) -> str:
    return json.dumps({"timestamp": "2026-11-22T10:30:00.250+00:00", "level": "info", "event": "x", **fields}) + "\n"


LINES = [
    "PulpoAI listens on http://127.0.0.1:8000\n",
    line(event="turn finished", marker="AGENT_LOOP", conversation="c1", workspace="demo", duration_ms=12.5),
    line(event="turn rescued", marker="CANARY", level="warning", conversation="c2", error="two words"),
    line(event="variant failed", marker="ERROR", level="error", workspace="other", trace="Traceback\n  line 1"),
    "\n",
]


def test_lines_become_readable_and_others_stay() -> None:
    assert list(shown(LINES, ids={})) == [
        "PulpoAI listens on http://127.0.0.1:8000",
        "10:30:00.250 info     AGENT_LOOP turn finished  \x1b[2mconversation=c1 workspace=demo duration_ms=12.5\x1b[0m",
        "\x1b[33m\x1b[1m10:30:00.250 warning  CANARY     turn rescued\x1b[0m"
        '  \x1b[2mconversation=c2 error="two words"\x1b[0m',
        "\x1b[31m\x1b[1m10:30:00.250 error    ERROR      variant failed\x1b[0m  \x1b[2mworkspace=other\x1b[0m"
        "\n    Traceback\n      line 1",
    ]


@pytest.mark.parametrize(
    ("wanted", "events"),
    [
        ({"markers": ["ERROR", "CANARY"]}, ["turn rescued", "variant failed"]),
        ({"level": "warning"}, ["turn rescued", "variant failed"]),
        ({"ids": {"conversation": "c1"}}, ["turn finished"]),
        ({"ids": {"workspace": "demo"}, "markers": ["ERROR"]}, []),
    ],
)
def test_only_what_is_asked_for(wanted: dict[str, Any], events: list[str]) -> None:
    found = list(shown(LINES, **{"ids": {}, **wanted}))
    assert [next(name for name in events if name in text) for text in found] == events


def test_a_log_cannot_write_to_the_terminal() -> None:
    (text,) = shown([line(event="x", error="\x1b[2J\x07\u009b31m")], ids={})
    assert "\x1b[2J" not in text
    assert "\x07" not in text
    assert "\u009b" not in text


def test_the_command_reads_a_file_or_what_it_is_sent(run, folder) -> None:
    (folder / "log").write_text("".join(LINES), encoding="utf-8")
    result = run("logs", "log", "--marker", "ERROR")
    assert result.exit_code == 0
    assert result.output.startswith("10:30:00.250 error    ERROR      variant failed  workspace=other\n    Traceback")
    assert run("logs", "absent").exit_code == 2


def test_what_the_server_writes_is_what_is_read() -> None:
    stream = BytesIO()
    with logging.open_log("info", stream=stream):
        bus = EventBus(())
        bus.emit(TurnFinished("t", "c", "demo", "stable", "stable", "ok", 2, 1, 0.0125))
        bus.emit(VariantFailed("t", "demo", "stable", "Boom", "Traceback\n  here"))
    finished, failed = shown(stream.getvalue().decode().splitlines(keepends=True), ids={})
    assert "turn finished" in finished
    assert "turn=t workspace=demo variant=stable" in finished
    assert failed.endswith("\n    Traceback\n      here")
    assert set(MARKERS) == {logging.AGENT_LOOP, logging.CANARY, logging.ERROR}
