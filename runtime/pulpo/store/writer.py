"""The one writer of an SQLite database: a single writing connection and group commit.

What waits is written in one transaction and committed once. Two kinds of closures share it:

- `submit_quick`: a few indexed statements of our own, which raise before they write or not at all. They run on the
  event loop, because a thread that shares the GIL with a busy loop gets it back only after milliseconds, once per
  statement (measured: 5 × fewer turns a second).
- `submit`: anything else (a plugin's closure, with SQLAlchemy). It runs in the writer thread, in a savepoint.

Whatever may block, waiting for the lock, the commit and its fsync, is the thread's. SQLite 3.40 has a race between
connections that checkpoint a WAL, so only this connection ever does.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

from pulpo.errors import StoreUnavailableError

T = TypeVar("T")
Closure: TypeAlias = Callable[[sqlite3.Connection], T]

BATCH = 64
"""Most closures in one commit: bounds how long the first of them waits, and how long the loop is held."""

LOCK_POLL = 0.005
"""Seconds between two tries to begin while another process (``pulpo keys``) is writing."""


class _Job:
    """A closure on its way through a transaction, and the future its caller waits on."""

    __slots__ = ("closure", "error", "future", "quick", "value")

    def __init__(self, closure: Closure[Any], future: asyncio.Future[Any], *, quick: bool) -> None:
        self.closure = closure
        self.future = future
        self.quick = quick
        self.value: Any = None
        self.error: Exception | None = None

    def run_quick(self, connection: sqlite3.Connection) -> None:
        """Run without a savepoint, which costs as much as the statements: what it raises before writing is its
        caller's; after writing (which would be a defect of ours) it takes the whole transaction along."""
        before = connection.total_changes
        try:
            self.value = self.closure(connection)
        except sqlite3.Error:
            raise
        except Exception as error:
            if connection.total_changes != before:
                raise sqlite3.DatabaseError(f"a closure failed half-way: {error!r}") from error
            self.error = error

    def run(self, connection: sqlite3.Connection) -> None:
        """Run in a savepoint of its own: what it raises is its caller's, and takes its own rows along only."""
        connection.execute("SAVEPOINT job")
        try:
            self.value = self.closure(connection)
        except (Exception, SystemExit) as error:
            if not connection.in_transaction:
                # A full disk makes SQLite roll everything back: the neighbours' rows are gone too.
                raise sqlite3.OperationalError(f"the transaction was lost: {error}") from error
            self.error = error if isinstance(error, Exception) else RuntimeError("a closure tried to end the process")
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")

    def deliver(self) -> None:
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(self.error)


class WriterConnection(sqlite3.Connection):
    """A connection whose transactions the writer alone begins and ends, by statements.

    A library that is lent it (SQLAlchemy rolls back when it first meets a connection) must not end them.
    """

    def commit(self) -> None:
        """Do nothing: the writer commits."""

    def rollback(self) -> None:
        """Do nothing: the writer rolls back."""


class SqliteWriter:
    """Runs writing closures; each call returns after its rows are durable. ``busy_timeout`` is in seconds."""

    def __init__(self, path: Path, *, busy_timeout: float = 1.0) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._waiting: list[_Job] = []
        self._batches: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="pulpo-writer", daemon=True)
        self._connection: sqlite3.Connection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._busy = False
        self._idle = asyncio.Event()
        self._closed = False

    def start(self) -> None:
        """Start the thread; call it on the event loop that will submit."""
        self._loop = asyncio.get_running_loop()
        self._idle.set()
        self._thread.start()

    async def submit(self, closure: Closure[T]) -> T:
        """Run ``closure`` in the writer thread and return its value once it is durable.

        Raises what the closure raised (its rows are rolled back, its neighbours' are not), or
        `StoreUnavailableError` when the database is locked, full, closed or gone.
        """
        return await self._submit(closure, quick=False)

    async def submit_quick(self, closure: Closure[T]) -> T:
        """Like `submit`, on the event loop: for a few indexed statements, which raise before they write if at all."""
        return await self._submit(closure, quick=True)

    async def close(self) -> None:
        """Write what waits, refuse the rest, checkpoint and release the file."""
        if not self._closed:
            self._closed = True
            await self._idle.wait()
            self._batches.put(None)
            await asyncio.to_thread(self._thread.join)

    async def _submit(self, closure: Closure[T], *, quick: bool) -> T:
        if self._closed or self._loop is None:
            raise StoreUnavailableError("the database is closed")
        job = _Job(closure, self._loop.create_future(), quick=quick)
        self._waiting.append(job)
        if not self._busy:
            self._begin_soon()
        return await job.future  # type: ignore[no-any-return]

    def _begin_soon(self) -> None:
        """Begin at the end of this round of the loop: whoever else submits in it shares the commit."""
        assert self._loop is not None  # noqa: S101 - set by start()
        self._busy = True
        self._idle.clear()
        self._loop.call_soon(self._write)

    def _write(self) -> None:
        """Take what waits, run the quick ones here, and leave the rest of the transaction to the thread."""
        batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        rest = batch
        try:
            if self._connection is not None:
                self._connection.execute("BEGIN IMMEDIATE")
                rest = [job for job in batch if not job.quick]
                for job in batch:
                    if job.quick:
                        job.run_quick(self._connection)
        except sqlite3.Error as error:
            if not _is_locked(error):
                self._give_up(batch, error)
                rest = []
        self._batches.put(lambda: self._commit(batch, rest))

    def _commit(self, batch: list[_Job], rest: Iterable[_Job]) -> None:
        """In the thread: begin if the loop could not, run what is not quick, commit, and tell the callers."""
        try:
            connection = self._opened()
            if not connection.in_transaction:
                self._wait_to_begin(connection)
            for job in rest:
                job.run(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._give_up(batch, error)
        assert self._loop is not None  # noqa: S101
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver, batch)

    def _deliver(self, batch: Iterable[_Job]) -> None:
        for job in batch:
            job.deliver()
        if self._waiting:
            self._write()
        else:
            self._busy = False
            self._idle.set()

    def _wait_to_begin(self, connection: sqlite3.Connection) -> None:
        deadline = time.monotonic() + self._busy_timeout
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not _is_locked(error) or time.monotonic() >= deadline:
                    raise
                time.sleep(LOCK_POLL)
            else:
                return

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connect(self._path)
        return self._connection

    def _give_up(self, batch: Iterable[_Job], error: sqlite3.Error) -> None:
        """The transaction failed: nobody's rows are there, whatever a closure returned. Start afresh next time."""
        for job in batch:
            job.error = StoreUnavailableError(f"the database cannot be written: {error}")
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _work(self) -> None:
        while (commit := self._batches.get()) is not None:
            commit()
        if self._connection is not None:
            self._connection.close()


def connect(path: Path) -> sqlite3.Connection:
    """Open the writing connection: WAL, every commit synced, transactions only where we begin them, no waiting."""
    connection = sqlite3.connect(
        path, timeout=0, isolation_level=None, check_same_thread=False, factory=WriterConnection
    )
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-16384"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _is_locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
