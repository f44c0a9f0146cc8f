from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pulpo.contracts.canary import Assignment
from pulpo.store.conversations import Accept, accept
from pulpo.store.migrate import upgrade
from pulpo.store.writer import connect


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "pulpo.db"
    upgrade(f"sqlite:///{path}", {})
    return path


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(path)) as connection:
        yield connection


@pytest.fixture
def running_turn(connection: sqlite3.Connection) -> str:
    """The id of an accepted turn in epoch 1 of its conversation ``c1``."""
    asked = Accept(
        turn_id="t1",
        conversation_id="c1",
        new=True,
        workspace_id="demo",
        user_id=None,
        locale="es",
        request=b"{}",
        idempotency_key=None,
        now=1.0,
        lease=5.0,
    )
    accept(connection, asked, lambda _: Assignment("stable", "test"))
    return "t1"
