from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import anyio
import pytest

import pulpo
from pulpo.resilience.guards import standard_guards
from pulpo.turns.orchestrator import Timing
from pulpo.turns.request import TurnRequest
from support.scripts import all_at_once, one_call, outcomes
from support.waiting import LIMIT, eventually, quickest

Ask = Callable[..., TurnRequest]
OVER = threading.Event()


@pytest.fixture(autouse=True)
def over() -> Iterator[None]:
    """What a test left in a thread ends with it."""
    OVER.clear()
    yield
    OVER.set()


@pulpo.tool(read_only=True, timeout=0.05)
async def nap(name: str) -> str:
    """Sleep forever."""
    await anyio.sleep(60)
    return name


@pulpo.tool(read_only=True, timeout=0.05)
def sync_nap(name: str) -> str:
    """Wait in a thread, longer than allowed."""
    OVER.wait(LIMIT)
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
        with anyio.fail_after(LIMIT):
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


async def test_only_a_changing_tool_may_commit(house, ask: Ask) -> None:
    @pulpo.tool(read_only=True)
    async def sneaky(context: pulpo.ToolContext) -> pulpo.Result:
        """Try to write."""
        return await context.commit(lambda _: pulpo.Result())

    assert (await house.orchestrator(all_at_once(("sneaky", {})), tools=[sneaky]).run(ask("x"))).reply == "error"


@pulpo.tool(read_only=True)
async def leaves(name: str) -> str:
    """Try to end the process."""
    raise SystemExit(name)


@pulpo.tool(read_only=True)
def leaves_in_a_thread(name: str) -> str:
    """Try to end the process."""
    raise SystemExit(name)


@pulpo.tool(read_only=True)
async def waits_in_vain(name: str) -> str:
    """Wait for something that somebody else has cancelled."""
    future = asyncio.get_running_loop().create_future()
    future.cancel(name)
    return str(await future)


@pytest.mark.parametrize("tool", [leaves, leaves_in_a_thread, waits_in_vain], ids=lambda tool: tool.name)
async def test_what_would_end_more_than_a_call_ends_the_call(house, ask: Ask, tool: pulpo.Tool) -> None:
    script = all_at_once((tool.name, {"name": "x"}), ("fine", {"name": "good"}))
    answer = await house.orchestrator(script, tools=[tool, fine]).run(ask("go"))
    assert outcomes(answer) == ["error", "ok"]


async def test_two_calls_with_one_id_have_a_result_each(house, ask: Ask) -> None:
    def script(context: pulpo.PlanContext) -> pulpo.Step:
        if context.results:
            return pulpo.Answer(" ".join(result.result.text for result in context.results))
        return pulpo.Calls(tuple(pulpo.ToolCall("same", "fine", {"name": name}) for name in "ab"))

    assert (await house.orchestrator(script, tools=[fine]).run(ask("x"))).reply == "a b"


async def test_at_most_so_many_read_only_calls_of_a_turn_run_at_once(house, ask: Ask) -> None:
    running, most = 0, 0

    @pulpo.tool(read_only=True)
    async def look(n: int) -> str:
        """Count who is here."""
        nonlocal running, most
        running += 1
        most = max(most, running)
        await anyio.sleep(0.001)
        running -= 1
        return str(n)

    run = house.orchestrator(all_at_once(*(("look", {"n": n}) for n in range(8))), tools=[look], parallel=3).run
    assert (await run(ask("x"))).reply == "0 1 2 3 4 5 6 7"
    assert most == 3


async def test_at_most_so_many_calls_of_a_tool_run_at_once_and_who_waits_in_vain_is_told_so(house, ask: Ask) -> None:
    inside, told = anyio.Event(), anyio.Event()

    @pulpo.tool(read_only=True, concurrency=1, timeout=0.05)
    async def narrow() -> str:
        """Take the only place for longer than anybody waits, whoever calls back."""
        assert not inside.is_set()
        inside.set()
        with anyio.CancelScope(shield=True):
            await told.wait()
        return "x"

    runtime = house.orchestrator(one_call("narrow"), tools=[narrow])
    async with anyio.create_task_group() as group:
        group.start_soon(runtime.run, ask("first"))
        await inside.wait()
        second = await runtime.run(ask("second"))
        told.set()
    assert outcomes(second) == ["limited"]


def break_it(house, tool: pulpo.Tool) -> None:
    house.guards.breakers.force("demo", tool.name, "open")


async def test_a_tool_that_keeps_failing_is_no_longer_called_nor_offered(house, ask: Ask) -> None:
    offered: list[set[str]] = []

    def script(context: pulpo.PlanContext) -> pulpo.Step:
        offered.append(set(context.tools))
        return one_call("fail", name="x")(context)

    runtime = house.orchestrator(script, tools=[fail, fine])
    ends = [outcomes(await runtime.run(ask("x")))[0] for _ in range(7)]
    assert ends == ["error"] * 5 + ["open"] * 2
    assert offered[0] == {"fail", "fine"}
    assert offered[-1] == {"fine"}
    assert [(it.tool, it.state) for it in house.seen(pulpo.BreakerChanged)] == [("fail", "open")]


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("es", "open\n\nAhora mismo no puedo hacer esto: Pedir cita."),
        ("es-AR", "open\n\nAhora no puedo hacer esto: Pedir cita."),
        ("en", "open\n\nI can't do this right now: Book."),
    ],
)
async def test_the_user_is_told_what_cannot_be_done_now(house, ask: Ask, locale: str, expected: str) -> None:
    @pulpo.tool(read_only=True, title={"es": "Pedir cita", "en": "Book"})
    async def book() -> str:
        """Book."""
        raise AssertionError

    def script(context: pulpo.PlanContext) -> pulpo.Step:
        return pulpo.Answer(context.results[0].outcome) if context.results else one_call("book")(context)

    break_it(house, book)
    answer = await house.orchestrator(script, tools=[book]).run(ask("x", locale=locale))
    assert answer.reply.startswith(expected)
    assert "book" not in answer.reply


async def test_what_is_merely_not_offered_is_mentioned_only_if_nothing_else_helped(house, ask: Ask) -> None:
    break_it(house, fail)
    silent = house.orchestrator(lambda _: pulpo.Answer("?"), tools=[fail, fine])
    assert (await silent.run(ask("x", locale="en"))).reply.startswith("?\n\nI can't do this right now: fail.")
    helped = house.orchestrator(one_call("fine", name="yes"), tools=[fail, fine])
    assert (await helped.run(ask("x"))).reply == "yes"


async def test_nobody_is_asked_to_confirm_what_would_be_refused(house, ask: Ask) -> None:
    class Confirm(pulpo.Policy):
        name = "confirm"

        async def check_call(
            self, context: pulpo.PolicyContext, call: pulpo.ToolCall, tool: pulpo.Tool
        ) -> pulpo.Verdict:
            return pulpo.needs_approval("ask", approver="user")

    @pulpo.tool
    async def pay() -> str:
        """Pay."""
        raise AssertionError

    break_it(house, pay)
    answer = await house.orchestrator(one_call("pay"), tools=[pay], policies=[Confirm()]).run(ask("x", locale="en"))
    assert outcomes(answer) == ["open"]
    assert "Shall I go ahead" not in answer.reply


async def test_denials_bad_arguments_and_cancellation_say_nothing_about_a_tool(house, ask: Ask) -> None:
    @pulpo.tool(confirm=False, effect_group="g")
    async def change(n: int) -> str:
        """Change."""
        if n == 0:
            await anyio.sleep(60)
        return str(n)

    runtime = house.orchestrator(
        all_at_once(("change", {"n": 1}), *(("change", {"n": n}) for n in range(2, 9))), tools=[change]
    )
    assert set(outcomes(await runtime.run(ask("x")))[1:]) == {"denied"}
    invalid = house.orchestrator(all_at_once(*(("change", {"m": n}) for n in range(8))), tools=[change])
    await invalid.run(ask("x"))
    hangs = house.orchestrator(one_call("change", n=0), tools=[change], timing=Timing(deadline=0.01))
    for _ in range(8):
        assert (await hangs.run(ask("x"))).outcome == "error"
    assert [it.state for it in house.guards.breakers.reports()] == ["closed"]


async def test_50_calls_at_half_open_make_one_probe(house, ask: Ask) -> None:
    probes, ends = 0, []

    @pulpo.tool(read_only=True, timeout=LIMIT)
    async def look() -> str:
        """Count, and wait until all others have their answers."""
        nonlocal probes
        probes += 1
        await eventually(lambda: len(ends) >= 49)
        return "x"

    house.guards.breakers.force("demo", "look", "half_open")
    runtime = house.orchestrator(one_call("look"), tools=[look], timing=Timing(deadline=2 * LIMIT))

    async def turn() -> None:
        ends.extend(outcomes(await runtime.run(ask("x"))))

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(turn)
    assert (probes, ends) == (1, ["open"] * 49 + ["ok"])


@pytest.mark.parametrize(
    ("hints", "attempts"),
    [({"read_only": True}, 2), ({"idempotent": True, "confirm": False}, 2), ({"confirm": False}, 1)],
    ids=["read_only", "idempotent", "neither"],
)
async def test_only_what_may_be_repeated_is(house, ask: Ask, hints: dict[str, bool], attempts: int) -> None:
    made = 0

    @pulpo.tool(**hints)
    async def flaky() -> str:
        """Fail for a moment."""
        nonlocal made
        made += 1
        if made == 1:
            raise ConnectionError
        return "fine"

    answer = await house.orchestrator(one_call("flaky"), tools=[flaky]).run(ask("x"))
    assert made == attempts
    assert outcomes(answer) == ["ok" if attempts == 2 else "error"]


async def test_retries_stay_within_the_tools_deadline(house, ask: Ask) -> None:
    @pulpo.tool(read_only=True, timeout=0.05)
    async def flaky() -> str:
        """Fail after a while, each time."""
        await anyio.sleep(0.03)
        raise ConnectionError

    answer = await house.orchestrator(one_call("flaky"), tools=[flaky]).run(ask("x"))
    assert outcomes(answer) == ["timeout"], "and not the error of the last of them"


async def test_a_cached_tool_is_asked_once_a_user_until_its_plugin_changes_something(house, ask: Ask) -> None:
    asked = 0

    @pulpo.tool(read_only=True, cache=60)
    async def look() -> str:
        """Count."""
        nonlocal asked
        asked += 1
        return str(asked)

    @pulpo.tool(confirm=False)
    async def change() -> str:
        """Change."""
        return "changed"

    house.guards = replace(house.guards, owners={"look": "plugin", "change": "plugin"})
    looks = house.orchestrator(one_call("look"), tools=[look])
    assert [(await looks.run(ask("x", user_id=user))).reply for user in ("ana", "ana", "eva", "ana")] == [
        "1",
        "1",
        "2",
        "1",
    ]
    assert (await looks.run(ask("x", user_id="ana", locale="en"))).reply == "3"
    await house.orchestrator(one_call("change"), tools=[change]).run(ask("x"))
    assert (await looks.run(ask("x", user_id="ana"))).reply == "4"


async def test_a_cached_tool_is_asked_anew_for_another_time_zone(house, ask: Ask) -> None:
    """A tool may know the user's zone, and nobody must be told the times of another's; most users have no id."""

    @pulpo.tool(read_only=True, cache=60)
    async def when(context: pulpo.ToolContext) -> str:
        """Say whose time it tells."""
        return str(context.timezone)

    looks = house.orchestrator(one_call("when"), tools=[when])
    zones: list[dict[str, str]] = [{"timezone": "Europe/Madrid"}, {"timezone": "America/Lima"}, {}]
    assert [(await looks.run(ask("x", attributes=zone))).reply for zone in zones] == [
        "Europe/Madrid",
        "America/Lima",
        "None",
    ]


async def test_who_waits_for_another_s_call_of_a_cached_tool_is_told_by_the_tool_s_deadline(house, ask: Ask) -> None:
    """Even if that call hangs, and the next one in the queue would then have to look itself."""

    @pulpo.tool(read_only=True, cache=60, timeout=0.5)
    async def hangs(day: str) -> str:
        """Never answer."""
        await anyio.sleep_forever()
        return day

    async def longest() -> float:
        """Milliseconds of the call that took longest, of four at once."""
        took: list[float] = []
        house.guards = standard_guards(emit=house.events.append)
        runtime = house.orchestrator(all_at_once(("hangs", {"day": "x"})), tools=[hangs])

        async def turn() -> None:
            answer = await runtime.run(ask("x"))
            assert outcomes(answer) == ["timeout"]
            took.append(answer.tool_calls[0].duration_ms)

        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(turn)
        return max(took)

    least = await quickest(longest, enough=950)
    assert least < 950, "whoever came next and looked for themselves would take a second"


async def test_a_shared_cache_is_one_for_all_users(house, ask: Ask) -> None:
    asked = 0

    @pulpo.tool(read_only=True, cache=60, cache_shared=True)
    async def look() -> str:
        """Count."""
        nonlocal asked
        asked += 1
        return str(asked)

    looks = house.orchestrator(one_call("look"), tools=[look])
    assert [(await looks.run(ask("x", user_id=user))).reply for user in ("ana", "eva")] == ["1", "1"]
