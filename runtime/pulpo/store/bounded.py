"""SQLite connections whose statements end: a query without an end would hold up everybody who waits behind it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Final

READ_SECONDS: Final = 10.0
"""For a closure that reads: as long as a tool has by default."""

WRITE_SECONDS: Final = 5.0
"""For a closure that writes, while nobody else can: as long as a turn holds its conversation."""

STEPS: Final = 200_000
"""Instructions of SQLite's machine, some milliseconds, between two looks at the clock."""


class BoundedConnection(sqlite3.Connection):
    """A connection whose statements are interrupted after ``until``, in monotonic seconds."""

    until = inf

    def watch(self) -> None:
        """Begin to look at the clock."""
        self.set_progress_handler(self._is_late, STEPS)

    def _is_late(self) -> bool:
        return time.monotonic() > self.until


@contextmanager
def within(connection: BoundedConnection, seconds: float) -> Iterator[None]:
    """Interrupt what runs on ``connection`` after ``seconds``; a statement that is cut so raises `TimeoutError`."""
    connection.until = time.monotonic() + seconds
    try:
        yield
    except Exception as error:
        if _interrupted(getattr(error, "orig", error)):
            raise TimeoutError(f"a closure was still busy with the database after {seconds:g} s") from error
        raise
    finally:
        connection.until = inf


def _interrupted(error: object) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT
