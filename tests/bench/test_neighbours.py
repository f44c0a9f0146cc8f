"""What a bad tool costs the people beside it: the growth of their P95. Goal: a tenth at the most.

Rounds with and without it take turns, so that what the machine does meanwhile hits both alike; the control blocks the
event loop, which nothing can make up for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from statistics import median

import anyio
import pytest

import pulpo
from functional.conftest import Made, Scripted
from pulpo.assembly import running
from pulpo.plugins import load_plugins
from pulpo.settings import Settings, VariantSettings
from pulpo.system import System
from pulpo.turns.request import TurnRequest

DEADLINE = 0.1
"""Seconds after which a bad tool's call is given up."""
WORTH = 0.03
"""Seconds that an honest call takes, so that a tenth of it is more than a busy machine's moods."""
OTHERS, TURNS, PAIRS = 4, 10, 7
GATE = threading.Event()
"""Holds the threads of hanging sync tools; opened after each measurement."""


@pytest.fixture(autouse=True)
def gate() -> Iterator[None]:
    GATE.clear()
    yield
    GATE.set()


@pulpo.tool(read_only=True)
def honest() -> str:
    """Work, in one of the threads that the plugin's sync tools share."""
    time.sleep(WORTH)
    return "fine"


@pulpo.tool(read_only=True, timeout=DEADLINE)
async def hangs() -> str:
    """Hang."""
    await anyio.sleep_forever()
    return "never"


@pulpo.tool(read_only=True, timeout=DEADLINE)
def hangs_in_a_thread() -> str:
    """Hang in a thread."""
    GATE.wait()
    return "never"


@pulpo.tool(read_only=True, timeout=DEADLINE)
async def drips() -> str:
    """Take too long, in small steps."""
    while True:  # noqa: ASYNC110 - that is what it is here for
        await anyio.sleep(0.005)


@pulpo.tool(read_only=True)
async def raises() -> str:
    """Raise."""
    raise RuntimeError


@pulpo.tool(read_only=True, timeout=DEADLINE)
async def blocks() -> str:
    """Block the event loop."""
    time.sleep(2 * WORTH)  # noqa: ASYNC251 - that is what it is here for
    raise RuntimeError


def named(context: pulpo.PlanContext) -> pulpo.Step:
    if context.results:
        return pulpo.Answer(context.results[-1].result.text or context.results[-1].outcome)
    return pulpo.Calls((pulpo.ToolCall("c", context.turn.text, {}),))


@pytest.mark.parametrize("bad", [hangs, hangs_in_a_thread, drips, raises, blocks], ids=lambda tool: tool.name)
async def test_what_a_bad_tool_costs_its_neighbours(tmp_path: Path, bad: pulpo.Tool) -> None:
    made = Made([honest, bad], [Scripted("stable", named)])
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/pulpo.db",
        variants={"stable": VariantSettings(planner="stable")},
        breakers={"window": 10_000, "minimum": 10_000} if bad is blocks else {},
    )
    async with running(settings, catalogue=load_plugins(extra=[("made", made)], only=["pulpo_canary"])) as system:
        pairs = growths(system, beside=bad.name)
        found = [await anext(pairs) for _ in range(PAIRS)]
    goal = "the control" if bad is blocks else "goal <= 1.10"
    print(f"\nP95 beside {bad.name} / alone: {median(found):.2f} ({min(found):.2f}–{max(found):.2f}; {goal})")


async def growths(system: System, *, beside: str) -> AsyncIterator[float]:
    """Give how much the neighbour costs others, pair by pair, after one that warms up."""
    await p95_of_others(system, beside=beside)
    while True:
        alone = await p95_of_others(system)
        yield await p95_of_others(system, beside=beside) / alone


async def p95_of_others(system: System, *, beside: str = "") -> float:
    """Return the P95 of honest turns in seconds, each of which must be served, while somebody asks for ``beside``."""
    took: list[float] = []

    async def bother() -> None:
        while True:
            await system.chat(TurnRequest(workspace_id="demo", message=beside))

    async def work() -> None:
        for _ in range(TURNS):
            began = time.monotonic()
            assert (await system.chat(TurnRequest(workspace_id="demo", message=honest.name))).reply == "fine"
            took.append(time.monotonic() - began)

    async with anyio.create_task_group() as neighbour:
        if beside:
            neighbour.start_soon(bother)
        async with anyio.create_task_group() as others:
            for _ in range(OTHERS):
                others.start_soon(work)
        neighbour.cancel_scope.cancel()
    return sorted(took)[int(0.95 * len(took))]
