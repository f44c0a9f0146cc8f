"""A server that is started before its database, as happens when both fail over together."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from pulpo.cli.waiting import PAUSE
from support.ports import free_port
from support.postgres import Postgres
from support.server import Server, ServerNotReadyError

START = 10.0
"""Seconds that an ordinary start takes at the most, on a busy machine."""


def test_a_server_waits_for_its_database_and_is_ready_soon_after_it(own_postgres: Postgres, tmp_path: Path) -> None:
    server = Server(tmp_path, free_port(), {"PULPO_DATABASE_URL": own_postgres.create()})
    own_postgres.stop()
    back: list[float] = []

    def bring_back() -> None:
        while server.log_tail().count('"event":"database away"') < 2:
            time.sleep(0.05)
        own_postgres.start()
        back.append(time.monotonic())

    threading.Thread(target=bring_back, daemon=True).start()
    try:
        server.start()
        assert time.monotonic() - back[0] < PAUSE + START, "with all migrations to do"
    finally:
        server.stop()


def test_it_gives_up_in_one_line(tmp_path: Path) -> None:
    nowhere = f"postgresql://pulpo@127.0.0.1:{free_port()}/pulpo"
    server = Server(tmp_path, free_port(), {"PULPO_DATABASE_URL": nowhere, "PULPO_DATABASE_WAIT": "0.2"})
    with pytest.raises(ServerNotReadyError):
        server.start()
    told = [line for line in server.log_tail().splitlines() if not line.startswith("{")]
    assert len(told) == 1
    assert "the database cannot be used" in told[0]


def test_a_refusal_is_not_waited_for(postgres: Postgres, tmp_path: Path) -> None:
    server = Server(tmp_path, free_port(), {"PULPO_DATABASE_URL": postgres.url("nobody_made_it")})
    with pytest.raises(ServerNotReadyError, match="does not exist"):
        server.start()
    assert "database away" not in server.log_tail()
