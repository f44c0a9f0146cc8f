"""An effect in our own PostgreSQL is done or not done, never in doubt, wherever its tool's deadline cuts it.

A deadline that falls into the transaction says nothing about it, but the database knows, as soon as it answers.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
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


async def _make(context: pulpo.ToolContext) -> pulpo.Result:
    """Make something in our own database."""
    return await context.commit(insert)


make = pulpo.tool(name="make", confirm=False, timeout=DEADLINE, atomic=True)(_make)
careless = pulpo.tool(name="make", confirm=False, timeout=DEADLINE)(_make)
"""The control: the runtime must take it for a tool that may change something elsewhere as well."""


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
    store: TurnStore, tool: pulpo.Tool = make, *, timing: Timing | None = None, key: str | None = None
) -> TurnAnswer:
    request = TurnRequest(workspace_id="demo", message="x", locale="es", idempotency_key=key)
    return await runtime(store, one_call("make"), tool, timing=timing).run(request)


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


async def test_a_deadline_in_the_middle_of_the_commit_waits_for_what_comes_of_it(postgres_url: str) -> None:
    async with shop(postgres_url, commit=1.5) as store:
        assert await certain(store, await ask(store)) == "done"


async def test_a_deadline_in_the_middle_of_the_transaction_leaves_nothing(postgres_url: str) -> None:
    async with shop(postgres_url) as store, in_the_way(store):
        assert await certain(store, await ask(store)) == "none"


async def test_control_a_tool_that_may_change_something_elsewhere_stays_in_doubt(postgres_url: str) -> None:
    async with shop(postgres_url) as store, in_the_way(store):
        answer = await ask(store, careless)
        assert IN_DOUBT in answer.reply
        assert await state(store) == ["unknown"]


async def test_a_deadline_while_the_connections_are_all_taken_leaves_nothing(postgres_url: str) -> None:
    async with shop(postgres_url) as store, anyio.create_task_group() as group:
        for _ in range(CONNECTIONS):
            group.start_soon(store.database.read, lambda c: c.execute(text("SELECT pg_sleep(0.7)")))
        await anyio.sleep(0.2)
        assert await certain(store, await ask(store)) == "none"


async def test_a_confirmation_that_never_comes_is_no_doubt(postgres: Postgres, postgres_url: str) -> None:
    async with linked(postgres.port) as link, shop(behind(link, postgres_url)) as store:
        await store.database.read(lambda c: c.execute(text("SELECT 1")))
        link.hold_commits = True
        assert await certain(store, await ask(store)) == "done"
        assert not link.hold_commits


async def test_a_backend_that_stands_still_in_the_commit_is_waited_for(postgres: Postgres, postgres_url: str) -> None:
    """It keeps its row for longer than a statement waits for one; once it goes on, the ledger tells."""
    async with shop(postgres_url, commit=0.2) as store, anyio.create_task_group() as group:
        group.start_soon(paused_in_commit, postgres, postgres_url, 2.0)
        assert await certain(store, await ask(store)) in ("done", "none")


async def test_a_database_that_was_away_for_a_moment_is_asked_again(own_postgres: Postgres) -> None:
    async with own(own_postgres, commit=0.6) as store, anyio.create_task_group() as group:
        group.start_soon(restarted, own_postgres, 0.2, 1.5)
        assert await certain(store, await ask(store)) == "none"


async def test_one_that_stays_away_is_told_as_such_and_the_next_try_tells_the_truth(own_postgres: Postgres) -> None:
    timing = Timing(lease=1.0)
    async with own(own_postgres, commit=0.6) as store:
        async with anyio.create_task_group() as group:
            group.start_soon(restarted, own_postgres, 0.2, 2.5)
            with pytest.raises(StoreUnavailableError):
                await ask(store, timing=timing, key="k")
        await asyncio.to_thread(own_postgres.execute, "DROP TRIGGER slow ON made")
        assert await certain(store, await ask(store, timing=timing, key="k")) == "done"


@asynccontextmanager
async def in_the_way(store: TurnStore) -> AsyncIterator[None]:
    """Hold a lock that the closure waits for; its statement would wait longer than the tool may take."""

    def lock(connection: Connection) -> None:
        connection.execute(text("LOCK made IN SHARE MODE"))
        connection.execute(text("SELECT pg_sleep(0.85)"))

    async with anyio.create_task_group() as group:
        group.start_soon(store.database.write, lock)
        await anyio.sleep(0.15)
        yield


async def restarted(postgres: Postgres, after: float, seconds: float) -> None:
    """Take the database away ``after`` seconds, for ``seconds``."""
    await anyio.sleep(after)
    await asyncio.to_thread(postgres.stop)
    await anyio.sleep(seconds)
    await asyncio.to_thread(postgres.start)


async def paused_in_commit(postgres: Postgres, url: str, seconds: float) -> None:
    query = f"SELECT pid FROM pg_stat_activity WHERE datname = '{url.rpartition('/')[2]}' AND wait_event = 'PgSleep'"
    rows: list[Any] = []
    while not rows:
        rows = await asyncio.to_thread(postgres.execute, query)
    os.kill(rows[0]["pid"], signal.SIGSTOP)
    await anyio.sleep(seconds)
    os.kill(rows[0]["pid"], signal.SIGCONT)


def behind(link: Link, url: str) -> str:
    return f"postgresql://postgres@127.0.0.1:{link.port}/{url.rpartition('/')[2]}"
