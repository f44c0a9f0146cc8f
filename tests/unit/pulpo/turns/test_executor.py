from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import anyio
import pytest
from pydantic import BaseModel

import pulpo
from pulpo.errors import ToolResultError
from pulpo.turns.request import TurnRequest
from pulpo.turns.results import as_result

Ask = Callable[..., TurnRequest]


def all_at_once(*calls: tuple[str, dict[str, Any]]) -> Callable[[pulpo.PlanContext], pulpo.Step]:
    """A planner that makes the calls in one step and answers with their outcomes."""

    def script(context: pulpo.PlanContext) -> pulpo.Step:
        if context.results:
            return pulpo.Answer(" ".join(result.result.text or result.outcome for result in context.results))
        return pulpo.Calls(tuple(pulpo.ToolCall(f"c{n}", tool, given) for n, (tool, given) in enumerate(calls)))

    return script


@pulpo.tool(read_only=True, timeout=0.05)
async def nap(name: str) -> str:
    """Sleep forever."""
    await anyio.sleep(60)
    return name


@pulpo.tool(read_only=True, timeout=0.05)
def sync_nap(name: str) -> str:
    """Sleep in a thread, longer than allowed."""
    time.sleep(0.3)
    return name


@pulpo.tool(read_only=True)
async def fail(name: str) -> str:
    """Raise."""
    raise ValueError(f"secret of {name}")


@pulpo.tool(read_only=True)
async def fine(name: str) -> str:
    """Work."""
    return name


@pytest.mark.parametrize(("tool", "outcome"), [(nap, "timeout"), (sync_nap, "timeout"), (fail, "error")])
async def test_a_failing_call_keeps_its_siblings(house, ask: Ask, tool: pulpo.Tool, outcome: str) -> None:
    script = all_at_once((tool.name, {"name": "x"}), ("fine", {"name": "good"}))
    answer = await house.orchestrator(script, tools=[tool, fine]).run(ask("go"))
    assert answer.reply == f"{outcome} good"
    assert [report.outcome for report in answer.tool_calls] == [outcome, "ok"]
    assert "secret" not in str(house.events)


async def test_read_only_calls_run_together(house, ask: Ask) -> None:
    started = anyio.Event()

    @pulpo.tool(read_only=True)
    async def first() -> str:
        """Wait for the second."""
        with anyio.fail_after(2):
            await started.wait()
        return "1"

    @pulpo.tool(read_only=True)
    async def second() -> str:
        """Let the first go."""
        started.set()
        return "2"

    answer = await house.orchestrator(all_at_once(("first", {}), ("second", {})), tools=[first, second]).run(ask("x"))
    assert answer.reply == "1 2"


async def test_changes_run_one_after_the_other_in_the_planners_order(house, ask: Ask) -> None:
    log: list[str] = []

    @pulpo.tool(confirm=False)
    async def change(name: str) -> str:
        """Change something."""
        log.append(f"{name} begins")
        await anyio.sleep(0.002)
        log.append(f"{name} ends")
        return name

    script = all_at_once(("change", {"name": "a"}), ("change", {"name": "b"}))
    assert (await house.orchestrator(script, tools=[change]).run(ask("x"))).reply == "a b"
    assert log == ["a begins", "a ends", "b begins", "b ends"]


async def test_a_sync_tool_leaves_the_event_loop_free(house, ask: Ask) -> None:
    @pulpo.tool(read_only=True)
    def where() -> str:
        """Tell the thread."""
        return threading.current_thread().name

    answer = await house.orchestrator(all_at_once(("where", {})), tools=[where]).run(ask("x"))
    assert answer.reply != threading.current_thread().name


def ledger(house) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(house.path)) as connection:
        return list(connection.execute("SELECT tool, state FROM effects ORDER BY rowid"))


async def test_the_ledger_tells_what_became_of_each_change(house, ask: Ask) -> None:
    @pulpo.tool(confirm=False)
    async def works() -> str:
        """Work."""
        return "w"

    @pulpo.tool(confirm=False)
    async def nothing_to_do() -> pulpo.Result:
        """Change nothing."""
        return pulpo.Result(text="n", done=False)

    @pulpo.tool(confirm=False)
    async def breaks() -> str:
        """Raise half-way."""
        raise RuntimeError

    @pulpo.tool(confirm=False)
    async def rolled_back(context: pulpo.ToolContext) -> pulpo.Result:
        """Raise inside the transaction."""

        def closure(connection: object) -> pulpo.Result:
            raise RuntimeError

        return await context.commit(closure)

    tools = [works, nothing_to_do, breaks, rolled_back]
    await house.orchestrator(all_at_once(*((tool.name, {}) for tool in tools)), tools=tools).run(ask("x"))
    assert ledger(house) == [
        ("works", "done"),
        ("nothing_to_do", "none"),
        ("breaks", "unknown"),
        ("rolled_back", "none"),
    ]


async def test_after_one_change_of_a_group_the_others_are_refused_in_that_turn(house, ask: Ask) -> None:
    @pulpo.tool(confirm=False, effect_group="booking")
    async def book(staff: str) -> str:
        """Book."""
        return f"booked {staff}"

    runtime = house.orchestrator(all_at_once(("book", {"staff": "lucia"}), ("book", {"staff": "any"})), tools=[book])
    assert (await runtime.run(ask("x"))).reply == "booked lucia denied"
    assert (await runtime.run(ask("next turn"))).reply == "booked lucia denied"


async def test_only_a_changing_tool_may_commit(house, ask: Ask) -> None:
    @pulpo.tool(read_only=True)
    async def sneaky(context: pulpo.ToolContext) -> pulpo.Result:
        """Try to write."""
        return await context.commit(lambda _: pulpo.Result())

    assert (await house.orchestrator(all_at_once(("sneaky", {})), tools=[sneaky]).run(ask("x"))).reply == "error"


@dataclass
class Plain:
    x: int


class Model(BaseModel):
    y: int


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Hola", pulpo.Result("Hola", "Hola")),
        (Plain(1), pulpo.Result({"x": 1})),
        ([Model(y=2)], pulpo.Result([{"y": 2}])),
        (None, pulpo.Result(None)),
        (pulpo.Result(1, "uno"), pulpo.Result(1, "uno")),
    ],
)
def test_whatever_a_tool_returns_becomes_a_result(value: Any, expected: pulpo.Result) -> None:
    assert as_result(value) == expected


def test_what_is_not_json_is_named() -> None:
    with pytest.raises(ToolResultError, match="look returned what is not JSON"):
        as_result(object(), tool="look")
