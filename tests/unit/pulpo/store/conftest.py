from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

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
