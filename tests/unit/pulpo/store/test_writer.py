from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from pulpo.errors import StoreUnavailableError
from pulpo.store.writer import SqliteWriter


@pytest.fixture
async def writer(tmp_path: Path):
    writer = SqliteWriter(tmp_path / "w.db", busy_timeout=0.05)
    writer.start()
    await writer.submit(lambda c: c.execute("CREATE TABLE t (n INTEGER UNIQUE)").fetchall())
    yield writer
    writer.close()


def insert(number: int):
    def closure(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        return number

    return closure


def rows(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT n FROM t ORDER BY n")]


async def test_what_waits_together_is_committed_together(writer: SqliteWriter, tmp_path: Path) -> None:
    """A hundred writers that queue up while one is busy cost a single further commit."""
    gate = threading.Event()
    statements: list[str] = []

    def hold(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(statements.append)
        gate.wait(5)

    first = asyncio.ensure_future(writer.submit(hold))
    await asyncio.sleep(0.02)
    others = [asyncio.ensure_future(writer.submit(insert(number))) for number in range(100)]
    await asyncio.sleep(0)
    assert rows(tmp_path / "w.db") == []
    gate.set()
    assert await asyncio.gather(*others) == list(range(100))
    await first
    assert statements.count("COMMIT") == 2
    assert rows(tmp_path / "w.db") == list(range(100))


async def test_a_failing_closure_loses_its_own_rows_only(writer: SqliteWriter, tmp_path: Path) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO t VALUES (77)")
        raise ValueError("mine")

    outcomes = await asyncio.gather(
        writer.submit(insert(1)), writer.submit(half), writer.submit(insert(2)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [int, ValueError, int]
    assert rows(tmp_path / "w.db") == [1, 2]


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


async def test_closing_runs_what_is_queued_and_refuses_the_rest(writer: SqliteWriter, tmp_path: Path) -> None:
    queued = [asyncio.ensure_future(writer.submit(insert(number))) for number in range(10)]
    await asyncio.sleep(0)
    writer.close()
    assert await asyncio.gather(*queued) == list(range(10))
    with pytest.raises(StoreUnavailableError, match="closed"):
        await writer.submit(insert(11))
