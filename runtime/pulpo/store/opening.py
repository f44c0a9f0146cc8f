"""Opens the store an address leads to. PostgreSQL's client is imported only when it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING

from pulpo.errors import SettingsError, StoreUnavailableError
from pulpo.store.addresses import database_path, postgres_address

if TYPE_CHECKING:
    from pulpo.store.turnstore import TurnStore


def open_store(url: str, *, patience: float | None = None) -> AbstractAsyncContextManager[TurnStore]:
    """Hold the store of ``url`` open; its schema must be there (see `pulpo.store.migrate`).

    ``patience``, in seconds, is for callers who would rather wait for a slow PostgreSQL than be told within one second
    that it is away; a file is never away.

    Raises `SettingsError` for an address that leads nowhere and `StoreUnavailableError` when it cannot be opened.
    """
    address = postgres_address(url)
    if address is None:
        from pulpo.store.sqlite import open_sqlite

        return open_sqlite(database_path(url))
    require_client()
    from pulpo.store.postgres.store import open_postgres

    return open_postgres(address, patience=patience)


def absence(url: str) -> StoreUnavailableError | None:
    """Say why the database cannot be used now, or None when it can be: SQLite's is a file, and never away.

    Raises `StoreUnavailableError` when it is there and refuses us, and `SettingsError` for a bad address. Not for code
    that an event loop runs.
    """
    address = postgres_address(url)
    if address is None:
        return None
    require_client()
    import asyncio

    from pulpo.store.postgres.link import absence as why

    return asyncio.run(why(address))


def hearing(url: str, channel: str, heard: Callable[[], None]) -> AbstractAsyncContextManager[None]:
    """Call ``heard`` when another process of the same database notifies ``channel``; on SQLite there is none."""
    address = postgres_address(url)
    if address is None:
        return nullcontext()
    require_client()
    from pulpo.store.postgres.hearing import hearing as hear

    return hear(address, channel, heard)


def require_client() -> None:
    """Raise `SettingsError` when PostgreSQL's client is not installed."""
    from importlib.util import find_spec

    if find_spec("asyncpg") is None:
        raise SettingsError(
            "PostgreSQL needs its client: pip install 'pulpoai[postgres]'", source="settings", key="database_url"
        )
