"""A server that is started before its database, as happens when both fail over together."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from support.ports import free_port
from support.postgres import Postgres
from support.server import Server, ServerNotReadyError

AWAY = '"event":"database away"'


def test_a_server_waits_for_its_database_and_is_ready_after_the_next_look_at_it(
    own_postgres: Postgres, tmp_path: Path
) -> None:
    server = Server(tmp_path, free_port(), {"PULPO_DATABASE_URL": own_postgres.create()})
    own_postgres.stop()
    back: list[int] = []

    def bring_back() -> None:
        while log(server).count(AWAY) < 2:
            time.sleep(0.05)
        own_postgres.start()
        back.append(log(server).count(AWAY))

    thread = threading.Thread(target=bring_back, daemon=True)
    thread.start()
    try:
        server.start()
        thread.join(60)
        assert log(server).count(AWAY) <= back[0] + 1, "one look may have begun before it was back"
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
    assert not [line for line in log(server).splitlines() if AWAY in line and "does not exist" in line]


def log(server: Server) -> str:
    return server.log_path.read_text("utf-8") if server.log_path.exists() else ""
