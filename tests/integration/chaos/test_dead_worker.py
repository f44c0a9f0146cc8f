"""A worker process of a granian server that is killed, as the system does when memory runs out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from support.ports import free_port
from support.postgres import Postgres
from support.server import Server


def workers(server: Server) -> set[int]:
    """Return the processes that answer requests: the server's children that run Python's workers."""
    assert server.process is not None
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(server.process.pid)], capture_output=True, text=True
    )
    lines = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    return {int(pid) for pid, args in lines if "resource_tracker" not in args}


def test_a_worker_that_is_killed_comes_back_and_the_others_serve_meanwhile(postgres: Postgres, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "pulpo", "serve", "--server", "granian", "--workers", "2")
    environ = {"PULPO_DATABASE_URL": postgres.create(), "PULPO_DRAIN_DELAY": "0"}
    server = Server(tmp_path, free_port(), environ, command)
    try:
        server.start(seconds=60)
        before = workers(server)
        assert len(before) == 2
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        limit = time.monotonic() + 60
        # A new worker needs seconds to start, so whoever answers now is the other one.
        served = sum(answered(server) for _ in range(5))
        while victim in (now := workers(server)) or len(now) < 2:
            assert time.monotonic() < limit, server.log_tail()
            served += answered(server)
            time.sleep(0.1)
        assert served, "nobody served meanwhile"
        assert answered(server)
    finally:
        server.stop()


def answered(server: Server) -> bool:
    try:
        return httpx.post(f"{server.url}/chat", json={"message": "hola"}, timeout=30).status_code == 200
    except httpx.TransportError:
        return False  # the connection was the dead worker's
