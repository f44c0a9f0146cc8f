"""Beside a bad tool everybody else is served as before: their P95 grows by a tenth at the most."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from statistics import median

import anyio
import pytest

import pulpo
from pulpo.system import System
from pulpo.turns.request import TurnRequest

Ask = Callable[..., TurnRequest]
GATE = threading.Event()
"""Holds the threads of hanging sync tools; opened after each test."""
DEADLINE = 0.1
"""Seconds after which a bad tool's call is given up."""
WORTH = 0.03
"""Seconds that an honest call takes, so that a tenth of it is more than a busy machine's moods."""
OTHERS, TURNS, TRIES = 4, 10, 6
GROWTH = 1.10
NEVER_OPEN = {"window": 10_000, "minimum": 10_000}


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
    for _ in range(1000):
        await anyio.sleep(0.005)
    return "never"


@pulpo.tool(read_only=True)
async def raises() -> str:
    """Raise."""
    raise RuntimeError


@pulpo.tool(read_only=True, timeout=DEADLINE)
async def blocks() -> str:
    """Block the event loop, which nothing can make up for."""
    time.sleep(2 * WORTH)  # noqa: ASYNC251 - that is what it is here for
    raise RuntimeError


def named(context: pulpo.PlanContext) -> pulpo.Step:
    """Call the tool that the message names, and say what came of it."""
    if context.results:
        return pulpo.Answer(context.results[-1].result.text or context.results[-1].outcome)
    return pulpo.Calls((pulpo.ToolCall("c", context.turn.text, {}),))


async def p95_of_others(system: System, ask: Ask, *, beside: str = "") -> float:
    """Return the P95 of honest turns in seconds, each of which must be served, while somebody asks for ``beside``."""
    took: list[float] = []

    async def bother() -> None:
        while True:
            await system.chat(ask(beside))

    async def work() -> None:
        for _ in range(TURNS):
            began = time.monotonic()
            assert (await system.chat(ask(honest.name))).reply == "fine"
            took.append(time.monotonic() - began)

    async with anyio.create_task_group() as neighbour:
        if beside:
            neighbour.start_soon(bother)
        async with anyio.create_task_group() as others:
            for _ in range(OTHERS):
                others.start_soon(work)
        neighbour.cancel_scope.cancel()
    return sorted(took)[int(0.95 * len(took))]


async def growths(system: System, ask: Ask, *, beside: str) -> AsyncIterator[float]:
    """Give how much the neighbour costs others, pair by pair, after one that warms up."""
    await p95_of_others(system, ask, beside=beside)
    while True:
        alone = await p95_of_others(system, ask)
        yield await p95_of_others(system, ask, beside=beside) / alone


async def least_growth(system: System, ask: Ask, *, beside: str) -> float:
    """Return the growth of the best of some pairs: another process may hold the machine in any of them, but nothing
    serves people sooner than we do."""
    found: list[float] = []
    async for growth in growths(system, ask, beside=beside):
        found.append(growth)
        if growth <= GROWTH or len(found) == TRIES:
            break
    return min(found)


@pytest.mark.parametrize("bad", [hangs, hangs_in_a_thread, drips, raises], ids=lambda tool: tool.name)
async def test_a_bad_tool_costs_the_others_a_tenth_of_their_p95_at_most(house, ask: Ask, bad: pulpo.Tool) -> None:
    async with house(named, honest, bad) as system:
        assert await least_growth(system, ask, beside=bad.name) <= GROWTH
        assert system.breakers.of("demo", bad.name).state != "closed"


async def test_control_a_tool_that_blocks_the_loop_costs_them_more(house, ask: Ask) -> None:
    async with house(named, honest, blocks, breakers=NEVER_OPEN) as system:
        pairs = growths(system, ask, beside=blocks.name)
        # As many as the others have, of which another process may hide it in some: it shows in the middle.
        assert median([await anext(pairs) for _ in range(3)]) > GROWTH


async def test_control_without_a_breaker_a_hanging_tool_takes_the_threads_of_all(house, ask: Ask) -> None:
    async with house(named, honest, hangs_in_a_thread, breakers=NEVER_OPEN) as system:
        for _ in range(8):
            await system.chat(ask(hangs_in_a_thread.name))
        answer = await system.chat(ask(honest.name))
        assert [call.outcome for call in answer.tool_calls] == ["limited"]
