"""What metrics cost: a turn's events counted, and the page written while turns go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

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


def test_writing_the_page() -> None:
    page = flooded()
    series = sum(len(family.samples) for family in page.registry.collect())
    for name, form in (("plain", PLAIN), ("OpenMetrics", OPEN)):
        took = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            size = len(form.write(page.registry))
            took.append(time.perf_counter() - start)
        print(f"\n{name}: {series} series, {size // 1024} KiB in {median(took) * 1000:.0f} ms (goal <= 100)")
    assert series <= 5000


def test_how_late_the_event_loop_is_meanwhile() -> None:
    """A heartbeat of 1 ms beside scrapes in a thread, and beside none."""
    page = flooded()

    async def lateness(scrapes: int) -> list[float]:
        late: list[float] = []
        done = asyncio.Event()

        async def heart() -> None:
            while not done.is_set():
                start = time.perf_counter()
                await asyncio.sleep(0.001)
                late.append(time.perf_counter() - start - 0.001)

        beating = asyncio.create_task(heart())
        for _ in range(scrapes):
            await asyncio.to_thread(PLAIN.write, page.registry)
        if not scrapes:
            await asyncio.sleep(0.5)
        done.set()
        await beating
        return sorted(late)

    for name, scrapes in (("none", 0), ("scrapes", 20)):
        late = asyncio.run(lateness(scrapes))
        print(f"\n{name}: late by {late[len(late) * 99 // 100] * 1000:.1f} ms (P99), {late[-1] * 1000:.1f} ms at most")
