"""An effect in our own PostgreSQL is done or not done, never in doubt, wherever its tool's deadline cuts it.

A deadline that falls into the transaction says nothing about it, but the database knows, as soon as it answers.

Nothing here is left to how fast a machine is: a COMMIT lasts until the test lets it through, a deadline passes when the
test says so, and what was away comes back once somebody has asked for it in vain.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

import anyio
import asyncpg
import pytest
from anyio.abc import TaskStatus
from sqlalchemy import Connection, text

import pulpo
from pulpo.errors import ConversationBusyError, StoreUnavailableError
from pulpo.store.migrate import upgrade
from pulpo.store.opening import open_store
from pulpo.store.postgres.database import CONNECTIONS
from pulpo.store.turnstore import TurnStore
from pulpo.turns import texts
from pulpo.turns.orchestrator import Timing
from pulpo.turns.request import TurnAnswer, TurnRequest
from support.link import Link, linked
from support.postgres import Postgres
from support.runtimes import runtime
from support.scripts import one_call
from support.waiting import LIMIT, eventually

FAR = 3600.0
"""Seconds that nothing here takes."""
IN_DOUBT = texts.IN_DOUBT["es"].partition("{")[0]
LOCK = 7
SLOW_COMMIT = (
    "CREATE TABLE made (n int)",
    "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql"
    f" AS $$ BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON made DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION dawdle()",
)
"""A deferred trigger runs in the COMMIT, and makes it last for as long as somebody else holds the lock."""


def insert(connection: Connection) -> pulpo.Result:
    connection.execute(text("INSERT INTO made VALUES (1)"))
    return pulpo.Result("made", "made it")


class Call:
    """A tool's call that makes something in our own database. Its deadline passes when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = anyio.Event()
        self.over = anyio.Event()
        self._scopes: list[anyio.CancelScope] = []
        self._move_on_after = anyio.move_on_after
        monkeypatch.setattr(anyio, "move_on_after", self._noted)

    def tool(self, *, atomic: bool) -> pulpo.Tool:
        async def make(context: pulpo.ToolContext) -> pulpo.Result:
            """Make something."""
            self.begun.set()
            try:
                return await context.commit(insert)
            finally:
                self.over.set()

        return pulpo.tool(name="make", confirm=False, timeout=FAR, atomic=atomic)(make)

    def deadline_passes(self) -> None:
        (scope,) = self._scopes
        scope.deadline = anyio.current_time()

    def _noted(self, delay: float, **more: Any) -> anyio.CancelScope:
        scope = self._move_on_after(delay, **more)
        if delay == FAR:
            self._scopes.append(scope)
        return scope


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    return Call(monkeypatch)


@asynccontextmanager
async def shop(url: str) -> AsyncIterator[TurnStore]:
    """A store whose COMMITs of what is made can be held, with connections that are open already."""
    async with open_store(url, patience=LIMIT) as store:
        for statement in SLOW_COMMIT:
            await store.database.write(lambda c, s=statement: c.exec_driver_sql(s))
        yield store


async def ask(store: TurnStore, call: Call, *, atomic: bool = True, patience: float = LIMIT) -> TurnAnswer:
    """Have something made; a database that does not answer is asked for ``patience`` seconds what came of it."""
    timing = Timing(lease=patience, deadline=2 * FAR, assigned_deadline=2 * FAR)
    request = TurnRequest(workspace_id="demo", message="x", locale="es", idempotency_key="k")
    return await runtime(store, one_call("make"), call.tool(atomic=atomic), timing=timing).run(request)


def asked_in_vain(store: TurnStore, monkeypatch: pytest.MonkeyPatch) -> anyio.Event:
    """Return what is set when the ledger has asked what came of an effect, and nobody could tell."""
    settle, told = store.settle, anyio.Event()

    async def watched(**asked: Any) -> Any:
        try:
            return await settle(**asked)
        except StoreUnavailableError:
            told.set()
            raise

    monkeypatch.setattr(store, "settle", watched)
    return told


async def made(store: TurnStore) -> int:
    count: int = await store.database.read(lambda c: c.execute(text("SELECT count(*) FROM made")).scalar_one())
    return count


async def state(store: TurnStore) -> list[str]:
    return await store.database.read(lambda c: list(c.execute(text("SELECT state FROM effects")).scalars()))


async def certain(store: TurnStore, answer: TurnAnswer) -> str:
    """Return what the ledger says, having seen that reply, ledger and table say the same."""
    assert IN_DOUBT not in answer.reply
    (found,) = await state(store)
    assert found in ("done", "none")
    assert (found == "done") == ("made it" in answer.reply)
    assert await made(store) == (found == "done")
    return found


async def test_a_deadline_in_the_middle_of_the_commit_waits_for_what_comes_of_it(
    postgres_url: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut() -> None:
        async with commits_held(postgres_url) as held:
            await held.waits()
            call.deadline_passes()
            await in_vain.wait()

    async with shop(postgres_url) as store, anyio.create_task_group() as group:
        in_vain = asked_in_vain(store, monkeypatch)
        group.start_soon(cut)
        assert await certain(store, await ask(store, call)) == "done"


async def test_a_deadline_in_the_middle_of_the_transaction_leaves_nothing(postgres_url: str, call: Call) -> None:
    async with shop(postgres_url) as store, in_the_way(postgres_url, call):
        assert await certain(store, await ask(store, call)) == "none"


async def test_control_a_tool_that_may_change_something_elsewhere_stays_in_doubt(postgres_url: str, call: Call) -> None:
    async with shop(postgres_url) as store, in_the_way(postgres_url, call):
        answer = await ask(store, call, atomic=False)
        assert IN_DOUBT in answer.reply
        assert await state(store) == ["unknown"]


async def test_a_deadline_while_the_connections_are_all_taken_leaves_nothing(postgres_url: str, call: Call) -> None:
    taken, all_taken = count(), anyio.Event()

    def keep(connection: Connection) -> None:
        if next(taken) == CONNECTIONS - 1:
            all_taken.set()
        while not call.over.is_set():
            connection.execute(text("SELECT pg_sleep(0.02)"))

    async def cut() -> None:
        await call.begun.wait()
        await anyio.wait_all_tasks_blocked()
        call.deadline_passes()

    async with shop(postgres_url) as store, anyio.create_task_group() as group:
        for _ in range(CONNECTIONS):
            group.start_soon(store.database.read, keep)
        await all_taken.wait()
        group.start_soon(cut)
        assert await certain(store, await ask(store, call)) == "none"


async def test_a_confirmation_that_never_comes_is_no_doubt(postgres: Postgres, postgres_url: str, call: Call) -> None:
    async def cut() -> None:
        await call.begun.wait()
        await eventually(lambda: link.holds)
        call.deadline_passes()

    async with linked(postgres.port) as link, shop(behind(link, postgres_url)) as store:
        link.hold_commits = True
        async with anyio.create_task_group() as group:
            group.start_soon(cut)
            assert await certain(store, await ask(store, call)) == "done"


async def test_a_backend_that_stands_still_in_the_commit_is_waited_for(
    postgres_url: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps its row from whoever asks; once it goes on, the ledger tells."""

    async def cut() -> None:
        async with commits_held(postgres_url) as held:
            pid = await held.waits()
            os.kill(pid, signal.SIGSTOP)
            try:
                call.deadline_passes()
                await in_vain.wait()
            finally:
                os.kill(pid, signal.SIGCONT)

    async with shop(postgres_url) as store, anyio.create_task_group() as group:
        in_vain = asked_in_vain(store, monkeypatch)
        group.start_soon(cut)
        assert await certain(store, await ask(store, call)) in ("done", "none")


async def test_a_database_that_was_away_for_a_moment_is_asked_again(
    own_postgres: Postgres, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(upgrade, own_postgres.url(), {})
    async with shop(own_postgres.url()) as store, anyio.create_task_group() as group:
        in_vain = asked_in_vain(store, monkeypatch)
        group.start_soon(away_in_commit, own_postgres, in_vain)
        assert await certain(store, await ask(store, call)) == "none"


async def test_one_that_stays_away_is_told_as_such_and_the_next_try_tells_the_truth(
    own_postgres: Postgres, call: Call
) -> None:
    await asyncio.to_thread(upgrade, own_postgres.url(), {})
    async with shop(own_postgres.url()) as store:
        told = anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(away_in_commit, own_postgres, told)
            with pytest.raises(StoreUnavailableError):
                await ask(store, call, patience=0.5)
            told.set()
        assert await certain(store, await again(store, call)) == "done"


async def again(store: TurnStore, call: Call) -> TurnAnswer:
    """Ask with the same key until the first one's lease has lapsed."""
    with anyio.fail_after(LIMIT):
        while True:
            with suppress(ConversationBusyError):
                return await ask(store, call)
            await anyio.sleep(0.05)


@asynccontextmanager
async def in_the_way(url: str, call: Call) -> AsyncIterator[None]:
    """Hold a lock that the closure waits for, until its deadline has passed and its call is over."""

    async def hold(*, task_status: TaskStatus[None]) -> None:
        async with connected(url) as connection, connection.transaction():
            await connection.execute("LOCK made IN SHARE MODE")
            task_status.started()
            await waiting(connection, "relation")
            call.deadline_passes()
            await call.over.wait()

    async with anyio.create_task_group() as group:
        await group.start(hold)
        yield


class Held:
    """COMMITs that wait for us to let go."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def waits(self) -> int:
        """Return the process that is in the middle of a COMMIT, once there is one."""
        return await waiting(self._connection, "advisory")


@asynccontextmanager
async def commits_held(url: str) -> AsyncIterator[Held]:
    """Hold COMMITs of what is made (see `SLOW_COMMIT`)."""
    async with connected(url) as connection:
        await connection.execute(f"SELECT pg_advisory_lock({LOCK})")
        yield Held(connection)


async def away_in_commit(postgres: Postgres, back: anyio.Event) -> None:
    """Take the database away in the middle of a COMMIT, until ``back``.

    It stands still before it ends: of those of its processes that end one after the other, some would still answer.
    """
    async with commits_held(postgres.url()) as held:
        await held.waits()
        await asyncio.to_thread(postgres.freeze)
        await asyncio.to_thread(postgres.kill)
    await back.wait()
    await asyncio.to_thread(postgres.start)


async def waiting(connection: Any, lock: str) -> int:
    """Return the process that waits for a lock of this kind in our database, once there is one."""
    query = (
        "SELECT pid FROM pg_locks WHERE locktype = $1 AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with anyio.fail_after(LIMIT):
        while (pid := await connection.fetchval(query, lock)) is None:  # noqa: ASYNC110 - another process is looked at
            await anyio.sleep(0.005)
    return int(pid)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """A connection of the test's own."""
    connection = await asyncpg.connect(url, timeout=LIMIT)
    try:
        yield connection
    finally:
        connection.terminate()


def behind(link: Link, url: str) -> str:
    return f"postgresql://postgres@127.0.0.1:{link.port}/{url.rpartition('/')[2]}"
