"""The one writer of an SQLite database: a single writing connection and group commit.

What is written in the same moment is one transaction, committed once. Two kinds of closures share it:

- `submit_quick`: a few indexed statements of our own, which raise before they write or not at all. They run on the
  event loop, at once while the connection is free, because a thread that shares the GIL with a busy loop gets it back
  only after milliseconds, once per statement (measured: 5 × fewer turns a second).
- `submit`: anything else (a plugin's closure, with SQLAlchemy). It runs in the writer thread, in a savepoint.

::

    loop    run quick closures in the open transaction ──► nothing new came in ──► hand over ─┐   ┌─► tell the callers
    thread                                              run the others, COMMIT (fsync) ◄──────┘───┘

Whatever may block, waiting for the lock, the commit and its fsync, is the thread's. SQLite 3.40 has a race between
connections that checkpoint a WAL, so only this connection ever does.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

from pulpo.errors import StoreUnavailableError
from pulpo.store.bounded import WRITE_SECONDS, BoundedConnection, within

T = TypeVar("T")
Closure: TypeAlias = Callable[[sqlite3.Connection], T]

BATCH = 64
"""Most closures in one commit: bounds how long the first of them waits, and how long the loop is held."""

CHECKPOINT = 4000
"""Pages (of 4 KiB) of the WAL after which it is copied into the database, where each page is written once."""

LOCK_POLL = 0.005
"""Seconds between two tries to begin while another process (``pulpo keys``) is writing."""


def never(_value: Any) -> bool:
    """Have a closure's caller wait until its rows are durable, whatever it returned."""
    return False


class _Job:
    """A closure on its way through a transaction, and the future of a caller that has to wait."""

    __slots__ = ("closure", "early", "error", "future", "lost", "quick", "value")

    def __init__(
        self,
        closure: Closure[Any],
        *,
        quick: bool,
        early: Callable[[Any], bool] = never,
        lost: Callable[[Any], object] = never,
    ) -> None:
        self.closure = closure
        self.quick = quick
        self.early = early
        self.lost = lost
        self.future: asyncio.Future[Any] | None = None
        self.value: Any = None
        self.error: Exception | None = None

    def run_quick(self, connection: sqlite3.Connection) -> bool:
        """Run, and say whether its caller need not wait for the commit.

        Without a savepoint, which costs as much as the statements: what it raises before writing is its caller's;
        after writing (which would be a defect of ours) it takes the whole transaction along."""
        before = connection.total_changes
        try:
            self.value = self.closure(connection)
        except sqlite3.Error:
            raise
        except Exception as error:
            if connection.total_changes != before:
                raise sqlite3.DatabaseError(f"a closure failed half-way: {error!r}") from error
            self.error = error
            self.lost = never
            return True
        return self.early(self.value)

    def run(self, connection: BoundedConnection) -> None:
        """Run in a savepoint of its own: what it raises is its caller's, and takes its own rows along only."""
        connection.execute("SAVEPOINT job")
        try:
            with within(connection, WRITE_SECONDS):
                self.value = self.closure(connection)
        except BaseException as error:  # nobody cancels this thread, and were it to end nothing would be written again
            if not connection.in_transaction:
                # A full disk, or a write that is cut, makes SQLite roll everything back, the neighbours' rows too.
                raise sqlite3.OperationalError(f"the transaction was lost: {error}") from error
            self.error = error if isinstance(error, Exception) else RuntimeError("a closure tried to end the process")
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")

    def deliver(self) -> None:
        """Tell the caller how it went; one that went on before the commit is told only of its failure."""
        if self.future is None or self.future.done():
            if isinstance(self.error, StoreUnavailableError):
                self.lost(self.value)
        elif self.error is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(self.error)


class WriterConnection(BoundedConnection):
    """A connection whose transactions the writer alone begins and ends, by statements.

    A library that is lent it (SQLAlchemy rolls back when it first meets a connection) must not end them.
    """

    def commit(self) -> None:
        """Do nothing: the writer commits."""

    def rollback(self) -> None:
        """Do nothing: the writer rolls back."""


class SqliteWriter:
    """Runs writing closures; each call returns after its rows are durable. ``busy_timeout`` is in seconds.

    A closure that ``erased`` what must leave the files, too, says so there, in the thread."""

    def __init__(self, path: Path, *, busy_timeout: float = 1.0) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self.erased = False
        self._batch: list[_Job] = []
        self._left: list[_Job] = []
        self._waiting: list[_Job] = []
        self._seen = 0
        self._locked = False
        self._batches: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="pulpo-writer", daemon=True)
        self._connection: WriterConnection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._committing = False
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
        return await self._submit(_Job(closure, quick=False))  # type: ignore[no-any-return]

    async def submit_quick(
        self, closure: Closure[T], *, early: Callable[[T], bool] = never, lost: Callable[[T], object] = never
    ) -> T:
        """Like `submit`, on the event loop: for a few indexed statements, which raise before they write if at all.

        A value that ``early`` accepts is returned as soon as its rows are written: what is written after them is
        durable only together with them. If they are not committed in the end, ``lost`` is told the value.
        """
        return await self._submit(_Job(closure, quick=True, early=early, lost=lost))  # type: ignore[no-any-return]

    async def settled(self) -> None:
        """Return once nothing that was written so far waits for its commit."""
        if not self._idle.is_set() and not self._closed:
            with suppress(StoreUnavailableError):
                await self.submit_quick(never)

    async def close(self) -> None:
        """Write what waits, refuse the rest, checkpoint and release the file."""
        if not self._closed:
            self._closed = True
            await self._idle.wait()
            self._batches.put(None)
            await asyncio.to_thread(self._thread.join)

    async def _submit(self, job: _Job) -> Any:
        if self._closed or self._loop is None:
            raise StoreUnavailableError("the database is closed")
        if self._committing or len(self._batch) >= BATCH:
            self._waiting.append(job)
        elif self._take(job):
            if job.error is not None:
                raise job.error
            return job.value
        job.future = self._loop.create_future()
        try:
            return await job.future
        except asyncio.CancelledError:
            self._forget(job)
            raise

    def _forget(self, job: _Job) -> None:
        """Do not begin any more what was given up: whoever gave it up may ask next what came of it, and a quick
        question would be answered before the thread begins."""
        for queue in (self._waiting, self._left):
            if not job.quick and job in queue:
                queue.remove(job)

    def _take(self, job: _Job) -> bool:
        """Take a job into the transaction, and say whether its caller can go on at once."""
        assert self._loop is not None  # noqa: S101 - set by start()
        if not self._batch:
            self._seen = 0
            self._idle.clear()
            self._loop.call_soon(self._look)
        self._batch.append(job)
        if job.quick and self._connection is not None and not self._locked:
            return self._run(job, self._connection)
        self._left.append(job)
        return False

    def _run(self, job: _Job, connection: sqlite3.Connection) -> bool:
        try:
            if not connection.in_transaction:
                connection.execute("BEGIN IMMEDIATE")
            return job.run_quick(connection)
        except sqlite3.Error as error:
            if _is_locked(error):
                self._locked = True
                self._left.append(job)
                return False
            batch, _ = self._taken_out()
            self._give_up(batch, error)
            for neighbour in batch[:-1]:
                neighbour.deliver()
            return True

    def _taken_out(self) -> tuple[list[_Job], list[_Job]]:
        """End the batch: return its jobs, and those of them that are left to the thread."""
        batch, left, self._batch, self._left, self._locked = self._batch, self._left, [], [], False
        return batch, left

    def _look(self) -> None:
        """Hand the transaction over when a round of the loop brought nothing new, so that all share one commit."""
        assert self._loop is not None  # noqa: S101
        if self._seen < len(self._batch) < BATCH:
            self._seen = len(self._batch)
            self._loop.call_soon(self._look)
        elif self._batch:
            self._committing = True
            self._batches.put(partial(self._commit, *self._taken_out()))
        elif not self._committing:
            self._go_on()

    def _commit(self, batch: list[_Job], left: Iterable[_Job]) -> None:
        """In the thread: begin if the loop could not, run what is left, commit, and tell the callers."""
        try:
            connection = self._opened()
            if not connection.in_transaction:
                self._wait_to_begin(connection)
            for job in left:
                job.run(connection)
            connection.execute("COMMIT")
            if self.erased:
                self._empty_the_log(connection)
        except sqlite3.Error as error:
            self._give_up(batch, error)
        assert self._loop is not None  # noqa: S101
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver, batch)

    def _empty_the_log(self, connection: WriterConnection) -> None:
        """Copy the whole log into the database and cut it: what was erased stands in its older frames.

        Whoever still reads what was before is in the way; then the next commit tries again."""
        with suppress(sqlite3.Error):  # what was committed stays so
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self.erased = bool(busy)

    def _deliver(self, batch: Iterable[_Job]) -> None:
        self._committing = False
        for job in batch:
            job.deliver()
        self._go_on()

    def _go_on(self) -> None:
        """Begin with who waited for the batch that is over, whether it was committed or lost."""
        taken, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        for job in taken:
            if self._take(job):
                job.deliver()
        if not taken:
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

    def _opened(self) -> WriterConnection:
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


def connect(path: Path) -> WriterConnection:
    """Open the writing connection: WAL, every commit synced, transactions only where we begin them, no waiting."""
    connection = sqlite3.connect(
        path, timeout=0, isolation_level=None, check_same_thread=False, factory=WriterConnection
    )
    # Two MB of pages: the hot ones of a day are few, since ids are in time order. Four made no turn cheaper, and grew
    # the process for the first ten minutes.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-2048",
        f"wal_autocheckpoint={CHECKPOINT}",
        # What is deleted is overwritten: builds differ in what they do by themselves.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.watch()
    return connection


def _is_locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
