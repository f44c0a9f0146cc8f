"""An effect in our own PostgreSQL is done or not done, never in doubt, wherever its tool's deadline cuts it.

A deadline that falls into the transaction says nothing about it, but the database knows, as soon as it answers.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from typing import Any

import anyio
import asyncpg
import pytest
from anyio.abc import TaskStatus
from sqlalchemy import Connection, text

import pulpo
from pulpo.errors import StoreUnavailableError
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

DEADLINE = 0.4
TRIES = 3
IN_DOUBT = texts.IN_DOUBT["es"].partition("{")[0]
SLOW_COMMIT = """
CREATE TABLE made (n int);
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON made DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()
"""
"""A deferred trigger runs in the COMMIT, and makes it last."""


def insert(connection: Connection) -> pulpo.Result:
    connection.execute(text("INSERT INTO made VALUES (1)"))
    return pulpo.Result("made", "made it")


def making(cut: anyio.Event | None = None, *, atomic: bool = True) -> pulpo.Tool:
    """A tool that makes something in our own database, and says when its call is over, however that ends."""

    async def make(context: pulpo.ToolContext) -> pulpo.Result:
        """Make something."""
        try:
            return await context.commit(insert)
        finally:
            if cut:
                cut.set()

    return pulpo.tool(name="make", confirm=False, timeout=DEADLINE, atomic=atomic)(make)


@asynccontextmanager
async def shop(url: str, *, commit: float = 0.0) -> AsyncIterator[TurnStore]:
    """A store whose COMMITs take ``commit`` seconds, with connections that are open already."""
    async with open_store(url) as store:
        for statement in SLOW_COMMIT.format(seconds=commit).split(";\n"):
            await store.database.write(lambda c, s=statement: c.exec_driver_sql(s))
        yield store


@asynccontextmanager
async def own(postgres: Postgres, *, commit: float) -> AsyncIterator[TurnStore]:
    await asyncio.to_thread(upgrade, postgres.url(), {})
    async with shop(postgres.url(), commit=commit) as store:
        yield store


async def ask(
    store: TurnStore, tool: pulpo.Tool | None = None, *, timing: Timing | None = None, key: str | None = None
) -> TurnAnswer:
    request = TurnRequest(workspace_id="demo", message="x", locale="es", idempotency_key=key)
    return await runtime(store, one_call("make"), tool or making(), timing=timing).run(request)


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
    postgres: Postgres, migrated: str
) -> None:
    """What is told is certain each time; that the COMMIT was under way by then, a busy machine may keep from us."""
    found: list[str] = []
    while "done" not in found and len(found) < TRIES:
        url = await asyncio.to_thread(partial(postgres.create, template=migrated))
        async with shop(url, commit=1.5) as store:
            found.append(await certain(store, await ask(store)))
    assert "done" in found


async def test_a_deadline_in_the_middle_of_the_transaction_leaves_nothing(postgres_url: str) -> None:
    cut = anyio.Event()
    async with shop(postgres_url) as store, in_the_way(postgres_url, until=cut):
        assert await certain(store, await ask(store, making(cut))) == "none"


async def test_control_a_tool_that_may_change_something_elsewhere_stays_in_doubt(postgres_url: str) -> None:
    cut = anyio.Event()
    async with shop(postgres_url) as store, in_the_way(postgres_url, until=cut):
        answer = await ask(store, making(cut, atomic=False))
        assert IN_DOUBT in answer.reply
        assert await state(store) == ["unknown"]


async def test_a_deadline_while_the_connections_are_all_taken_leaves_nothing(postgres_url: str) -> None:
    cut, taken = anyio.Event(), count()
    all_taken = anyio.Event()

    def keep(connection: Connection) -> None:
        if next(taken) == CONNECTIONS - 1:
            all_taken.set()
        while not cut.is_set():
            connection.execute(text("SELECT pg_sleep(0.02)"))

    async with shop(postgres_url) as store, anyio.create_task_group() as group:
        for _ in range(CONNECTIONS):
            group.start_soon(store.database.read, keep)
        await all_taken.wait()
        assert await certain(store, await ask(store, making(cut))) == "none"


async def test_a_confirmation_that_never_comes_is_no_doubt(postgres: Postgres, postgres_url: str) -> None:
    async with linked(postgres.port) as link, shop(behind(link, postgres_url)) as store:
        await store.database.read(lambda c: c.execute(text("SELECT 1")))
        link.hold_commits = True
        assert await certain(store, await ask(store)) == "done"
        assert not link.hold_commits


async def test_a_backend_that_stands_still_in_the_commit_is_waited_for(postgres_url: str) -> None:
    """It keeps its row for longer than a statement waits for one; once it goes on, the ledger tells."""
    async with shop(postgres_url, commit=0.5) as store, anyio.create_task_group() as group:
        await group.start(paused_in_commit, postgres_url, 2.0)
        assert await certain(store, await ask(store)) in ("done", "none")


async def test_a_database_that_was_away_for_a_moment_is_asked_again(own_postgres: Postgres) -> None:
    async with own(own_postgres, commit=1.5) as store, anyio.create_task_group() as group:
        await group.start(restarted_in_commit, own_postgres, 1.5)
        assert await certain(store, await ask(store)) == "none"


async def test_one_that_stays_away_is_told_as_such_and_the_next_try_tells_the_truth(own_postgres: Postgres) -> None:
    timing = Timing(lease=1.0)
    async with own(own_postgres, commit=1.5) as store:
        async with anyio.create_task_group() as group:
            await group.start(restarted_in_commit, own_postgres, 2.5)
            with pytest.raises(StoreUnavailableError):
                await ask(store, timing=timing, key="k")
        await asyncio.to_thread(own_postgres.execute, "DROP TRIGGER slow ON made")
        assert await certain(store, await ask(store, timing=timing, key="k")) == "done"


@asynccontextmanager
async def in_the_way(url: str, *, until: anyio.Event) -> AsyncIterator[None]:
    """Hold a lock that the closure waits for, until its call is over."""

    async def hold(*, task_status: TaskStatus[None]) -> None:
        async with connected(url) as connection, connection.transaction():
            await connection.execute("LOCK made IN SHARE MODE")
            task_status.started()
            await until.wait()

    async with anyio.create_task_group() as group:
        await group.start(hold)
        yield


async def restarted_in_commit(postgres: Postgres, seconds: float, *, task_status: TaskStatus[None]) -> None:
    """Take the database away in the middle of a COMMIT, for ``seconds``."""
    async with connected(postgres.url()) as connection:
        task_status.started()
        await in_commit(connection)
    await asyncio.to_thread(postgres.stop)
    await anyio.sleep(seconds)
    await asyncio.to_thread(postgres.start)


async def paused_in_commit(url: str, seconds: float, *, task_status: TaskStatus[None]) -> None:
    """Let the process that is in the middle of a COMMIT stand still, for ``seconds``."""
    async with connected(url) as connection:
        task_status.started()
        pid = await in_commit(connection)
    os.kill(pid, signal.SIGSTOP)
    await anyio.sleep(seconds)
    os.kill(pid, signal.SIGCONT)


async def in_commit(connection: Any) -> int:
    """Return the process that is in the middle of a COMMIT (see `SLOW_COMMIT`), once there is one."""
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    with anyio.fail_after(20):
        while (pid := await connection.fetchval(query)) is None:  # noqa: ASYNC110 - another process is looked at
            await anyio.sleep(0.005)
    return int(pid)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """A connection of the test's own."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        yield connection
    finally:
        connection.terminate()


def behind(link: Link, url: str) -> str:
    return f"postgresql://postgres@127.0.0.1:{link.port}/{url.rpartition('/')[2]}"
