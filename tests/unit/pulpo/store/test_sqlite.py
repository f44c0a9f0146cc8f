from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from pulpo.contracts.canary import Assignment
from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.errors import StoreUnavailableError
from pulpo.store import sqlite, writer
from pulpo.store.conversations import Replayed
from pulpo.store.sqlite import READERS, open_sqlite
from pulpo.store.transcripts import messages
from support.turns import asked, assign, done
from support.waiting import LIMIT


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


async def test_a_closure_that_closes_its_connection_closes_nobody_elses(path: Path) -> None:
    async with open_sqlite(path) as store:
        await store.database.write(lambda c: c.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))

        def tidy(connection) -> None:
            with connection:  # SQLAlchemy's own idiom, which closes it at the end
                connection.execute(text("INSERT INTO t VALUES (1)"))

        await store.database.write(tidy)
        await store.database.write(lambda c: c.execute(text("INSERT INTO t VALUES (2)")))
        assert await store.database.read(lambda c: c.execute(text("SELECT n FROM t")).scalars().all()) == [1, 2]


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


def committed(path: Path) -> int:
    """How many turns another connection, which sees what is committed, finds."""
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("SELECT count(*) FROM turns").fetchone()[0]
        return found


async def test_a_turn_goes_on_before_it_is_committed_and_its_answer_waits(path: Path) -> None:
    async with open_sqlite(path) as store:
        await store.effects_of("open the file")
        await store.accept(asked("t1", new=True), assign)
        assert committed(path) == 0
        await store.finish(done("t1", 1))
        assert committed(path) == 1


async def test_an_effect_waits_for_the_acceptance_too(path: Path) -> None:
    async with open_sqlite(path) as store:
        await store.effects_of("open the file")
        await store.accept(asked("t1", new=True), assign)
        await store.intend(key="k", turn_id="t1", call=ToolCall("c", "book", {}), group="g", now=1.0, epoch=1)
        assert committed(path) == 1


async def test_a_turn_that_is_evidence_is_committed_first(path: Path) -> None:
    async with open_sqlite(path) as store:
        await store.effects_of("open the file")
        await store.accept(asked("t1", new=True), lambda _pin: Assignment("canary", "matched", rollout="r1"))
        assert committed(path) == 1


async def test_an_answer_is_sent_again_only_once_it_is_durable(path: Path) -> None:
    async with open_sqlite(path) as store:
        await store.effects_of("open the file")
        request = asked("t1", new=True, idempotency_key="k")
        await store.accept(request, assign)
        first = asyncio.ensure_future(store.finish(done("t1", 1)))
        await asyncio.sleep(0)
        assert committed(path) == 0
        again = await store.accept(request, assign)
        assert isinstance(again, Replayed)
        assert committed(path) == 1
        await first


async def test_a_turn_finds_its_own_message_at_once(path: Path) -> None:
    async with open_sqlite(path) as store:
        await store.effects_of("open the file")
        await store.accept(asked("t1", new=True), assign)
        said = await store.database.read(lambda connection: messages(connection, "c1"))
        assert [message.text for message in said] == ["hola"]


async def test_a_turn_whose_acceptance_was_lost_hears_of_the_database(path: Path) -> None:
    """And of nobody who took the turn over: there is none."""

    def lose(connection) -> None:
        connection.exec_driver_sql("ROLLBACK")

    async with open_sqlite(path) as store:
        await store.effects_of("open the file")
        await store.accept(asked("t1", new=True), assign)
        with pytest.raises(StoreUnavailableError):
            await store.database.write(lose)
        with pytest.raises(StoreUnavailableError, match="when this turn began"):
            await store.finish(done("t1", 1))
        await store.accept(asked("t1", new=True), assign)
        await store.finish(done("t1", 1))


ENDLESS = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c WHERE n < 0"


async def test_a_read_without_an_end_is_cut_and_leaves_its_place_to_others(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_sqlite(path) as store, asyncio.timeout(LIMIT):
        with monkeypatch.context() as patience:
            patience.setattr(sqlite, "READ_SECONDS", 0.1)
            reads = (store.database.read(lambda c: c.execute(text(ENDLESS)).all()) for _ in range(2 * READERS))
            found = await asyncio.gather(*reads, return_exceptions=True)
        assert [type(each) for each in found] == [TimeoutError] * 2 * READERS
        assert await store.database.read(lambda c: c.execute(text("SELECT 1")).scalar()) == 1


@pytest.mark.parametrize("statement", [ENDLESS, f"INSERT INTO t {ENDLESS}"], ids=["looking", "writing"])
async def test_a_write_without_an_end_is_cut_and_the_next_one_works(
    path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    async with open_sqlite(path) as store, asyncio.timeout(LIMIT):
        await store.database.write(lambda c: c.execute(text("CREATE TABLE t (n INTEGER)")))
        with monkeypatch.context() as patience:
            patience.setattr(writer, "WRITE_SECONDS", 0.1)
            with pytest.raises((TimeoutError, StoreUnavailableError), match=r"after 0\.1 s"):
                await store.database.write(lambda c: c.execute(text(statement)))
        await store.database.write(lambda c: c.execute(text("INSERT INTO t VALUES (2)")))
        assert await store.database.read(lambda c: c.execute(text("SELECT n FROM t")).scalars().all()) == [2]
