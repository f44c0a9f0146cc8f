from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest

import pulpo
from pulpo.turns.request import TurnRequest
from support.scripts import all_at_once, ledger, one_call, outcomes

Ask = Callable[..., TurnRequest]


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
    assert ledger(house.path) == [
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


def booking(found: pulpo.Result | Exception | None = None, **hints: Any) -> tuple[pulpo.Tool, list[str], pulpo.Tool]:
    """A tool that books and then never answers; what it booked; the same with a reconciliation that finds ``found``."""
    booked: list[str] = []

    @pulpo.tool(confirm=False, timeout=0.02, title="Book a table", **hints)
    async def book() -> str:
        """Book, and lose the reply."""
        booked.append("table")
        await anyio.sleep(60)
        return "never"

    asking = book.renamed("book")

    async def reconcile() -> pulpo.Result | None:
        if isinstance(found, Exception):
            raise found
        return found

    asking.reconcile(reconcile)
    return book, booked, asking


def twice(context: pulpo.PlanContext) -> pulpo.Step:
    """Ask for the booking; as the rescuing variant, ask for it again."""
    return one_call("book")(context)


def then_fails(context: pulpo.PlanContext) -> pulpo.Step:
    if context.results:
        raise RuntimeError
    return one_call("book")(context)


async def test_an_effect_in_doubt_is_not_repeated_and_the_user_is_told(house, ask: Ask) -> None:
    book, booked, _ = booking()
    answer = await house.orchestrator(twice, canary=then_fails, tools=[book]).run(ask("x", locale="en"))
    assert booked == ["table"]
    assert outcomes(answer) == ["timeout", "error"]
    assert "I don't know whether this went through: Book a table." in answer.reply


async def test_the_user_is_told_even_when_all_planners_fail(house, ask: Ask) -> None:
    book, _, _ = booking()
    answer = await house.orchestrator(then_fails, tools=[book]).run(ask("x", locale="es"))
    assert answer.outcome == "error"
    assert "No sé si esto ha llegado a hacerse: Book a table." in answer.reply


async def test_a_tool_that_can_tell_is_asked_instead_of_run_again(house, ask: Ask) -> None:
    _, booked, book = booking(pulpo.Result({"id": 7}, "booked: 7"))
    answer = await house.orchestrator(twice, canary=then_fails, tools=[book]).run(ask("x", locale="en"))
    assert (answer.reply, outcomes(answer)) == ("booked: 7", ["timeout", "ok"])
    assert booked == ["table"]
    assert ledger(house.path) == [("book", "done")]


async def test_what_certainly_did_not_happen_may_be_done(house, ask: Ask) -> None:
    _, booked, book = booking(None)
    await house.orchestrator(twice, canary=then_fails, tools=[book]).run(ask("x"))
    assert booked == ["table", "table"]


async def test_a_reconciliation_that_fails_leaves_the_doubt(house, ask: Ask) -> None:
    _, booked, book = booking(ConnectionError("secret"))
    answer = await house.orchestrator(twice, canary=then_fails, tools=[book]).run(ask("x", locale="en"))
    assert outcomes(answer) == ["timeout", "error"]
    assert "I don't know whether this went through" in answer.reply
    assert booked == ["table"]
    assert "secret" not in str(house.events)


async def test_an_idempotent_effect_may_be_repeated_after_a_doubt(house, ask: Ask) -> None:
    book, booked, _ = booking(idempotent=True)
    await house.orchestrator(twice, canary=then_fails, tools=[book]).run(ask("x"))
    assert booked == ["table", "table"]


@pulpo.tool(confirm=False, timeout=0.05, effect_group="booking")
async def commits_and_dies(context: pulpo.ToolContext, how: str) -> pulpo.Result:
    """Book in our own database, then lose the reply."""
    await context.commit(lambda _: pulpo.Result({"id": 7}, "booked: 7"))
    if how == "hangs":
        await anyio.sleep(60)
    raise ConnectionError(how)


@pytest.mark.parametrize("how", ["raises", "hangs"])
async def test_what_was_committed_counts_however_the_reply_got_lost(house, ask: Ask, how: str) -> None:
    script = all_at_once(("commits_and_dies", {"how": how}), ("commits_and_dies", {"how": "again"}))
    answer = await house.orchestrator(script, tools=[commits_and_dies]).run(ask("x"))
    assert (answer.reply, outcomes(answer)) == ("booked: 7 denied", ["ok", "denied"])
    assert ledger(house.path) == [("commits_and_dies", "done")]
