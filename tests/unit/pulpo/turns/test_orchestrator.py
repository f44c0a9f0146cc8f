from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress

import anyio
import anyio.lowlevel
import pytest

import pulpo
from pulpo.errors import (
    ConversationBusyError,
    ConversationNotFoundError,
    IdempotencyConflictError,
    LeaseLostError,
    StoreUnavailableError,
)
from pulpo.tracing import current
from pulpo.turns.orchestrator import Timing
from pulpo.turns.request import TurnRequest
from support.waiting import LIMIT, eventually

Ask = Callable[..., TurnRequest]


def echo(context: pulpo.PlanContext) -> pulpo.Answer:
    return pulpo.Answer(f"echo: {context.turn.text}")


@pulpo.tool(confirm=False, effect_group="order")
async def order(context: pulpo.ToolContext, what: str) -> pulpo.Result:
    """Order something."""

    def insert(connection: object) -> pulpo.Result:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS orders (what TEXT)")  # type: ignore[attr-defined]
        connection.exec_driver_sql("INSERT INTO orders VALUES (?)", (what,))  # type: ignore[attr-defined]
        return pulpo.Result({"ordered": what}, f"ordered {what}")

    return await context.commit(insert)


def orders(house) -> list[str]:
    with closing(sqlite3.connect(house.path)) as connection:
        return [row[0] for row in connection.execute("SELECT what FROM orders ORDER BY rowid")]


async def test_a_turn_is_answered_and_stored_before_it_is_returned(house, ask: Ask) -> None:
    answer = await house.orchestrator(echo).run(ask("hola"))
    assert (answer.reply, answer.variant, answer.served_by, answer.outcome) == ("echo: hola", "stable", "stable", "ok")
    with closing(sqlite3.connect(house.path)) as connection:
        stored = connection.execute("SELECT outcome, epoch FROM turns WHERE id = ?", (answer.turn_id,)).fetchone()
        lease = connection.execute("SELECT lease_turn, turns FROM conversations").fetchone()
    assert stored == ("ok", 1)
    assert lease == (None, 1)


async def test_a_conversation_remembers_its_dialogue(house, ask: Ask) -> None:
    def count(context: pulpo.PlanContext) -> pulpo.Answer:
        said = context.dialogue.notes.get("said", 0) + 1
        return pulpo.Answer(str(said), pulpo.Dialogue(notes={"said": said}))

    runtime = house.orchestrator(count)
    first = await runtime.run(ask("a"))
    second = await runtime.run(ask("b", conversation_id=first.conversation_id))
    assert (first.reply, second.reply) == ("1", "2")


async def test_history_is_read_on_demand_oldest_first(house, ask: Ask) -> None:
    async def recall(context: pulpo.PlanContext) -> pulpo.Answer:
        return pulpo.Answer(" | ".join(message.text for message in await context.history(10)))

    runtime = house.orchestrator(recall)
    first = await runtime.run(ask("uno"))
    second = await runtime.run(ask("dos", conversation_id=first.conversation_id))
    assert second.reply == "uno | uno | dos"


async def test_another_users_conversation_is_not_found(house, ask: Ask) -> None:
    runtime = house.orchestrator(echo)
    first = await runtime.run(ask("hola", user_id="ana"))
    with pytest.raises(ConversationNotFoundError):
        await runtime.run(ask("hola", user_id="eva", conversation_id=first.conversation_id))
    with pytest.raises(ConversationNotFoundError):
        await runtime.run(ask("hola", conversation_id="never"))


async def test_turns_of_one_conversation_run_one_at_a_time_in_order(house, ask: Ask) -> None:
    running, most, order_seen = 0, 0, []

    async def slow(context: pulpo.PlanContext) -> pulpo.Answer:
        nonlocal running, most
        running += 1
        most = max(most, running)
        order_seen.append(context.turn.text)
        await anyio.sleep(0.001)
        running -= 1
        return pulpo.Answer("ok")

    runtime = house.orchestrator(slow)
    first = await runtime.run(ask("0"))
    async with anyio.create_task_group() as group:
        for number in range(1, 20):
            group.start_soon(runtime.run, ask(str(number), conversation_id=first.conversation_id))
    assert most == 1
    assert order_seen == [str(number) for number in range(20)]


async def test_a_turn_that_waits_too_long_is_told_so(house, ask: Ask) -> None:
    release = anyio.Event()

    async def wait(context: pulpo.PlanContext) -> pulpo.Answer:
        if context.turn.text == "block":
            await release.wait()
        return pulpo.Answer("ok")

    runtime = house.orchestrator(wait, timing=Timing(wait=0.02))
    first = await runtime.run(ask("start"))
    async with anyio.create_task_group() as group:
        group.start_soon(runtime.run, ask("block", conversation_id=first.conversation_id))
        await anyio.lowlevel.checkpoint()
        with pytest.raises(ConversationBusyError) as caught:
            await runtime.run(ask("late", conversation_id=first.conversation_id))
        release.set()
    assert caught.value.retry_after == 1


async def test_a_failing_canary_is_rescued_by_stable_in_the_same_turn(house, ask: Ask) -> None:
    def broken(context: pulpo.PlanContext) -> pulpo.Answer:
        raise RuntimeError("secret detail")

    answer = await house.orchestrator(echo, canary=broken).run(ask("hola"))
    assert (answer.variant, answer.served_by, answer.outcome) == ("canary", "stable", "rescued")
    assert answer.reply == "echo: hola"
    assert [event.error for event in house.seen(pulpo.TurnRescued)] == ["RuntimeError"]


async def test_a_hanging_canary_leaves_stable_the_rest_of_the_deadline(house, ask: Ask) -> None:
    async def hang(context: pulpo.PlanContext) -> pulpo.Answer:
        await anyio.sleep_forever()
        raise AssertionError

    timing = Timing(deadline=LIMIT, assigned_deadline=0.05)
    answer = await house.orchestrator(echo, canary=hang, timing=timing).run(ask("hola"))
    assert answer.outcome == "rescued"
    assert answer.duration_ms < LIMIT * 1000 / 2


@pytest.mark.parametrize(
    ("share", "state"), [(LIMIT, "closed"), (0.02, "open")], ids=["by the server's stop", "control: by its share"]
)
async def test_a_canary_that_is_cut_was_waited_for_in_vain_only_if_its_time_was_over(
    house, ask: Ask, share: float, state: str
) -> None:
    asked = anyio.Event()

    async def hang(context: pulpo.PlanContext) -> pulpo.Answer:
        asked.set()
        await anyio.sleep_forever()
        raise AssertionError

    runtime = house.orchestrator(echo, canary=hang, timing=Timing(deadline=2 * LIMIT, assigned_deadline=share))
    for _ in range(5):
        turn, asked = asyncio.create_task(runtime.run(ask("hola"))), anyio.Event()
        await eventually(lambda asked=asked, turn=turn: asked.is_set() or turn.done())
        if state == "closed":
            turn.cancel()
        with suppress(asyncio.CancelledError):
            await turn
    assert house.guards.breakers.of("demo", "variant:canary").state == state


async def test_rescue_meets_what_the_canary_already_did(house, ask: Ask) -> None:
    """The canary orders and then fails: stable sees the order as done and cannot make a second one."""

    def orders_then_fails(context: pulpo.PlanContext) -> pulpo.Calls:
        if context.results:
            raise RuntimeError
        return pulpo.Calls((pulpo.ToolCall("c1", "order", {"what": "tea"}),))

    def orders_too(context: pulpo.PlanContext) -> pulpo.Step:
        if len(context.results) == 1:
            assert context.results[0].result.text == "ordered tea"
            return pulpo.Calls((pulpo.ToolCall("s1", "order", {"what": "green tea"}),))
        return pulpo.Answer(context.results[-1].outcome)

    runtime = house.orchestrator(orders_too, canary=orders_then_fails, tools=[order])
    answer = await runtime.run(ask("tea please"))
    assert (answer.outcome, answer.reply) == ("rescued", "denied")
    assert orders(house) == ["tea"]


async def test_stable_failing_too_gets_a_polite_answer_with_the_reference(house, ask: Ask) -> None:
    def broken(context: pulpo.PlanContext) -> pulpo.Answer:
        raise RuntimeError("secret detail")

    answer = await house.orchestrator(broken).run(ask("hola", locale="es"))
    assert answer.outcome == "error"
    assert answer.turn_id in answer.reply
    assert "secret" not in answer.reply


class Remembers(pulpo.Policy):
    """Reads what was said before it decides, at one stage."""

    name = "remembers"

    def __init__(self, stage: str) -> None:
        self._stage = stage

    async def check_message(self, context: pulpo.PolicyContext) -> pulpo.Verdict:
        return await self._read("message", context)

    async def check_call(self, context: pulpo.PolicyContext, call: pulpo.ToolCall, tool: pulpo.Tool) -> pulpo.Verdict:
        return await self._read("call", context)

    async def check_answer(self, context: pulpo.PolicyContext, answer: str) -> pulpo.Verdict:
        return await self._read("answer", context)

    async def _read(self, stage: str, context: pulpo.PolicyContext) -> pulpo.Verdict:
        if stage == self._stage:
            await context.history(10)
        return pulpo.ALLOW


def orders_once(context: pulpo.PlanContext) -> pulpo.Step:
    if not context.results:
        return pulpo.Calls((pulpo.ToolCall("c1", "order", {"what": "tea"}),))
    return pulpo.Answer(context.results[-1].result.text)


@pytest.mark.parametrize("stage", ["message", "call", "answer"])
async def test_a_policy_that_could_not_read_has_decided_nothing(house, ask: Ask, stage: str) -> None:
    """The client comes again, no variant is blamed, and what was done meanwhile stays done once."""
    runtime = house.orchestrator(orders_once, canary=orders_once, tools=[order], policies=[Remembers(stage)])
    house.away = True
    with pytest.raises(StoreUnavailableError):
        await runtime.run(ask("tea", idempotency_key="k1"))
    assert (house.seen(pulpo.VariantFailed), house.seen(pulpo.TurnRescued)) == ([], [])
    assert [event.error for event in house.seen(pulpo.TurnAbandoned)] == ["StoreUnavailableError"]
    house.away = False
    house.now += 6
    answer = await runtime.run(ask("tea", idempotency_key="k1"))
    assert (answer.outcome, answer.reply, answer.served_by) == ("ok", "ordered tea", "canary")
    assert orders(house) == ["tea"]


async def recalls(context: pulpo.PlanContext) -> pulpo.Step:
    await context.history(10)
    return pulpo.Answer("read")


async def orders_and_recalls(context: pulpo.PlanContext) -> pulpo.Step:
    return await recalls(context) if context.results else orders_once(context)


async def test_a_planner_that_could_not_read_is_rescued_by_one_that_need_not(house, ask: Ask) -> None:
    house.away = True
    answer = await house.orchestrator(echo, canary=recalls).run(ask("hola"))
    assert (answer.outcome, answer.reply) == ("rescued", "echo: hola")


async def test_where_nobody_could_read_the_client_comes_again_unless_there_is_something_to_tell(
    house, ask: Ask
) -> None:
    house.away = True
    with pytest.raises(StoreUnavailableError):
        await house.orchestrator(recalls).run(ask("hola"))
    answer = await house.orchestrator(orders_and_recalls, tools=[order]).run(ask("tea"))
    assert (answer.outcome, answer.reply) == ("error", "ordered tea")


async def test_the_same_idempotency_key_gets_the_same_answer_without_running_again(house, ask: Ask) -> None:
    def once(context: pulpo.PlanContext) -> pulpo.Step:
        if not context.results:
            return pulpo.Calls((pulpo.ToolCall("c1", "order", {"what": "tea"}),))
        return pulpo.Answer("done")

    runtime = house.orchestrator(once, tools=[order])
    first = await runtime.run(ask("tea", idempotency_key="k1"))
    again = await runtime.run(ask("tea", idempotency_key="k1"))
    assert again == first
    assert orders(house) == ["tea"]
    with pytest.raises(IdempotencyConflictError):
        await runtime.run(ask("coffee", idempotency_key="k1"))


async def test_a_retry_with_a_key_that_was_changed_meanwhile_is_still_the_same(house, ask: Ask) -> None:
    runtime = house.orchestrator(echo)
    first = await runtime.run(ask("tea", idempotency_key="k1", scopes=frozenset({"chat"})))
    again = await runtime.run(ask("tea", idempotency_key="k1", scopes=frozenset({"chat", "metrics"})))
    assert again == first


async def test_a_retry_takes_over_a_turn_whose_process_died(house, ask: Ask) -> None:
    """The first attempt orders and dies before its answer; the retry after the lease answers, without ordering."""

    class Killed(BaseException):
        pass

    def dies(context: pulpo.PlanContext) -> pulpo.Step:
        if not context.results:
            return pulpo.Calls((pulpo.ToolCall("c1", "order", {"what": "tea"}),))
        raise Killed

    def answers(context: pulpo.PlanContext) -> pulpo.Step:
        return pulpo.Answer(f"known: {context.results[0].result.text}")

    with pytest.raises(Killed):
        await house.orchestrator(dies, tools=[order]).run(ask("tea", idempotency_key="k1"))
    runtime = house.orchestrator(answers, tools=[order])
    with pytest.raises(ConversationBusyError):
        await runtime.run(ask("tea", idempotency_key="k1"))
    house.now += 6
    answer = await runtime.run(ask("tea", idempotency_key="k1"))
    assert answer.reply == "known: ordered tea"
    assert orders(house) == ["tea"]


async def test_an_effect_that_a_taken_over_turn_meets_again_is_told_once(house, ask: Ask) -> None:
    """To the planner, to the user and to the client, under the name that this attempt's planner gave it."""

    class Killed(BaseException):
        pass

    def dies(context: pulpo.PlanContext) -> pulpo.Step:
        if not context.results:
            return pulpo.Calls((pulpo.ToolCall("before", "order", {"what": "tea"}),))
        raise Killed

    def asks_again(context: pulpo.PlanContext) -> pulpo.Step:
        if context.step == 0:
            return pulpo.Calls((pulpo.ToolCall("again", "order", {"what": "tea"}),))
        if context.turn.text == "fail":
            raise RuntimeError
        return pulpo.Answer(" & ".join(it.result.text for it in context.results))

    for message, outcome in (("answer", "ok"), ("fail", "error")):
        with pytest.raises(Killed):
            await house.orchestrator(dies, tools=[order]).run(ask(message, idempotency_key=message))
        house.now += 6
        answer = await house.orchestrator(asks_again, tools=[order]).run(ask(message, idempotency_key=message))
        assert (answer.reply, answer.outcome) == ("ordered tea", outcome)
        assert [(call.id, call.effect) for call in answer.tool_calls] == [("again", True)]
    assert orders(house) == ["tea", "tea"], "one a turn"


async def test_rescue_that_asks_for_the_same_effect_tells_it_once(house, ask: Ask) -> None:
    def orders_then_fails(context: pulpo.PlanContext) -> pulpo.Calls:
        if context.results:
            raise RuntimeError
        return pulpo.Calls((pulpo.ToolCall("c1", "order", {"what": "tea"}),))

    def orders_again(context: pulpo.PlanContext) -> pulpo.Step:
        if context.step == 0:
            return pulpo.Calls((pulpo.ToolCall("s1", "order", {"what": "tea"}),))
        return pulpo.Answer(" & ".join(it.result.text for it in context.results))

    answer = await house.orchestrator(orders_again, canary=orders_then_fails, tools=[order]).run(ask("tea please"))
    assert (answer.outcome, answer.reply) == ("rescued", "ordered tea")
    assert [(call.id, call.effect) for call in answer.tool_calls] == [("s1", True)]
    assert orders(house) == ["tea"]


async def test_whoever_lost_the_lease_cannot_write(house, ask: Ask) -> None:
    """A paused process wakes up after its conversation went on elsewhere: its answer must not land."""

    async def paused(context: pulpo.PlanContext) -> pulpo.Answer:
        house.now += 6
        other = house.orchestrator(echo)
        await other.run(ask("meanwhile", conversation_id=context.turn.conversation_id))
        return pulpo.Answer("too late")

    with pytest.raises(LeaseLostError):
        await house.orchestrator(paused).run(ask("first"))
    with closing(sqlite3.connect(house.path)) as connection:
        answers = [row[0] for row in connection.execute("SELECT outcome FROM turns ORDER BY epoch")]
    assert answers == [None, "ok"]
    (abandoned,) = house.seen(pulpo.TurnAbandoned)
    assert (abandoned.error, abandoned.turn_id) == ("LeaseLostError", "id1")
    assert [finished.turn_id for finished in house.seen(pulpo.TurnFinished)] != [abandoned.turn_id]


async def test_leases_of_long_turns_are_renewed(house, ask: Ask) -> None:
    until: list[float] = []

    async def long(context: pulpo.PlanContext) -> pulpo.Answer:
        house.now += 3
        while not until or until[-1] < house.now:
            await anyio.sleep(0.005)
            with closing(sqlite3.connect(house.path)) as connection:
                until.append(connection.execute("SELECT lease_until FROM conversations").fetchone()[0])
        return pulpo.Answer("ok")

    runtime = house.orchestrator(long, timing=Timing(lease=0.03))
    async with anyio.create_task_group() as group:
        group.start_soon(runtime.keep_leases)
        with anyio.fail_after(LIMIT):
            await runtime.run(ask("hola"))
        group.cancel_scope.cancel()
    assert until[-1] >= house.now


async def test_events_tell_the_turn_in_order(house, ask: Ask) -> None:
    await house.orchestrator(echo).run(ask("hola"))
    assert [type(event) for event in house.events] == [
        pulpo.VariantAssigned,
        pulpo.PlannerStepped,
        pulpo.TurnFinished,
    ]
    finished = house.seen(pulpo.TurnFinished)[0]
    assert (finished.outcome, finished.steps, finished.tool_calls) == ("ok", 1, 0)


async def test_what_was_said_is_an_event_only_when_somebody_wants_it(house, ask: Ask) -> None:
    await house.orchestrator(echo).run(ask("hola"))
    assert house.seen(pulpo.TurnTold) == []
    answer = await house.orchestrator(echo, tell=True).run(ask("buenas"))
    (told,) = house.seen(pulpo.TurnTold)
    assert (told.message, told.reply, told.turn_id) == ("buenas", answer.reply, answer.turn_id)
    assert house.events[-2:][0] is told, "just before the end of its turn"


async def test_times_are_seconds_after_the_turn_began_and_a_call_has_a_span_of_its_own(house, ask: Ask) -> None:
    inside: list[pulpo.TraceContext | None] = []

    @pulpo.tool(read_only=True)
    async def where() -> str:
        """Tell where it runs."""
        inside.append(pulpo.current_trace())
        return "here"

    def once(context: pulpo.PlanContext) -> pulpo.Step:
        return pulpo.Answer("ok") if context.results else pulpo.Calls((pulpo.ToolCall("c", "where", {}),))

    turn = pulpo.TraceContext(trace_id="a" * 32, span_id="b" * 16, flags=1)
    token = current.set(None)
    try:
        await house.orchestrator(once, tools=[where]).run(ask("hola", trace=turn))
    finally:
        current.reset(token)
    (called,) = house.seen(pulpo.ToolCalled)
    assert inside == [turn.under(called.span_id)]
    first, second = house.seen(pulpo.PlannerStepped)
    finished = house.seen(pulpo.TurnFinished)[0]
    assert 0 <= first.after <= called.after <= second.after <= finished.duration
    assert (called.call_id, finished.trace_id) == ("c", turn.trace_id)


async def test_without_a_trace_a_call_has_no_span(house, ask: Ask) -> None:
    @pulpo.tool(read_only=True)
    async def where() -> str:
        """Tell where it runs."""
        return str(pulpo.current_trace())

    def once(context: pulpo.PlanContext) -> pulpo.Step:
        return pulpo.Answer("ok") if context.results else pulpo.Calls((pulpo.ToolCall("c", "where", {}),))

    await house.orchestrator(once, tools=[where]).run(ask("hola"))
    (called,) = house.seen(pulpo.ToolCalled)
    assert called.span_id == ""


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_set_in_the_middle_of_a_turn_costs_nothing(house, ask: Ask, hours: int) -> None:
    """Deadlines, breakers and durations are counted by another clock, and the lease is given back by its epoch."""

    def set_clock(context: pulpo.PlanContext) -> pulpo.Step:
        if context.results:
            return pulpo.Answer(context.results[-1].result.text)
        house.now += hours * 3600
        return pulpo.Calls((pulpo.ToolCall("c", "order", {"what": "tea"}),))

    runtime = house.orchestrator(set_clock, tools=[order])
    first = await runtime.run(ask("x", idempotency_key="k"))
    assert (first.outcome, [call.outcome for call in first.tool_calls]) == ("ok", ["ok"])
    assert 0 <= first.duration_ms < 1_800_000
    assert await runtime.run(ask("x", idempotency_key="k")) == first
    second = await runtime.run(ask("y", conversation_id=first.conversation_id))
    assert (second.outcome, 0 <= second.duration_ms < 1_800_000) == ("ok", True)
