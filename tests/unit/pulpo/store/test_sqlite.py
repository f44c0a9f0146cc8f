from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.errors import StoreUnavailableError
from pulpo.store.sqlite import open_sqlite


async def test_plugins_write_and_read_through_sqlalchemy(path: Path) -> None:
    async with open_sqlite(path) as store:
        await store.database.write(lambda c: c.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))
        await store.database.write(lambda c: c.execute(text("INSERT INTO t VALUES (1)")))
        assert await store.database.read(lambda c: c.execute(text("SELECT n FROM t")).scalars().all()) == [1]


async def test_a_failing_write_is_rolled_back_and_the_next_one_works(path: Path) -> None:
    async with open_sqlite(path) as store:
        await store.database.write(lambda c: c.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))

        def twice(connection) -> None:
            connection.execute(text("INSERT INTO t VALUES (1)"))
            connection.execute(text("INSERT INTO t VALUES (1)"))

        with pytest.raises(IntegrityError):
            await store.database.write(twice)
        await store.database.write(lambda c: c.execute(text("INSERT INTO t VALUES (2)")))
        assert await store.database.read(lambda c: c.execute(text("SELECT n FROM t")).scalars().all()) == [2]


async def test_readers_cannot_write(path: Path) -> None:
    async with open_sqlite(path) as store:
        with pytest.raises((OperationalError, StoreUnavailableError), match="readonly"):
            await store.database.read(lambda c: c.execute(text("CREATE TABLE t (n INTEGER)")))


async def test_an_effect_and_its_record_are_committed_together_or_not_at_all(path: Path, running_turn: str) -> None:
    async with open_sqlite(path) as store:
        await store.database.write(lambda c: c.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))
        await store.intend(key="k", turn_id=running_turn, call=ToolCall("c", "book", {}), group="g", now=1.0, epoch=1)

        def insert_and_fail(connection) -> Result:
            connection.execute(text("INSERT INTO t VALUES (1)"))
            raise RuntimeError

        with pytest.raises(RuntimeError):
            await store.commit(insert_and_fail, key="k", now=2.0, epoch=1)
        assert [effect.state for effect in await store.effects_of("t1")] == ["intended"]
        assert await store.database.read(lambda c: c.execute(text("SELECT count(*) FROM t")).scalar()) == 0

        def insert(connection) -> Result:
            connection.execute(text("INSERT INTO t VALUES (1)"))
            return Result("made")

        assert await store.commit(insert, key="k", now=3.0, epoch=1) == Result("made")
        assert await store.commit(insert, key="k", now=4.0, epoch=1) == Result("made")
        assert [effect.state for effect in await store.effects_of("t1")] == ["done"]


async def test_a_new_process_voids_the_leases_of_the_dead_one(path: Path, connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO conversations (id, workspace_id, locale, variant, dialogue, epoch, lease_turn, lease_until,"
        " started_at, last_at) VALUES ('c', 'demo', 'es', 'stable', '{}', 1, 't', 9e9, 0, 0)"
    )
    async with open_sqlite(path):
        pass
    assert connection.execute("SELECT lease_until FROM conversations").fetchone() == (0,)


async def test_a_second_process_is_told_to_talk_to_the_first(path: Path) -> None:
    async with open_sqlite(path):
        with pytest.raises(StoreUnavailableError, match="over HTTP"):
            async with open_sqlite(path):
                pass
    async with open_sqlite(path):
        pass
