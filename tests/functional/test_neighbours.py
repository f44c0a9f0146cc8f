"""Beside a bad tool everybody else is served as before: nobody waits for it, and it keeps nothing that others need.

Told by what happens while its calls hang: how long others take is measured by `tests/bench/test_neighbours.py`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import anyio
import pytest

import pulpo
from pulpo.settings import TurnSettings
from pulpo.system import System
from pulpo.turns.request import TurnRequest

Ask = Callable[..., TurnRequest]
GATE = threading.Event()
"""Holds bad tools; opened after each test."""
WAITING: list[anyio.Event] = []
"""The same, for those that wait on the loop."""
BEGUN: list[str] = []
"""The calls of bad tools."""
SERVED: list[str] = []
"""The replies to the others."""
HOURS = 3600.0
SHORT = 0.05
"""Seconds after which a bad tool's call is given up where that is what is looked at."""
BAD, OTHERS, TURNS = 3, 4, 10
NEVER_OPEN = {"window": 10_000, "minimum": 10_000}
NEVER_AGAIN = {"open_for": HOURS, "open_most": HOURS, "slow": HOURS}
MINIMUM = 5
"""Calls that a breaker judges by."""


@pytest.fixture(autouse=True)
def gate() -> Iterator[None]:
    GATE.clear()
    for kept in (WAITING, BEGUN, SERVED):
        kept.clear()
    yield
    GATE.set()


def let_go() -> None:
    """Let the bad calls return after all."""
    GATE.set()
    for each in WAITING:
        each.set()


@pulpo.tool(read_only=True, timeout=HOURS)
def honest() -> str:
    """Work, in one of the threads that the plugin's sync tools share."""
    return "fine"


@pulpo.tool(read_only=True, timeout=HOURS)
async def hangs() -> str:
    """Hang."""
    held = anyio.Event()
    WAITING.append(held)
    BEGUN.append("hangs")
    await held.wait()
    return "at last"


@pulpo.tool(read_only=True, timeout=HOURS)
def hangs_in_a_thread() -> str:
    """Hang in a thread."""
    BEGUN.append("hangs_in_a_thread")
    GATE.wait()
    return "at last"


@pulpo.tool(read_only=True, timeout=HOURS)
async def drips() -> str:
    """Take too long, in small steps."""
    BEGUN.append("drips")
    while not GATE.is_set():  # noqa: ASYNC110 - that is what it is here for
        await anyio.sleep(0.005)
    return "at last"


@pulpo.tool(read_only=True)
async def raises() -> str:
    """Raise."""
    BEGUN.append("raises")
    raise RuntimeError


@pulpo.tool(read_only=True, timeout=HOURS)
async def blocks() -> str:
    """Block the event loop, which nothing can make up for; say how many were served meanwhile."""
    before = len(SERVED)
    BEGUN.append("blocks")
    time.sleep(0.05)  # noqa: ASYNC251 - that is what it is here for
    return f"{len(SERVED) - before} served"


def named(context: pulpo.PlanContext) -> pulpo.Step:
    """Call the tool that the message names, and say what came of it."""
    if context.results:
        return pulpo.Answer(context.results[-1].result.text or context.results[-1].outcome)
    return pulpo.Calls((pulpo.ToolCall("c", context.turn.text, {}),))


async def serve_others(system: System, ask: Ask) -> None:
    """Answer some people who want nothing of the bad tool."""

    async def work() -> None:
        for _ in range(TURNS):
            SERVED.append((await system.chat(ask(honest.name))).reply)

    async with anyio.create_task_group() as others:
        for _ in range(OTHERS):
            others.start_soon(work)


async def begun(calls: int) -> None:
    """Wait until so many calls of the bad tool are under way."""
    while len(BEGUN) < calls:  # noqa: ASYNC110 - no event is set for that
        await anyio.sleep(0.001)


@pytest.mark.parametrize("bad", [hangs, hangs_in_a_thread, drips], ids=lambda tool: tool.name)
async def test_everybody_else_is_served_while_calls_of_a_bad_tool_hang(house, ask: Ask, bad: pulpo.Tool) -> None:
    heard: list[str] = []

    async def bother() -> None:
        heard.append((await system.chat(ask(bad.name))).reply)

    unhurried = TurnSettings(deadline=HOURS, assigned_deadline=HOURS)
    async with house(named, honest, bad, turns=unhurried) as system, anyio.create_task_group() as neighbours:
        for _ in range(BAD):
            neighbours.start_soon(bother)
        try:
            with anyio.fail_after(60):
                await begun(BAD)
                await serve_others(system, ask)
            assert (SERVED, heard) == (["fine"] * OTHERS * TURNS, [])
        finally:
            let_go()
    assert heard == ["at last"] * BAD, "nothing but the test's end ended them"


async def test_control_while_a_tool_blocks_the_loop_nobody_is_served(house, ask: Ask) -> None:
    async with house(named, honest, blocks) as system, anyio.create_task_group() as group:
        group.start_soon(serve_others, system, ask)
        while not SERVED:  # noqa: ASYNC110 - no event is set for that
            await anyio.sleep(0.001)
        assert (await system.chat(ask(blocks.name))).reply == "0 served"
    assert len(SERVED) == OTHERS * TURNS


@pytest.mark.parametrize("bad", [hangs, hangs_in_a_thread, drips, raises], ids=lambda tool: tool.name)
async def test_a_bad_tool_is_left_alone_before_it_has_taken_what_others_need(house, ask: Ask, bad: pulpo.Tool) -> None:
    async with house(named, honest, replace(bad, timeout=SHORT), breakers=NEVER_AGAIN) as system:
        replies = [(await system.chat(ask(bad.name))).reply for _ in range(2 * MINIMUM)]
        assert len(BEGUN) == MINIMUM, "each of which was given up; then it was called no more"
        assert system.breakers.of("demo", bad.name).state == "open"
        assert len(set(replies[MINIMUM:])) == 1
        await serve_others(system, ask)
    assert SERVED == ["fine"] * OTHERS * TURNS


async def test_control_without_a_breaker_a_hanging_tool_takes_the_threads_of_all(house, ask: Ask) -> None:
    short = replace(hangs_in_a_thread, timeout=SHORT)
    async with house(named, honest, short, breakers=NEVER_OPEN) as system:
        for _ in range(8):
            await system.chat(ask(short.name))
        answer = await system.chat(ask(honest.name))
        assert [call.outcome for call in answer.tool_calls] == ["limited"]
