"""Whatever a plugin's tools do, every turn is answered in time, nobody's result is lost and nobody's secret told."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import anyio
import pytest

import pulpo
from pulpo.settings import TurnSettings
from pulpo.store import effects
from pulpo.system import System
from pulpo.turns import ledger
from pulpo.turns.request import TurnAnswer, TurnRequest
from support.withheld import withheld

Ask = Callable[..., TurnRequest]
SECRET = "hunter2"
SHORT = 0.1
MARGIN = 0.25
GATE = threading.Event()
"""Holds the threads of hanging sync tools; opened after each test."""


@pytest.fixture(autouse=True)
def gate() -> Iterator[None]:
    GATE.clear()
    yield
    GATE.set()


@pulpo.tool(read_only=True)
async def fine() -> str:
    """Work."""
    return "fine"


@pulpo.tool(read_only=True)
async def raising() -> str:
    """Raise."""
    raise RuntimeError(SECRET)


@pulpo.tool(read_only=True)
def raising_sync() -> str:
    """Raise in a thread."""
    raise RuntimeError(SECRET)


@pulpo.tool(read_only=True)
async def exiting() -> str:
    """End the process."""
    raise SystemExit(SECRET)


@pulpo.tool(read_only=True, timeout=SHORT)
async def hanging() -> str:
    """Hang."""
    await anyio.sleep_forever()
    return SECRET


@pulpo.tool(read_only=True, timeout=SHORT)
def hanging_sync() -> str:
    """Hang in a thread."""
    GATE.wait()
    return SECRET


@pulpo.tool(read_only=True)
async def hanging_by_default() -> str:
    """Hang for longer than a turn may take."""
    await anyio.sleep_forever()
    return SECRET


@pulpo.tool(read_only=True, timeout=SHORT)
async def blocking() -> str:
    """Block the event loop."""
    time.sleep(0.15)  # noqa: ASYNC251 - that is what it is here for
    raise RuntimeError(SECRET)


@pulpo.tool(read_only=True, timeout=SHORT)
async def slow() -> str:
    """Take too long, in small steps."""
    for _ in range(1000):
        await anyio.sleep(0.01)
    return SECRET


@pulpo.tool(read_only=True)
async def huge() -> str:
    """Return 10 MB."""
    return SECRET * (10 * 2**20 // len(SECRET))


@pulpo.tool(read_only=True)
async def endless() -> Any:
    """Return a generator that never ends."""
    return (SECRET for _ in itertools.count())


@pulpo.tool(read_only=True)
async def endless_async() -> AsyncIterator[str]:
    """Be a generator that never ends."""
    while True:
        yield SECRET


@pulpo.tool(read_only=True)
async def nan() -> Any:
    """Return what is no number."""
    return {"price": float("nan"), "note": SECRET}


@pulpo.tool(read_only=True)
async def no_json() -> Any:
    """Return what is no JSON."""
    return {SECRET: object()}


HOSTILE = (
    (raising, "error"),
    (raising_sync, "error"),
    (exiting, "error"),
    (hanging, "timeout"),
    (hanging_sync, "timeout"),
    (blocking, "error"),
    (slow, "timeout"),
    (huge, "error"),
    (endless, "error"),
    (endless_async, "error"),
    (nan, "error"),
    (no_json, "error"),
)


def named(context: pulpo.PlanContext) -> pulpo.Step:
    """Call the tools the message names; say all that is known of the results."""
    if context.results:
        return pulpo.Answer(" ".join(it.result.text or f"{it.outcome}:{it.error}" for it in context.results))
    names = context.turn.text.split()
    return pulpo.Calls(tuple(pulpo.ToolCall(f"c{number}", name, {}) for number, name in enumerate(names)))


async def answered_within(system: System, request: TurnRequest, seconds: float) -> TurnAnswer:
    """Ask for a turn and see it answered in time, once in five tries: another process may hold the machine, but
    nothing makes an answer come sooner than we give it."""
    took: list[float] = []
    while not took or (min(took) > seconds and len(took) < 5):
        start, lost = time.monotonic(), withheld()
        answer = await system.chat(request)
        took.append(time.monotonic() - start - (withheld() - lost))
    assert min(took) <= seconds, took
    return answer


async def seconds_of(system: System, request: TurnRequest) -> float:
    start = time.monotonic()
    await system.chat(request)
    return time.monotonic() - start


@pytest.mark.parametrize(("tool", "outcome"), HOSTILE, ids=[tool.name for tool, _ in HOSTILE])
async def test_a_hostile_tool_costs_its_own_result_and_nothing_else(
    house, ask: Ask, tool: pulpo.Tool, outcome: str
) -> None:
    async with house(named, fine, tool) as system:
        await system.chat(ask("fine"))
        answer = await answered_within(system, ask(f"fine {tool.name}"), SHORT + MARGIN)
    assert [report.outcome for report in answer.tool_calls] == ["ok", outcome]
    assert answer.reply.startswith("fine ")
    assert SECRET not in answer.reply


async def test_all_of_them_at_once_do_not_outlast_the_slowest(house, ask: Ask) -> None:
    tools = {tool.name: (tool, outcome) for tool, outcome in HOSTILE if tool is not blocking}
    async with house(named, fine, *(tool for tool, _ in tools.values()), turns=TurnSettings(max_calls=20)) as system:
        await system.chat(ask("fine"))
        # Twice the deadline, since eight run at a time.
        answer = await answered_within(system, ask(" ".join(["fine", *tools])), 2 * SHORT + MARGIN)
    assert [report.outcome for report in answer.tool_calls] == ["ok", *(outcome for _, outcome in tools.values())]
    assert SECRET not in answer.reply


async def test_a_tool_that_outlasts_the_turn_is_answered_at_the_turns_deadline(house, ask: Ask) -> None:
    async with house(named, hanging_by_default, turns=TurnSettings(deadline=0.5, assigned_deadline=0.3)) as system:
        await system.chat(ask("hola"))
        answer = await answered_within(system, ask("hanging_by_default"), 0.5 + MARGIN)
    assert answer.outcome == "error"
    assert answer.turn_id in answer.reply


async def test_three_tools_of_100_ms_take_one_of_them_and_a_failing_one_costs_nobody_else(house, ask: Ask) -> None:
    async def pause() -> str:
        await anyio.sleep(0.1)
        return "rested"

    tools = [pulpo.tool(read_only=True)(pause).renamed(f"pause{number}") for number in range(3)]
    async with house(named, raising, *tools) as system:
        await system.chat(ask("pause0"))
        alone = min([await seconds_of(system, ask("pause0")) for _ in range(3)])
        three = await answered_within(system, ask("pause0 pause1 pause2"), alone + 0.02)
        two = await answered_within(system, ask("pause0 raising pause2"), alone + 0.02)
    assert three.reply == "rested rested rested"
    assert two.reply.split()[0] == two.reply.split()[-1] == "rested"
    assert [report.outcome for report in two.tool_calls] == ["ok", "error", "ok"]


async def test_600_hung_calls_leave_at_most_8_threads(house, ask: Ask) -> None:
    async with house(named, hanging_sync, fine) as system:
        before = set(threading.enumerate())
        for _ in range(6):
            async with anyio.create_task_group() as group:
                for _ in range(100):
                    group.start_soon(system.chat, ask("hanging_sync"))
            system.breakers.force("demo", "hanging_sync", "closed")
        hung = [it for it in set(threading.enumerate()) - before if it.name == "pulpo-tool"]
        assert len(hung) == 8
        assert system.guards.threads.stuck == {"made"}
        answer = await system.chat(ask("fine hanging_sync"))
    assert [report.outcome for report in answer.tool_calls] == ["ok", "limited"]


async def test_a_sync_tool_that_sleeps_2_s_does_not_stall_the_others(house, ask: Ask) -> None:
    @pulpo.tool(read_only=True)
    def sleepy() -> str:
        """Sleep in a thread."""
        time.sleep(2)
        return "rested"

    async with house(named, sleepy) as system:
        most: list[float] = []
        while not most or (min(most) >= 0.1 and len(most) < 4):
            # A machine that is busy with something else stalls now and then; a tool on the loop would each time.
            async with watched_loop() as stalls:
                answer = await system.chat(ask("sleepy"))
            assert answer.reply == "rested"
            most.append(max(stalls))
    assert min(most) < 0.1, most


@asynccontextmanager
async def watched_loop() -> AsyncIterator[list[float]]:
    """Give the seconds that each sleep of 5 ms took while the block lasts, but for those a busy machine withheld."""
    took: list[float] = []

    async def watch() -> None:
        while True:
            before, lost = time.monotonic(), withheld()
            await anyio.sleep(0.005)
            took.append(time.monotonic() - before - (withheld() - lost))

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        yield took
        group.cancel_scope.cancel()


async def test_a_failing_tool_is_refused_announced_and_comes_back(house, ask: Ask) -> None:
    async with house(named, raising, fine) as system:
        for _ in range(5):
            await system.chat(ask("raising"))
        (report,) = system.breakers.reports("demo")
        assert (report.tool, report.state) == ("raising", "open")
        answer = await system.chat(ask("raising", locale="en"))
        assert answer.reply.startswith("I can't do this right now: raising.")
        assert (await system.chat(ask("fine"))).reply == "fine"
        system.breakers.force("demo", "raising", "closed")
        answer = await system.chat(ask("raising"))
        assert [call.outcome for call in answer.tool_calls] == ["error"]


LOST = int(os.environ.get("LOST", "150"))
"""Bookings whose reply gets lost. Three ways to lose it, each tried with retries and with rescue."""


@pulpo.tool(confirm=False, effect_group="booking", idempotent=True, atomic=True, timeout=0.5)
async def book(context: pulpo.ToolContext, turn: str, staff: str) -> pulpo.Result:
    """Book, and lose the reply in one of several ways."""

    def insert(connection: Any) -> pulpo.Result:
        connection.exec_driver_sql("INSERT INTO booked VALUES (?, ?)", (turn, staff))
        return pulpo.Result({"turn": turn}, f"booked {turn}")

    await context.commit(insert)
    way = Random(context.turn_id + staff).choice(["raise", "hang", "answer"])  # noqa: S311
    if way == "hang":
        await anyio.sleep_forever()
    if way == "raise":
        raise ConnectionError(SECRET)
    return pulpo.Result(text="booked")


def book_for(staff: str, *, fail: bool) -> Callable[[pulpo.PlanContext], pulpo.Step]:
    """A planner that books whatever was done already, and then fails or says what came of it."""

    def script(context: pulpo.PlanContext) -> pulpo.Step:
        own = f"{staff} {fail}"
        if all(it.call.id != own for it in context.results):
            return pulpo.Calls((pulpo.ToolCall(own, "book", {"turn": context.turn.text, "staff": staff}),))
        if fail:
            raise RuntimeError
        return pulpo.Answer(" ".join(it.result.text or it.outcome for it in context.results))

    return script


async def book_many(house, ask: Ask, rescue: str) -> list[str]:
    """Let the canary book and fail, and stable ask for the same or for something else; return what was booked."""
    async with house(book_for(rescue, fail=False), book, canary=book_for("lucia", fail=True)) as system:
        await system.database.write(lambda c: c.exec_driver_sql("CREATE TABLE booked (turn TEXT, staff TEXT)"))

        async def customer(numbers: Iterator[int]) -> None:
            for number in numbers:
                await system.chat(ask(f"turn{number}", idempotency_key=f"k{number}"))

        numbers = iter(range(LOST))
        async with anyio.create_task_group() as group:
            for _ in range(32):
                group.start_soon(customer, numbers)
        for number in range(0, LOST, 10):
            await system.chat(ask(f"turn{number}", idempotency_key=f"k{number}"))
        rows = await system.database.read(lambda c: c.exec_driver_sql("SELECT turn FROM booked").scalars().all())
        return sorted(rows)


@pytest.mark.parametrize("rescue", ["lucia", "any"], ids=["same arguments", "other arguments"])
async def test_a_booking_whose_reply_is_lost_is_made_once(house, ask: Ask, rescue: str) -> None:
    assert await book_many(house, ask, rescue) == sorted(f"turn{number}" for number in range(LOST))


async def test_control_without_the_ledger_lost_replies_make_duplicates(
    house, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = itertools.count()
    monkeypatch.setattr(ledger, "effect_key", lambda turn_id, call: f"key{next(numbers)}")
    monkeypatch.setattr(effects, "_of_group", lambda *_: None)
    monkeypatch.setattr(ledger.Ledger, "_mark", lambda *_: None)
    booked = await book_many(house, ask, "lucia")
    assert len(booked) > len(set(booked)) == LOST
