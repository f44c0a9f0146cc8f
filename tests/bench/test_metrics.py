"""What metrics cost: a turn's events counted, and the page written while turns go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import pulpo
from pulpo.observability.recent import Recent
from pulpo_prometheus import shared
from pulpo_prometheus.page import OPEN, PLAIN
from support.metrics import Page, called, finished, loaded

ROUNDS, TURNS = 7, 3000
TOOLS, WORKSPACES = 50, 1000

TURN = (
    pulpo.VariantAssigned("t", "c", "demo", "stable", "disabled", 0),
    pulpo.PolicyChecked("t", "message_size", "message", "allow", "", 0.0001, "stable"),
    pulpo.PlannerStepped("t", "rules", "stable", 0, 0.002),
    called(),
    pulpo.PlannerStepped("t", "rules", "stable", 1, 0.001),
    finished(),
)
"""The events of a turn with one tool call."""


def microseconds(turn: Callable[[], None]) -> float:
    """Median CPU microseconds of a turn's events."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(TURNS):
            turn()
        found.append((time.process_time() - start) / TURNS * 1e6)
    return median(found)


def teller(page: Page, recent: Recent) -> Callable[[], None]:
    handlers = (page.sink.handlers, recent.handlers)
    steps = [(each[type(event)], event) for event in TURN for each in handlers if type(event) in each]

    def turn() -> None:
        for handle, event in steps:
            handle(event)

    return turn


def flooded() -> Page:
    """A page with 50 tools, and 1,000 workspaces that want to be on it."""
    page = Page()
    page.tell(loaded(tools=tuple(f"tool{number}" for number in range(TOOLS)), planners=("rules",)))
    for number in range(WORKSPACES):
        page.tell(finished(workspace_id=f"workspace{number}", trace_id="4bf92f3577b34da6a3ce929d0e0e4736"))
        page.tell(called(f"tool{number % (2 * TOOLS)}"))
    return page


def test_counting_a_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recent = Recent(clock=time.monotonic)
    own = microseconds(teller(Page(), recent))
    monkeypatch.setenv(shared.VARIABLE, str(tmp_path))
    several = microseconds(teller(Page(folder=tmp_path), recent))
    print(f"\na turn's events counted: {own:.1f} µs; for several processes {several:.1f} µs (goal <= 50)")


def milliseconds(write: Callable[[Any], bytes], registry: Any) -> float:
    """Median CPU milliseconds: a shared machine makes anything wait."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        write(registry)
        found.append((time.process_time() - start) * 1000)
    return median(found)


def longest_piece(write: Callable[[Any], bytes], registry: Any, monkeypatch: pytest.MonkeyPatch) -> float:
    """Most CPU milliseconds between two pauses of the writer, the median of several writings."""
    marks: list[float] = []
    monkeypatch.setattr("pulpo_prometheus.page.time.sleep", lambda _: marks.append(time.process_time()))
    found = []
    for _ in range(ROUNDS):
        marks[:] = [time.process_time()]
        write(registry)
        marks.append(time.process_time())
        found.append(max(after - before for before, after in pairwise(marks)) * 1000)
    return median(found)


def test_writing_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written in a thread that lets the event loop in after each piece: the longest one is what a turn may have
    to wait for."""
    page = flooded()
    series = sum(len(family.samples) for family in page.registry.collect())
    for name, form in (("plain text", PLAIN), ("OpenMetrics", OPEN)):
        whole = milliseconds(form.write, page.registry)
        longest = longest_piece(form.write, page.registry, monkeypatch)
        print(f"\n{name}: {series} series in {whole:.1f} ms (goal <= 100), at most {longest:.1f} at once (<= 5)")
    assert series <= 5000
