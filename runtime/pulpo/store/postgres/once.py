"""One transaction on a connection of its own, for commands and migrations, which may take their time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import NullPool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from pulpo.errors import StoreUnavailableError
from pulpo.store.postgres.link import connect, is_away, unavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")

CONNECTING = 10.0
"""Seconds for reaching the database: nobody's chat waits for a command, and a busy machine is no reason to fail one."""

STATEMENT = 300.0
"""Seconds for one statement: building an index of a big table, or waiting for another replica's migration."""


async def once(address: str, closure: Callable[[Connection], T]) -> T:
    """Run ``closure`` in one transaction; raises what it raises, `StoreUnavailableError` and `SettingsError`."""
    unhurried = {"idle_in_transaction_session_timeout": "0"}
    engine = create_async_engine(
        "postgresql+asyncpg://",
        poolclass=NullPool,
        async_creator=lambda: connect(address, settings=unhurried, patience=CONNECTING, statement=STATEMENT),
    )
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(closure)
    except (DBAPIError, OSError, TimeoutError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if cause is not None and is_away(cause.__cause__ or cause):
            raise unavailable(cause) from error
        raise StoreUnavailableError(f"the database refuses: {cause}") from error
    finally:
        await engine.dispose()
