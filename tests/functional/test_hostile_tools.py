"""Whatever a plugin's tools do, every turn is answered in time, nobody's result is lost and nobody's secret told.

In time means by the deadline that was meant: the next one is ten seconds away, and how many of these a busy machine
takes is its own affair."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
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

Ask = Callable[..., TurnRequest]
SECRET = "hunter2"
SHORT = 0.1
SOON = 5.0
"""Seconds within which a deadline of `SHORT` has ended a turn, and a tool's usual one, of ten, has not."""
LONG = 60.0
"""Seconds that nothing takes which does not hang."""
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
    while True:  # noqa: ASYNC110 - that is what it is here for
        await anyio.sleep(0.01)


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


async def answered_soon(system: System, request: TurnRequest) -> TurnAnswer:
    """Ask for a turn and see it answered soon, once in three tries."""
    took: list[float] = []
    while not took or (min(took) > SOON and len(took) < 3):
        start = time.monotonic()
        answer = await system.chat(request)
        took.append(time.monotonic() - start)
    assert min(took) <= SOON, took
    return answer


@pytest.mark.parametrize(("tool", "outcome"), HOSTILE, ids=[tool.name for tool, _ in HOSTILE])
async def test_a_hostile_tool_costs_its_own_result_and_nothing_else(
    house, ask: Ask, tool: pulpo.Tool, outcome: str
) -> None:
    async with house(named, fine, tool) as system:
        answer = await answered_soon(system, ask(f"fine {tool.name}"))
    assert [report.outcome for report in answer.tool_calls] == ["ok", outcome]
    assert answer.reply.startswith("fine ")
    assert (f"{tool.name} did not answer within {SHORT} s" in answer.reply) is (outcome == "timeout")
    assert SECRET not in answer.reply


async def test_all_of_them_at_once_cost_their_own_results_and_nothing_else(house, ask: Ask) -> None:
    tools = {tool.name: (tool, outcome) for tool, outcome in HOSTILE if tool is not blocking}
    async with house(named, fine, *(tool for tool, _ in tools.values()), turns=TurnSettings(max_calls=20)) as system:
        answer = await answered_soon(system, ask(" ".join(["fine", *tools])))
    assert [report.outcome for report in answer.tool_calls] == ["ok", *(outcome for _, outcome in tools.values())]
    assert SECRET not in answer.reply


async def test_a_tool_that_outlasts_the_turn_is_answered_at_the_turns_deadline(house, ask: Ask) -> None:
    async with house(named, hanging_by_default, turns=TurnSettings(deadline=0.5, assigned_deadline=0.3)) as system:
        answer = await answered_soon(system, ask("hanging_by_default"))
    assert answer.outcome == "error"
    assert answer.turn_id in answer.reply


class Meeting:
    """Tools that return once all are there, as they never are where one runs after the other."""

    def __init__(self, parties: int) -> None:
        self._missing = parties
        self._complete = anyio.Event()

    async def attend(self) -> str:
        """Wait for the others."""
        self._missing -= 1
        if not self._missing:
            self._complete.set()
        await self._complete.wait()
        return "met"


@pytest.mark.parametrize(("calls", "parties"), [("party0 party1 party2", 3), ("party0 raising party2", 2)])
async def test_the_tools_of_a_step_run_together_and_a_failing_one_costs_nobody_else(
    house, ask: Ask, calls: str, parties: int
) -> None:
    meeting = Meeting(parties)
    tools = [pulpo.tool(read_only=True)(meeting.attend).renamed(f"party{number}") for number in range(3)]
    async with house(named, raising, *tools) as system:
        answer = await system.chat(ask(calls))
    expected = ["error" if name == "raising" else "ok" for name in calls.split()]
    assert [report.outcome for report in answer.tool_calls] == expected


async def test_control_one_that_waits_for_another_of_a_later_step_waits_in_vain(house, ask: Ask) -> None:
    meeting = Meeting(2)
    alone = pulpo.tool(read_only=True, timeout=SHORT)(meeting.attend).renamed("alone")
    async with house(named, alone) as system:
        assert [it.outcome for it in (await system.chat(ask("alone"))).tool_calls] == ["timeout"]


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


async def test_a_sync_tool_that_hangs_does_not_stall_the_others(house, ask: Ask) -> None:
    @pulpo.tool(read_only=True, timeout=LONG)
    def patient() -> str:
        """Wait, in a thread, until the others were served: on the loop they never would be."""
        begun.set()
        return "rested" if GATE.wait(LONG / 2) else "alone"

    begun, rested = threading.Event(), []
    async with house(named, patient, fine, turns=TurnSettings(deadline=LONG, assigned_deadline=LONG)) as system:

        async def ask_the_patient_one() -> None:
            rested.append((await system.chat(ask("patient"))).reply)

        async with anyio.create_task_group() as group:
            group.start_soon(ask_the_patient_one)
            while not begun.is_set():  # noqa: ASYNC110 - a thread sets it
                await anyio.sleep(0.001)
            for _ in range(20):
                assert (await system.chat(ask("fine"))).reply == "fine"
            GATE.set()
    assert rested == ["rested"]


async def test_a_failing_tool_is_refused_announced_and_comes_back(house, ask: Ask) -> None:
    # Only an operator closes it, whatever time passes here.
    async with house(named, raising, fine, breakers={"open_for": 3600, "open_most": 3600}) as system:
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


@pulpo.tool(confirm=False, effect_group="booking", idempotent=True, atomic=True, timeout=1.0)
async def book(context: pulpo.ToolContext, turn: str, staff: str) -> pulpo.Result:
    """Book, and lose the reply in one of several ways."""

    def insert(connection: Any) -> pulpo.Result:
        connection.exec_driver_sql("INSERT INTO booked VALUES (?, ?)", (turn, staff))
        return pulpo.Result({"turn": turn}, f"booked {turn}")

    await context.commit(insert)
    way = Random(context.turn_id + staff).choice(["raise", "raise", "hang", "answer", "answer"])  # noqa: S311
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
