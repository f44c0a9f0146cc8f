"""The one writer of an SQLite database: a thread with the only writing connection, and group commit.

Closures queue up while the disk syncs; the thread runs all that wait in one transaction, a savepoint each, and
commits once. SQLite 3.40 has a race between connections that checkpoint a WAL, so only this one ever does.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from pulpo.errors import StoreUnavailableError

T = TypeVar("T")

BATCH = 256
"""Most closures in one commit: bounds how long the first of them waits."""


class _Job:
    """A closure on its way through the writer thread, and the future its caller waits on."""

    __slots__ = ("closure", "error", "future", "value")

    def __init__(self, closure: Callable[[sqlite3.Connection], Any], future: asyncio.Future[Any]) -> None:
        self.closure = closure
        self.future = future
        self.value: Any = None
        self.error: Exception | None = None

    def deliver(self) -> None:
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(self.error)


class SqliteWriter:
    """Runs writing closures, in the order they were submitted. Close it to checkpoint and release the file."""

    def __init__(self, path: Path, *, busy_timeout: float = 1.0) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="pulpo-writer", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def start(self) -> None:
        """Start the thread; call it on the event loop that will submit."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def submit(self, closure: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``closure`` in the next commit and return its value after it is durable.

        Raises what the closure raised (its rows are rolled back, its neighbours' are not), or
        `StoreUnavailableError` when the database is locked, full, closed or gone.
        """
        if self._closed or self._loop is None:
            raise StoreUnavailableError("the database is closed")
        job = _Job(closure, self._loop.create_future())
        self._queue.put(job)
        return await job.future  # type: ignore[no-any-return]

    def close(self) -> None:
        """Run what is queued, then close the connection. Blocks for at most a few seconds."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            if self._thread.is_alive():
                self._thread.join(timeout=10)

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        open_ = True
        while open_:
            batch, open_ = self._take()
            try:
                connection = connection or connect(self._path, busy_timeout=self._busy_timeout)
                _commit(connection, batch)
            except sqlite3.Error as error:
                _fail(batch, error)
                _discard(connection)
                connection = None
            if batch:
                self._deliver(batch)
        if connection is not None:
            connection.close()

    def _take(self) -> tuple[list[_Job], bool]:
        """Wait for one job, then take all that wait already; False when the writer was closed."""
        first = self._queue.get()
        if first is None:
            return [], False
        batch = [first]
        while len(batch) < BATCH:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                return batch, False
            batch.append(job)
        return batch, True

    def _deliver(self, batch: Iterable[_Job]) -> None:
        def deliver() -> None:
            for job in batch:
                job.deliver()

        assert self._loop is not None  # noqa: S101 - set by start(), before the thread runs
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(deliver)


class WriterConnection(sqlite3.Connection):
    """A connection whose transactions the writer alone begins and ends, by statements.

    A library that is lent it (SQLAlchemy rolls back when it first meets a connection) must not end them.
    """

    def commit(self) -> None:
        """Do nothing: the writer commits."""

    def rollback(self) -> None:
        """Do nothing: the writer rolls back."""


def connect(path: Path, *, busy_timeout: float = 1.0) -> sqlite3.Connection:
    """Open the writing connection: WAL, every commit synced, transactions only where we begin them."""
    connection = sqlite3.connect(
        path, timeout=busy_timeout, isolation_level=None, check_same_thread=False, factory=WriterConnection
    )
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _commit(connection: sqlite3.Connection, batch: Iterable[_Job]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for job in batch:
        connection.execute("SAVEPOINT job")
        try:
            job.value = job.closure(connection)
        except Exception as error:
            job.error = error
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
    connection.execute("COMMIT")


def _fail(batch: Iterable[_Job], error: sqlite3.Error) -> None:
    """The whole commit failed: nobody's rows are there, whatever a closure returned."""
    for job in batch:
        job.error = StoreUnavailableError(f"the database cannot be written: {error}")


def _discard(connection: sqlite3.Connection | None) -> None:
    """Drop a connection whose state is unknown; the next batch opens a new one."""
    if connection is not None:
        try:
            connection.close()
        except sqlite3.Error:
            return
