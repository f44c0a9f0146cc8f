from __future__ import annotations

import threading
from collections.abc import Iterator
from contextvars import ContextVar

import anyio
import anyio.to_thread
import pytest

from pulpo.errors import ToolBusyError
from pulpo.resilience.threads import ThreadPool
from support.waiting import LIMIT, eventually

ANSWER: ContextVar[int] = ContextVar("answer")


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Hung functions wait for it; opened at the end, so that no thread is left behind."""
    event = threading.Event()
    yield event
    event.set()


async def call_and_give_up(pool: ThreadPool, gate: threading.Event, owner: str = "plugin") -> str:
    try:
        with anyio.move_on_after(0.05):
            await pool.run(gate.wait, owner=owner, tool="hang")
    except ToolBusyError:
        return "busy"
    return "gave up"


async def test_a_function_runs_in_a_thread_with_the_callers_context() -> None:
    pool = ThreadPool()
    ANSWER.set(42)
    seen = await pool.run(lambda: (ANSWER.get(), threading.current_thread().name), owner="plugin", tool="look")
    assert seen == (42, "pulpo-tool")


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), KeyboardInterrupt()])
async def test_what_a_function_raises_is_raised_and_the_thread_lives_on(error: BaseException) -> None:
    pool = ThreadPool()

    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        await pool.run(fail, owner="plugin", tool="fail")
    assert await pool.run(lambda: "fine", owner="plugin", tool="look") == "fine"


async def test_600_hung_calls_leave_at_most_8_threads_and_are_then_refused_at_once(gate: threading.Event) -> None:
    pool = ThreadPool()
    before = threading.active_count()
    ends: list[str] = []

    async def give_up() -> None:
        ends.append(await call_and_give_up(pool, gate))

    for _ in range(6):
        async with anyio.create_task_group() as group:
            for _ in range(100):
                group.start_soon(give_up)
    assert threading.active_count() - before <= 8
    assert pool.abandoned("plugin") == 8
    assert len(ends) == 600
    assert ends[100:] == ["busy"] * 500


async def test_control_anyios_own_pool_leaves_a_thread_for_each(gate: threading.Event) -> None:
    before = threading.active_count()
    limiter = anyio.CapacityLimiter(8)
    begun: list[int] = []

    def hang() -> None:
        begun.append(threading.get_ident())
        gate.wait()

    async def give_up() -> None:
        await anyio.to_thread.run_sync(hang, abandon_on_cancel=True, limiter=limiter)

    for round_ in range(1, 6):
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(give_up)
            await eventually(lambda all_of_them=8 * round_: len(begun) == all_of_them)
            group.cancel_scope.cancel()
    assert threading.active_count() - before > 8


async def test_a_plugin_whose_threads_hang_harms_no_other(gate: threading.Event) -> None:
    pool = ThreadPool(per_owner=1)
    assert await call_and_give_up(pool, gate) == "gave up"
    assert await call_and_give_up(pool, gate) == "busy"
    assert await pool.run(lambda: "fine", owner="other", tool="look") == "fine"


async def test_a_thread_that_ends_after_all_is_used_again(gate: threading.Event) -> None:
    pool = ThreadPool(per_owner=1)
    assert await call_and_give_up(pool, gate) == "gave up"
    gate.set()
    await eventually(lambda: not pool.abandoned("plugin"))
    assert await pool.run(lambda: "fine", owner="plugin", tool="look") == "fine"


async def test_who_waits_for_a_thread_gets_it_in_order_and_may_leave(gate: threading.Event) -> None:
    pool = ThreadPool(per_owner=1)
    order: list[int] = []

    async def wait(number: int) -> None:
        await pool.run(lambda: order.append(number), owner="plugin", tool="look")

    async with anyio.create_task_group() as group:
        group.start_soon(lambda: pool.run(gate.wait, owner="plugin", tool="look"))
        await anyio.wait_all_tasks_blocked()
        for number in (1, 2):
            group.start_soon(wait, number)
            await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0.01):
            await wait(3)
        gate.set()
    assert order == [1, 2]


async def test_who_waits_is_sent_away_when_the_last_thread_is_given_up(gate: threading.Event) -> None:
    pool = ThreadPool(per_owner=1)
    with anyio.fail_after(LIMIT):
        async with anyio.create_task_group() as group:
            group.start_soon(call_and_give_up, pool, gate)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(ToolBusyError):
                await pool.run(lambda: None, owner="plugin", tool="look")


async def test_an_idle_thread_ends() -> None:
    pool = ThreadPool(idle=0.01)
    before = threading.active_count()
    await pool.run(lambda: None, owner="plugin", tool="look")
    await eventually(lambda: threading.active_count() <= before)
    assert await pool.run(lambda: "fine", owner="plugin", tool="look") == "fine"


def test_a_hung_thread_neither_keeps_the_loop_nor_the_process_from_ending(gate: threading.Event) -> None:
    before = set(threading.enumerate())
    anyio.run(call_and_give_up, ThreadPool(), gate)
    hung = set(threading.enumerate()) - before
    assert hung
    assert all(thread.daemon for thread in hung)
    gate.set()
    for thread in hung:
        thread.join(LIMIT)
    assert not any(thread.is_alive() for thread in hung)


async def test_who_is_stuck_is_told_and_so_is_the_end_of_it(gate: threading.Event) -> None:
    told: list[tuple[str, bool]] = []
    pool = ThreadPool(per_owner=2, changed=lambda owner, stuck: told.append((owner, stuck)))
    for _ in range(3):
        await call_and_give_up(pool, gate)
    assert (told, pool.stuck) == ([("plugin", True)], {"plugin"})
    gate.set()
    await eventually(lambda: not pool.stuck)
    assert told == [("plugin", True), ("plugin", False)]
