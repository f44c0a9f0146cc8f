"""Reaching PostgreSQL: how patient a connection is, and which errors mean that the database is away.

The address is libpq's (``postgresql://user@host:5432/name?sslmode=require``), read by asyncpg itself, so that its
parameters and the PG* environment variables mean what they mean to psql.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg

from pulpo.errors import SettingsError, StoreUnavailableError
from pulpo.settings.secrets import shown

PATIENCE = 0.9
"""Seconds for connecting and for any one statement: whoever waits must be told within one that it is in vain."""

_SETTINGS = {
    "application_name": "pulpo",
    "jit": "off",
    # A process that was paused in the middle of a transaction must not hold its locks until it is resumed.
    "idle_in_transaction_session_timeout": "3000",
}

_AWAY = ("08", "53", "57", "58")
"""SQLSTATE classes: connection exception, insufficient resources, operator intervention, system error."""

_READ_ONLY = "25006"
"""What a standby says: the address leads to a database that is not the primary one (yet)."""

LOCKED = "55P03"
"""SQLSTATE of a statement that would have had to wait for a row longer than it may."""

RETRIED = ("40001", "40P01")
"""SQLSTATEs of a transaction that lost to a rival and may simply be run again: serialization failure, deadlock."""


async def connect(
    address: str,
    *,
    settings: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    statement: float | None = None,
) -> Any:
    """Open a connection (asyncpg's), which may take ``patience`` seconds; a statement on it may take as many, or
    ``statement``.

    Raises `StoreUnavailableError`, or `SettingsError` for an unreadable address.
    """
    try:
        return await asyncpg.connect(
            address,
            timeout=patience,
            command_timeout=patience if statement is None else statement,
            server_settings={**_SETTINGS, **(settings or {})},
        )
    except (asyncpg.ClientConfigurationError, ValueError) as error:
        raise SettingsError(
            f"{shown('database_url', address)!r} cannot be read as an address: {error}",
            source="settings",
            key="database_url",
        ) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise unavailable(error) from error


async def absence(address: str) -> StoreUnavailableError | None:
    """Try to connect; return why that cannot be now, and raise what time will not mend."""
    try:
        connection = await connect(address)
    except StoreUnavailableError as error:
        if error.__cause__ is None or not is_away(error.__cause__):
            raise
        return error
    await connection.close()
    return None


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database cannot be used now, rather than that a statement is bad."""
    if isinstance(error, StoreUnavailableError):
        return True
    state = sqlstate(error)
    if state:
        return state.startswith(_AWAY) or state == _READ_ONLY
    return isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError | OSError | TimeoutError)


def sqlstate(error: BaseException) -> str:
    """Return PostgreSQL's five characters, or nothing when the error is not the server's."""
    return getattr(error, "sqlstate", None) or ""


def unavailable(error: BaseException) -> StoreUnavailableError:
    """Return what a caller is told; every caller is told by an error of its own."""
    if isinstance(error, StoreUnavailableError):
        return StoreUnavailableError(str(error))
    what = str(error) or ("it did not answer in time" if isinstance(error, TimeoutError) else type(error).__name__)
    return StoreUnavailableError(f"the database cannot be used: {what}")
