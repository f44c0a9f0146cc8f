"""One transaction of a command's own (migrations, ``pulpo keys``), beside servers that may be running."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from pulpo.errors import StoreUnavailableError
from pulpo.store.addresses import database_path, postgres_address

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")

WAIT = 5.0
"""Seconds that a write waits for a server's, on SQLite."""


def transact(url: str, closure: Callable[[Connection], T]) -> T:
    """Run ``closure`` in one transaction and return its value: all of it is committed, or (when it raises) nothing.

    Not for code that an event loop runs: call it in a thread there. Raises what the closure raises,
    `StoreUnavailableError` when the database cannot be opened or refuses, and `SettingsError` for a bad address.
    """
    address = postgres_address(url)
    if address is not None:
        return _on_postgres(address, closure)
    return _on_sqlite(url, closure)


def _on_postgres(address: str, closure: Callable[[Connection], T]) -> T:
    import asyncio

    from pulpo.store.opening import require_client

    require_client()
    from pulpo.store.postgres.once import once

    return asyncio.run(once(address, closure))


def _on_sqlite(url: str, closure: Callable[[Connection], T]) -> T:
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import DBAPIError

    path = database_path(url)
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _behave)
    event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            return closure(connection)
    except DBAPIError as error:
        raise StoreUnavailableError(f"the database {path} refuses: {error.orig}") from error
    finally:
        engine.dispose()


def _behave(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin late, and not at all before a CREATE TABLE
    # The server does the checkpoints: SQLite 3.40 can corrupt a database that two connections checkpoint at once.
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute(f"PRAGMA busy_timeout={WAIT * 1000:.0f}")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
