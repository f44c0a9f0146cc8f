from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from pulpo.errors import StoreUnavailableError
from pulpo.store.writer import BATCH, SqliteWriter
from support.waiting import LIMIT


@pytest.fixture
async def writer(tmp_path: Path):
    writer = SqliteWriter(tmp_path / "w.db", busy_timeout=0.05)
    writer.start()
    await writer.submit(lambda c: c.execute("CREATE TABLE t (n INTEGER UNIQUE)").fetchall())
    yield writer
    await writer.close()


def insert(number: int):
    def closure(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        return number

    return closure


def rows(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT n FROM t ORDER BY n")]


@pytest.mark.parametrize("kind", ["submit", "submit_quick"])
async def test_what_waits_together_is_committed_together(writer: SqliteWriter, tmp_path: Path, kind: str) -> None:
    """Fifty closures that queue up while one is busy cost a single further commit."""
    gate, begun = threading.Event(), threading.Event()
    statements: list[str] = []

    def hold(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(statements.append)
        begun.set()
        gate.wait(LIMIT)

    first = asyncio.ensure_future(writer.submit(hold))
    await asyncio.to_thread(begun.wait, LIMIT)
    others = [asyncio.ensure_future(getattr(writer, kind)(insert(number))) for number in range(50)]
    await asyncio.sleep(0)
    assert rows(tmp_path / "w.db") == []
    gate.set()
    assert await asyncio.gather(*others) == list(range(50))
    await first
    assert statements.count("COMMIT") == 2
    assert rows(tmp_path / "w.db") == list(range(50))


async def test_quick_closures_run_on_the_loop_and_the_others_in_the_thread(writer: SqliteWriter) -> None:
    here = threading.get_ident()
    quick, other = await asyncio.gather(
        writer.submit_quick(lambda _: threading.get_ident()), writer.submit(lambda _: threading.get_ident())
    )
    assert quick == here
    assert other != here


async def test_the_loop_never_waits_for_the_lock(tmp_path: Path) -> None:
    """Another process writes for a while: quick closures wait in the thread, the loop goes on."""
    path, loop = tmp_path / "w.db", asyncio.get_running_loop()
    writer = SqliteWriter(path, busy_timeout=LIMIT)
    writer.start()
    await writer.submit(lambda c: c.execute("CREATE TABLE t (n INTEGER)").fetchall())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = loop.time()
        written = asyncio.ensure_future(writer.submit_quick(insert(1)))
        for _ in range(10):
            await asyncio.sleep(0.001)
        assert loop.time() - began < LIMIT / 2, "half of what the lock is waited for"
        assert not written.done()
        other.execute("COMMIT")
    assert await written == 1
    await writer.close()


async def test_a_failing_closure_loses_its_own_rows_only(writer: SqliteWriter, tmp_path: Path) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO t VALUES (77)")
        raise ValueError("mine")

    outcomes = await asyncio.gather(
        *(writer.submit(closure) for closure in (insert(1), half, insert(2))), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [int, ValueError, int]
    assert rows(tmp_path / "w.db") == [1, 2]


async def test_a_quick_closure_raises_before_it_writes_or_takes_everybody_along(
    writer: SqliteWriter, tmp_path: Path
) -> None:
    def before(connection: sqlite3.Connection) -> None:
        raise ValueError("mine")

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO t VALUES (77)")
        raise ValueError("a defect")

    refused = await asyncio.gather(writer.submit_quick(before), writer.submit_quick(insert(1)), return_exceptions=True)
    assert [type(outcome) for outcome in refused] == [ValueError, int]
    broken = await asyncio.gather(writer.submit_quick(insert(2)), writer.submit_quick(half), return_exceptions=True)
    assert [type(outcome) for outcome in broken] == [StoreUnavailableError, StoreUnavailableError]
    assert rows(tmp_path / "w.db") == [1]


@pytest.mark.parametrize("kind", ["submit", "submit_quick"])
async def test_on_a_full_disk_nobody_is_told_of_rows_that_are_not_there(
    writer: SqliteWriter, tmp_path: Path, kind: str
) -> None:
    """SQLite rolls the whole transaction back when the disk is full: whoever shared it must hear of it."""
    pages = await writer.submit(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    await writer.submit(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchall())

    def large(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE big AS SELECT randomblob(1000000) AS x")

    submit = getattr(writer, kind)
    outcomes = await asyncio.gather(submit(insert(1)), submit(large), submit(insert(2)), return_exceptions=True)
    told = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert rows(tmp_path / "w.db") == told
    assert isinstance(outcomes[1], sqlite3.Error | StoreUnavailableError)


async def test_who_waits_behind_a_batch_that_is_lost_is_served_all_the_same(writer: SqliteWriter) -> None:
    """More than a batch waits behind a commit, and the last of the first ones loses them their transaction: whoever
    comes after them would wait until somebody else writes, and a writer that closes for ever."""

    def lose(connection: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    gate, begun = threading.Event(), threading.Event()
    busy = asyncio.create_task(writer.submit(lambda _: begun.set() or gate.wait(LIMIT)))
    await asyncio.to_thread(begun.wait, LIMIT)
    first = [*(insert(number) for number in range(BATCH - 1)), lose]
    lost = [asyncio.create_task(writer.submit_quick(closure)) for closure in first]
    behind = [asyncio.create_task(writer.submit_quick(insert(number))) for number in range(3)]
    await asyncio.sleep(0)
    gate.set()
    async with asyncio.timeout(LIMIT):
        assert await busy
        assert await asyncio.gather(*behind) == [0, 1, 2]
    outcomes = await asyncio.gather(*lost, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailableError}


@pytest.mark.parametrize("ending", [SystemExit(3), asyncio.CancelledError(), KeyboardInterrupt()], ids=repr)
async def test_a_closure_that_exits_ends_nothing_but_itself(writer: SqliteWriter, ending: BaseException) -> None:
    """Nobody cancels the writer's thread, or presses Ctrl-C in it: were it to end, nothing would be written again."""

    def leave(connection: sqlite3.Connection) -> None:
        raise ending

    with pytest.raises(RuntimeError, match="end the process"):
        async with asyncio.timeout(LIMIT):
            await writer.submit(leave)
    assert await writer.submit(insert(1)) == 1


async def test_what_was_given_up_before_it_began_is_not_begun(writer: SqliteWriter, tmp_path: Path) -> None:
    """A question that comes after it would share its batch, and be answered before it ran."""
    gate, begun = threading.Event(), threading.Event()
    busy = asyncio.create_task(writer.submit(lambda _: begun.set() or gate.wait(LIMIT)))
    await asyncio.to_thread(begun.wait, LIMIT)
    given_up = asyncio.create_task(writer.submit(insert(1)))
    kept = asyncio.create_task(writer.submit(insert(2)))
    await asyncio.sleep(0)
    given_up.cancel()
    asked = asyncio.create_task(
        writer.submit_quick(lambda c: c.execute("SELECT count(*) FROM t WHERE n = 1").fetchone())
    )
    await asyncio.sleep(0)
    gate.set()
    assert [await busy, await kept, await asked] == [True, 2, (0,)]
    assert rows(tmp_path / "w.db") == [2]


async def test_a_constraint_is_raised_to_its_own_caller(writer: SqliteWriter) -> None:
    await writer.submit(insert(1))
    with pytest.raises(sqlite3.IntegrityError):
        await writer.submit(insert(1))


async def test_a_locked_database_is_unavailable_and_comes_back(writer: SqliteWriter, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "w.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match="locked"):
            await writer.submit(insert(1))
        other.execute("ROLLBACK")
    assert await writer.submit(insert(2)) == 2
    assert rows(tmp_path / "w.db") == [2]


async def test_a_library_cannot_end_the_writers_transaction(writer: SqliteWriter, tmp_path: Path) -> None:
    def meddle(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO t VALUES (5)")
        connection.rollback()
        connection.commit()

    await writer.submit(meddle)
    assert rows(tmp_path / "w.db") == [5]


async def test_a_database_that_breaks_is_opened_afresh(writer: SqliteWriter, tmp_path: Path) -> None:
    """Whatever happens to the connection, its callers are told and the next one gets a new connection."""

    def lose(connection: sqlite3.Connection) -> None:
        connection.execute("ROLLBACK")

    outcomes = await asyncio.gather(writer.submit_quick(insert(1)), writer.submit(lose), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailableError, StoreUnavailableError]
    assert await writer.submit_quick(insert(2)) == 2
    assert rows(tmp_path / "w.db") == [2]


async def test_closing_runs_what_is_queued_and_refuses_the_rest(writer: SqliteWriter, tmp_path: Path) -> None:
    queued = [asyncio.ensure_future(writer.submit(insert(number))) for number in range(10)]
    await asyncio.sleep(0)
    await writer.close()
    assert await asyncio.gather(*queued) == list(range(10))
    with pytest.raises(StoreUnavailableError, match="closed"):
        await writer.submit(insert(11))


def held(gate: threading.Event):
    """A closure that keeps the thread, and with it the commit, until the gate opens."""

    def closure(connection: sqlite3.Connection) -> None:
        gate.wait(LIMIT)

    return closure


async def test_an_early_value_is_there_before_its_commit_and_durable_with_what_is_written_next(
    writer: SqliteWriter, tmp_path: Path
) -> None:
    gate = threading.Event()
    assert await writer.submit_quick(insert(1), early=lambda _: True) == 1
    assert rows(tmp_path / "w.db") == []
    busy = asyncio.ensure_future(writer.submit(held(gate)))
    later = asyncio.ensure_future(writer.submit_quick(insert(2)))
    await asyncio.sleep(0.02)
    assert not later.done()
    assert rows(tmp_path / "w.db") == []
    gate.set()
    assert await later == 2
    assert rows(tmp_path / "w.db") == [1, 2]
    await busy


async def test_a_value_that_is_not_for_early_is_waited_for(writer: SqliteWriter, tmp_path: Path) -> None:
    assert await writer.submit_quick(insert(1), early=lambda value: value != 1) == 1
    assert rows(tmp_path / "w.db") == [1]


async def test_who_went_on_early_is_told_when_the_rows_are_lost_and_only_then(
    writer: SqliteWriter, tmp_path: Path
) -> None:
    def refuse(connection: sqlite3.Connection) -> int:
        raise ValueError("mine")

    def lose(connection: sqlite3.Connection) -> None:
        connection.execute("ROLLBACK")

    lost: list[int] = []
    assert await writer.submit_quick(insert(1), early=lambda _: True, lost=lost.append) == 1
    await writer.settled()
    with pytest.raises(ValueError, match="mine"):
        await writer.submit_quick(refuse, early=lambda _: True, lost=lost.append)
    assert await writer.submit_quick(insert(2), early=lambda _: True, lost=lost.append) == 2
    with pytest.raises(StoreUnavailableError):
        await writer.submit(lose)
    assert lost == [2]
    assert rows(tmp_path / "w.db") == [1]
