from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pulpo.store import canary as store


@pytest.fixture
def written(path: Path) -> Iterator[sa.Connection]:
    """A database with three changes in the log."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for number in range(3):
            store.replace(connection, state=b'{"n":%d}' % number)
            change = {"before": {"n": number - 1}, "after": {"n": number}}
            store.audit(connection, now=100.0 + number / 3, actor="ana", action="set", **change)
        yield connection
    engine.dispose()


def test_every_change_is_one_revision_and_one_entry(written: sa.Connection) -> None:
    row = store.read(written)
    assert (row.revision, row.state, row.entries) == (3, b'{"n":2}', 3)
    newest, middle, _oldest = store.entries(written, limit=5)
    assert (newest.number, newest.revision, newest.before, newest.after) == (3, 3, {"n": 1}, {"n": 2})
    assert newest.previous == middle.hash
    assert [it.number for it in store.entries(written, limit=5, before=3)] == [2, 1]
    assert store.broken(written) == ""


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        ("UPDATE canary_audit SET actor = 'eve' WHERE number = 2", "entry 2 was changed"),
        ("UPDATE canary_audit SET at = at + 1 WHERE number = 1", "entry 1 was changed"),
        ("UPDATE canary_audit SET after = before WHERE number = 3", "entry 3 was changed"),
        ("DELETE FROM canary_audit WHERE number = 1", "entry 1 is missing"),
        ("DELETE FROM canary_audit WHERE number = 2", "entry 2 is missing"),
        ("DELETE FROM canary_audit WHERE number = 3", "ends at entry 2, but 3 were written"),
        ("INSERT INTO canary_audit SELECT 4, at, actor, action, revision, before, after, hash, 'x' FROM canary_audit"
         " WHERE number = 3", "entry 4 was changed"),
    ],
)  # fmt: skip
def test_a_log_that_was_tampered_with_shows(written: sa.Connection, tamper: str, told: str) -> None:
    written.exec_driver_sql(tamper)
    assert told in store.broken(written)


def test_there_is_one_row_from_the_beginning(connection: sqlite3.Connection) -> None:
    assert connection.execute("SELECT id, revision, state FROM canary_config").fetchall() == [(1, 0, b"{}")]
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO canary_config VALUES (2, 0, '', 0, '')")
