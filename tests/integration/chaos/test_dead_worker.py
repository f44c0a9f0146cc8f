"""A worker process of a granian server that is killed, as the system does when memory runs out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from support.ports import free_port
from support.postgres import Postgres
from support.server import Server
from support.waiting import LIMIT, until


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
        server.start()
        until(lambda: len(workers(server)) == 2)
        victim, other = sorted(workers(server))
        os.kill(victim, signal.SIGKILL)
        until(lambda: len(workers(server) - {victim}) == 2)
        (successor,) = workers(server) - {victim, other}
        for idle in (successor, other):
            with standing_still(idle):  # whoever answers is the one who does not
                until(lambda: answered(server), limit=2 * LIMIT)
    finally:
        server.stop()


@contextmanager
def standing_still(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def answered(server: Server) -> bool:
    try:
        return httpx.post(f"{server.url}/chat", json={"message": "hola"}, timeout=3).status_code == 200
    except httpx.TransportError:
        return False  # the connection was the dead worker's, or is that of one that stands still
