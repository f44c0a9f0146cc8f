"""A connection of a command's own, beside a server that may be running on the same database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from pulpo.settings import Settings

WAIT_MS = 5000
"""How long a write waits for the server's."""


@contextmanager
def transaction(settings: Settings) -> Iterator[Connection]:
    """Hold one transaction, committed at the end; a database that has no tables yet gets them first.

    Raises `StoreUnavailableError` when the database cannot be opened or stays locked.
    """
    from sqlalchemy.exc import DBAPIError

    from pulpo.errors import StoreUnavailableError
    from pulpo.store.migrate import database_path

    path = database_path(settings.database_url)
    engine = _engine(settings)
    try:
        if not _has_tables(settings, engine):
            migrate(settings)
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise StoreUnavailableError(f"the database {path} refuses: {error.orig}") from error
    finally:
        engine.dispose()


def _engine(settings: Settings) -> Engine:
    from sqlalchemy import create_engine, event

    engine = create_engine(settings.database_url)
    event.listen(engine, "connect", _behave)
    return engine


def _has_tables(settings: Settings, engine: Engine) -> bool:
    from sqlalchemy import inspect

    from pulpo.store.migrate import database_path

    # Looking into a file that is not there would make an empty one.
    return database_path(settings.database_url).exists() and inspect(engine).has_table("api_keys")


def migrate(settings: Settings) -> tuple[str, ...]:
    """Apply the core's and the active plugins' missing revisions and return them."""
    from pulpo.assembly import plugins_of
    from pulpo.store.migrate import upgrade

    return upgrade(settings.database_url, plugins_of(settings).migrations)


def _behave(connection: Any, _record: object) -> None:
    # The server does the checkpoints: SQLite 3.40 can corrupt a database that two connections checkpoint at once.
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute(f"PRAGMA busy_timeout={WAIT_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
