from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest

import pulpo
from pulpo.errors import StoreUnavailableError
from pulpo.turns.request import TurnRequest
from support.scripts import all_at_once, ledger, one_call, outcomes
from support.turns import lapse
from support.waiting import LIMIT

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
    assert (answer.reply, outcomes(answer)) == ("booked: 7", ["ok"])
    assert booked == ["table"]
    assert ledger(house.path) == [("book", "done")]


async def test_a_tool_that_finds_nothing_right_after_its_call_failed_proves_nothing(house, ask: Ask) -> None:
    _, _, book = booking(None)
    answer = await house.orchestrator(twice, tools=[book]).run(ask("x", locale="en"))
    assert "I don't know whether this went through: Book a table." in answer.reply
    assert ledger(house.path) == [("book", "unknown")]


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
    with anyio.CancelScope(shield=True):  # the deadline is for the reply
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


def atomic(way: str) -> pulpo.Tool:
    """A tool that changes our own database alone, and fails in the ``way`` before it does, or says that it did."""

    @pulpo.tool(
        confirm=False,
        timeout=0.02 if way == "hangs" else LIMIT,
        effect_group="booking",
        atomic=True,
        title="Book a table",
    )
    async def book(context: pulpo.ToolContext, staff: str = "any") -> pulpo.Result:
        """Book."""
        if way == "hangs":
            await anyio.sleep(60)
        if way == "raises":
            raise ConnectionError
        if way == "lies":
            return pulpo.Result(text="booked")
        if way == "taken":
            return pulpo.Result(text="taken", done=False)
        return await context.commit(lambda _: pulpo.Result(staff, f"booked {staff}"))

    return book


@pytest.mark.parametrize(
    ("way", "outcome"), [("hangs", "timeout"), ("raises", "error"), ("lies", "error"), ("taken", "ok")]
)
async def test_an_atomic_tool_that_did_not_commit_changed_nothing(house, ask: Ask, way: str, outcome: str) -> None:
    answer = await house.orchestrator(one_call("book"), tools=[atomic(way)]).run(ask("x", locale="en"))
    assert outcomes(answer) == [outcome]
    assert "I don't know" not in answer.reply
    assert ledger(house.path) == [("book", "none")]


async def test_rescue_may_do_what_an_atomic_tool_did_not(house, ask: Ask) -> None:
    """Also with other arguments, and the user hears of no doubt."""
    tool = atomic("hangs")
    works = atomic("works")

    def then_works(context: pulpo.PlanContext) -> pulpo.Step:
        object.__setattr__(tool, "function", works.function)
        object.__setattr__(tool, "timeout", works.timeout)
        return one_call("book", staff="lucia")(context)

    answer = await house.orchestrator(then_works, canary=then_fails, tools=[tool]).run(ask("x", locale="en"))
    assert answer.reply == "booked lucia"
    assert ledger(house.path) == [("book", "none"), ("book", "done")]


async def lost(house, ask: Ask, tool: pulpo.Tool, *, committed: bool) -> None:
    """Begin a turn with the tool's effect and lose the process, before or after it was committed."""
    request = ask("x", idempotency_key="k", locale="en")
    gone = house.orchestrator(one_call("book", **({"staff": "any"} if "staff" in tool.types else {})), tools=[tool])
    original, commit = house.store.finish, house.store.commit

    async def dies(*_: Any, **__: Any) -> Any:
        raise StoreUnavailableError("gone")

    house.store.finish = dies
    house.store.settle, settle = dies, house.store.settle
    if not committed:
        house.store.commit = dies
    with pytest.raises(StoreUnavailableError):
        await gone.run(request)
    house.store.finish, house.store.commit, house.store.settle = original, commit, settle
    await lapse(house.store, "id2")


@pytest.mark.parametrize("committed", [True, False])
async def test_after_a_crash_our_database_is_asked_what_an_atomic_tool_did(house, ask: Ask, committed: bool) -> None:
    """Whatever the planner asks for now: what was done is told, what was not may be done in another way."""
    house.patience = 0.05
    tool = atomic("works")
    await lost(house, ask, tool, committed=committed)
    again = house.orchestrator(one_call("book", staff="lucia"), tools=[tool])
    answer = await again.run(ask("x", idempotency_key="k", locale="en"))
    assert answer.reply == ("booked any" if committed else "booked lucia")
    states = ledger(house.path)
    assert states == ([("book", "done")] if committed else [("book", "none"), ("book", "done")])


@pytest.mark.parametrize("asked", ["lucia", "any"], ids=["same arguments", "other arguments"])
async def test_an_intent_whose_confirmation_was_lost_stands_in_nobodys_way(house, ask: Ask, asked: str) -> None:
    """Nothing was done under it, so the call is made: by whoever asked, once."""
    intend, lost = house.store.intend, []

    async def confirmed_too_late(**given: Any) -> Any:
        known = await intend(**given)
        if not lost:
            lost.append(given["key"])
            raise StoreUnavailableError("it did not answer in time")
        return known

    house.store.intend = confirmed_too_late
    made: list[str] = []

    @pulpo.tool(confirm=False, effect_group="booking")
    async def book(staff: str) -> str:
        """Book elsewhere."""
        made.append(staff)
        return f"booked {staff}"

    def canary(context: pulpo.PlanContext) -> pulpo.Step:
        return one_call("book", staff="lucia")(context) if not context.results else then_fails(context)

    stable = one_call("book", staff=asked)
    answer = await house.orchestrator(stable, canary=canary, tools=[book]).run(ask("x", locale="en"))
    assert (answer.reply, made) == ("booked lucia", ["lucia"])
    assert ledger(house.path) == [("book", "done")]


async def test_an_earlier_attempt_is_not_taken_for_our_own_lost_intent(house, ask: Ask) -> None:
    """The control: what a process that is gone intended, it may have done."""
    house.patience = 0.05
    book, booked, _ = booking(effect_group="booking")
    request = ask("x", idempotency_key="k", locale="en")
    await lost(house, ask, book, committed=True)
    intend, late = house.store.intend, []

    async def confirmed_too_late(**given: Any) -> Any:
        if not late:
            late.append(given["key"])
            raise StoreUnavailableError("it did not answer in time")
        return await intend(**given)

    house.store.intend = confirmed_too_late
    answer = await house.orchestrator(one_call("book"), tools=[book]).run(request)
    assert booked == ["table"]
    assert "I don't know whether this went through: Book a table." in answer.reply
