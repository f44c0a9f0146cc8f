"""The store on SQLite: the embedded default, one process, nothing to install."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import anyio.to_thread
from msgspec import Struct

from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.errors import LeaseLostError, StoreUnavailableError
from pulpo.store import conversations, effects, transcripts
from pulpo.store.bounded import READ_SECONDS, BoundedConnection, within
from pulpo.store.statements import OverSqlite, Run
from pulpo.store.writer import SqliteWriter

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")

READERS = 4
"""Threads that read at once; each has a read-only connection of its own."""


class SqliteDatabase:
    """`pulpo.Database` over the one writer and a pool of read-only connections."""

    def __init__(self, path: Path, writer: SqliteWriter) -> None:
        self._path = path
        self._writer = writer
        self._limiter = anyio.CapacityLimiter(READERS)
        self._face: tuple[sqlite3.Connection, Connection] | None = None

    async def read(self, closure: Callable[[Connection], T]) -> T:
        # A reader sees what is committed, and a turn must find what it has written itself.
        await self._writer.settled()
        return await anyio.to_thread.run_sync(self._read, closure, limiter=self._limiter)

    async def write(self, closure: Callable[[Connection], T]) -> T:
        return await self._writer.submit(lambda raw: self._written(closure, self.over(raw)))

    def _written(self, closure: Callable[[Connection], T], face: Connection) -> T:
        marks = face.info  # afterwards a closure may have closed it
        try:
            return closure(face)
        finally:
            if marks.pop(transcripts.ERASED, False):
                self._writer.erased = True

    def over(self, raw: sqlite3.Connection) -> Connection:
        """Return the SQLAlchemy face of the writer's connection, whose transaction the writer begins and ends."""
        if self._face is None or self._face[0] is not raw or self._face[1].closed:
            from sqlalchemy import StaticPool, create_engine

            engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
            self._face = (raw, engine.connect())
        return self._face[1]

    def close(self) -> None:
        """Close the reading connections; the writer closes its own."""
        if "_readers" in self.__dict__:
            self._readers.dispose()

    def _read(self, closure: Callable[[Connection], T]) -> T:
        from sqlalchemy.exc import OperationalError

        try:
            with self._readers.connect() as connection, within(_raw(connection), READ_SECONDS):
                return closure(connection)
        except OperationalError as error:
            raise StoreUnavailableError(f"the database cannot be read: {error.orig}") from error

    @cached_property
    def _readers(self) -> Engine:
        from sqlalchemy import QueuePool, create_engine

        return create_engine(
            "sqlite://", creator=partial(_open_reader, self._path), poolclass=QueuePool, pool_size=READERS
        )


class SqliteStore:
    """What a turn needs of the database, each call one durable commit (shared with its neighbours); but a turn is
    accepted early, see `_goes_on`."""

    def __init__(self, path: Path) -> None:
        self._writer = SqliteWriter(path)
        self._lost: set[str] = set()
        self.database = SqliteDatabase(path, self._writer)

    async def accept(
        self, asked: conversations.Accept, assign: conversations.Assign
    ) -> conversations.Accepted | conversations.Replayed:
        """See `conversations.accept`."""
        return await self._writer.submit_quick(
            lambda connection: conversations.accept(connection, asked, assign), early=_goes_on, lost=self._lose
        )

    async def finish(self, done: conversations.Finish) -> None:
        """See `conversations.finish`."""
        try:
            await self._writer.submit_quick(lambda connection: conversations.finish(connection, done))
        except LeaseLostError:
            if done.turn_id not in self._lost:
                raise
            self._lost.discard(done.turn_id)
            raise StoreUnavailableError("the database could not be written when this turn began") from None

    async def renew(self, held: Iterable[tuple[str, int]], *, now: float, lease: float) -> None:
        """See `conversations.renew`."""
        await self._writer.submit_quick(lambda connection: conversations.renew(connection, held, now=now, lease=lease))

    async def erase(self, conversation_id: str, workspace_id: str) -> bool:
        """See `transcripts.erase`."""
        return await self.database.write(
            partial(transcripts.erase, conversation_id=conversation_id, workspace_id=workspace_id)
        )

    async def intend(
        self, *, key: str, turn_id: str, call: ToolCall, group: str, now: float, epoch: int
    ) -> effects.Effect | None:
        """See `effects.intend`."""
        return await self._writer.submit_quick(
            lambda connection: effects.intend(
                connection, key=key, turn_id=turn_id, call=call, group=group, now=now, epoch=epoch
            )
        )

    async def settle(
        self, *, key: str, state: effects.State, result: Result | None, now: float, epoch: int
    ) -> effects.Effect | None:
        """See `effects.settle`."""
        return await self._writer.submit_quick(
            lambda connection: effects.settle(connection, key=key, state=state, result=result, now=now, epoch=epoch)
        )

    async def commit(self, closure: Callable[[Connection], Result], *, key: str, now: float, epoch: int) -> Result:
        """See `effects.commit`."""

        def effect(raw: sqlite3.Connection) -> Result:
            face = self.database.over
            return effects.commit(raw, key=key, closure=lambda: closure(face(raw)), now=now, epoch=epoch)

        return await self._writer.submit(effect)

    async def together(self, closure: Callable[[Run], T]) -> T:
        """See `TurnStore.together`; in a savepoint, since it shares the transaction with turns."""
        found = await self._writer.submit_quick(partial(_in_savepoint, closure))
        if isinstance(found, _Failed):
            raise found.error
        return found

    async def effects_of(self, turn_id: str) -> tuple[effects.Effect, ...]:
        """See `effects.of_turn`."""
        return await self._writer.submit_quick(lambda connection: effects.of_turn(connection, turn_id))

    def _lose(self, found: conversations.Accepted | conversations.Replayed) -> None:
        """Remember a turn that went on although its acceptance was not committed in the end: it has no lease."""
        if isinstance(found, conversations.Accepted):
            self._lost.add(found.turn_id)

    def start(self) -> None:
        """Start the writer; call it on the event loop that will use the store."""
        self._writer.start()

    async def close(self) -> None:
        """Finish queued writes, checkpoint and release the file."""
        self.database.close()
        await self._writer.close()


def _goes_on(found: conversations.Accepted | conversations.Replayed) -> bool:
    """Whether a turn goes on while its acceptance is committed. Its lease holds at once, since nobody else writes here;
    and whatever the world sees of it, an effect or the answer, waits for a later commit, which includes this one.

    Not so a turn that is evidence for a rollout: if it takes the process along, that must count. And an answer that
    is sent again must be durable."""
    return isinstance(found, conversations.Accepted) and not found.assignment.rollout


class _Failed(Struct, frozen=True):
    """What a closure raised; its rows are gone, and its neighbours' are not."""

    error: Exception


def _in_savepoint(closure: Callable[[Run], T], connection: sqlite3.Connection) -> T | _Failed:
    connection.execute("SAVEPOINT together")
    try:
        return closure(OverSqlite(connection))
    except sqlite3.OperationalError:
        raise
    except Exception as error:
        connection.execute("ROLLBACK TO together")
        return _Failed(error)
    finally:
        if connection.in_transaction:
            connection.execute("RELEASE together")


@asynccontextmanager
async def open_sqlite(path: Path) -> AsyncIterator[SqliteStore]:
    """Hold the store open. The schema must be there (see `pulpo.store.migrate`).

    Raises `StoreUnavailableError` when another process holds it: on SQLite one process serves.
    """
    with _alone(path):
        _void_leases(path)
        store = SqliteStore(path)
        store.start()
        try:
            yield store
        finally:
            with anyio.CancelScope(shield=True):
                await store.close()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock file beside the database; the system lets go of it when the process ends, however it ends."""
    with path.with_name(f"{path.name}-lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreUnavailableError(
                f"another process is serving {path}: talk to it over HTTP (--url …), or stop it first"
            ) from error
        yield


def _void_leases(path: Path) -> None:
    """Void the leases of a process that is gone."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE conversations SET lease_until = 0 WHERE lease_turn IS NOT NULL")


def _open_reader(path: Path) -> BoundedConnection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1.0, check_same_thread=False, factory=BoundedConnection
    )
    connection.watch()
    return connection


def _raw(connection: Connection) -> BoundedConnection:
    return cast("BoundedConnection", connection.connection.driver_connection)
