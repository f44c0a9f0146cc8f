"""The core's own statements, written once for both databases: plain SQL with named parameters.

They are few and simple, and run beside the turns' own: on SQLite on the turns' connection without SQLAlchemy, whose
closures would hold up everybody's commit (see `writer`), on PostgreSQL over a connection of the pool.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row: TypeAlias = "tuple[Any, ...]"
Parameters: TypeAlias = Mapping[str, Any]

MOST = 500
"""Most parameters in one list of a statement."""


class Run(Protocol):
    """Runs one statement of a transaction; `many` runs it once for each set of parameters."""

    @property
    def dialect(self) -> str: ...

    def __call__(self, statement: str, /, **parameters: Any) -> Sequence[Row]: ...

    def many(self, statement: str, parameters: Sequence[Parameters], /) -> None: ...


class OverSqlite:
    """`Run` over a plain connection."""

    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __call__(self, statement: str, /, **parameters: Any) -> Sequence[Row]:
        return self._connection.execute(statement, parameters).fetchall()

    def many(self, statement: str, parameters: Sequence[Parameters], /) -> None:
        self._connection.executemany(statement, parameters)


class OverSqlalchemy:
    """`Run` over a connection of SQLAlchemy's, of either database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect.name

    def __call__(self, statement: str, /, **parameters: Any) -> Sequence[Row]:
        from sqlalchemy import text

        result = self._connection.execute(text(statement), parameters)
        return [tuple(row) for row in result] if result.returns_rows else []

    def many(self, statement: str, parameters: Sequence[Parameters], /) -> None:
        from sqlalchemy import text

        if parameters:
            self._connection.execute(text(statement), list(parameters))


def rows_in(run: Run, statement: str, values: Sequence[Any], /, **parameters: Any) -> list[Row]:
    """Run a SELECT whose text holds ``IN (:values)`` for any number of values, and return all its rows."""
    found: list[Row] = []
    for start in range(0, len(values), MOST):
        named = {f"v{number}": value for number, value in enumerate(values[start : start + MOST])}
        listed = ", ".join(f":{name}" for name in named)
        found += run(statement.replace(":values", listed), **named, **parameters)
    return found
