"""The database as plugins see it: short closures over a SQLAlchemy connection.

A closure runs inside one transaction, waits for nothing but the database, and may be run in another thread.
On SQLite all writing closures share one writer thread, and one that is busy with the database for seconds is cut; on
PostgreSQL each runs in a transaction of its own, and each statement has a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")


class Database(Protocol):
    """Reads and writes; both raise `StoreUnavailableError` when the database cannot be reached, and on SQLite
    `TimeoutError` when the closure's own statements take too long."""

    async def read(self, closure: Callable[[Connection], T]) -> T:
        """Run ``closure`` on a read-only connection and return its value."""
        ...

    async def write(self, closure: Callable[[Connection], T]) -> T:
        """Run ``closure`` in a writing transaction: all of it is committed, or (when it raises) nothing."""
        ...
