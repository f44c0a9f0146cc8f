"""`pulpo.Database` on PostgreSQL: each closure in a transaction of its own, READ COMMITTED.

What must not happen twice is guarded by constraints and locks of the tables concerned, not by the isolation level.
A closure that lost to a rival (deadlock, serialization failure) was rolled back whole and is run again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from pulpo.store.postgres.link import PATIENCE, RETRIED, connect, is_away, sqlstate, unavailable
from pulpo.store.postgres.slots import Slots

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

T = TypeVar("T")

CONNECTIONS = 8
"""Connections a process lends to plugins: a closure is short, and a server has about a hundred for all replicas."""

ATTEMPTS = 3
"""How often a closure is run when rivals make it roll back."""


class PostgresDatabase:
    """Reads and writes of plugins and pages over a pool of asyncpg connections."""

    def __init__(self, address: str, *, patience: float = PATIENCE) -> None:
        self._address = address
        self._patience = patience
        self._slots = Slots(CONNECTIONS, patience=patience)

    async def read(self, closure: Callable[[Connection], T]) -> T:
        async with self._connected(self._reading) as connection:
            return await connection.run_sync(closure)

    async def write(self, closure: Callable[[Connection], T]) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._write(closure)
            except Exception as error:
                if attempt == ATTEMPTS or sqlstate(getattr(error, "orig", error)) not in RETRIED:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def close(self) -> None:
        """Close the connections."""
        if "_engine" in self.__dict__:
            await self._engine.dispose()

    async def _write(self, closure: Callable[[Connection], T]) -> T:
        async with self._connected(self._engine) as connection, connection.begin():
            return await connection.run_sync(closure)

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """Lend a connection; what says that the database is away becomes `StoreUnavailableError`, for all who wait."""
        async with self._slots:
            began = asyncio.get_running_loop().time()
            try:
                async with engine.connect() as connection, _cut_when_lost(connection):
                    yield connection
            except Exception as error:
                if not is_away(_cause(error)):
                    raise
                told = unavailable(_cause(error))
                self._slots.refuse(str(told), since=began)
                raise told from error

    @cached_property
    def _engine(self) -> AsyncEngine:
        from sqlalchemy import event
        from sqlalchemy.ext.asyncio import create_async_engine

        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: connect(self._address, patience=self._patience),
            pool_size=CONNECTIONS,
            max_overflow=0,
        )
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
        event.listen(engine.sync_engine, "invalidate", _cut)
        return engine

    @cached_property
    def _reading(self) -> AsyncEngine:
        return self._engine.execution_options(postgresql_readonly=True)


@asynccontextmanager
async def _cut_when_lost(connection: AsyncConnection) -> AsyncIterator[None]:
    """Cut a connection if nobody knows what it is doing: rolling back politely may take as long again."""
    raw = (await connection.get_raw_connection()).driver_connection
    try:
        yield
    except BaseException as error:
        if raw is not None and (isinstance(error, asyncio.CancelledError) or is_away(_cause(error))):
            raw.terminate()
        raise


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Have the pool replace a connection that was closed while it lay there; that costs no question to the server."""
    from sqlalchemy.exc import DisconnectionError

    if connection.driver_connection.is_closed():
        raise DisconnectionError("closed by the server")


def _cut(connection: Any, _record: object, _error: object) -> None:
    """Cut what SQLAlchemy gives up: it would close it politely, and wait for a server that stands still once more."""
    connection.driver_connection.terminate()


def _cause(error: BaseException) -> BaseException:
    """Return asyncpg's error behind SQLAlchemy's."""
    orig = getattr(error, "orig", None)
    return error if orig is None else (orig.__cause__ or orig)
