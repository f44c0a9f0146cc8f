"""A PostgreSQL of the tests' own: its data in a temporary folder, a free port, and no care for power cuts."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

from support.parts import require
from support.pids import alive, children, stopped, until
from support.ports import free_port

START_SECONDS = 60.0
UNHURRIED = 60.0
"""Seconds that a store of tests waits for a statement: to be told within one that the database is away is a promise of
its own, and where it is not what is tested, a machine that stands still for a moment must not end the test."""

# Durability costs the tests seconds and proves nothing here: no test pulls the plug. But some crash the server, and
# what it had confirmed must be there afterwards: `synchronous_commit` stays on, so that commits reach the system.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "log_line_prefix": "[%d] ",
    "deadlock_timeout": "50ms",  # found before a statement's patience ends
}


@dataclass(slots=True)
class Postgres:
    """A server that tests may stop, freeze and kill."""

    binaries: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    _names: Iterator[int] = field(default_factory=count)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, *, template: str = "template1") -> str:
        """Make a database, as a copy of ``template``, and return its URL."""
        name = f"pulpo_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def execute(self, statement: str, *, database: str = "postgres") -> list[Any]:
        """Run one statement on a connection of its own."""

        async def run() -> list[Any]:
            connection = await asyncpg.connect(self.url(database), timeout=UNHURRIED)
            try:
                rows: list[Any] = await connection.fetch(statement)
            finally:
                await connection.close()
            return rows

        return asyncio.run(run())

    def deadlocks(self, url: str) -> int:
        """How often the server had to break one up in a database, by its log (its statistics lag by seconds)."""
        log = (self.folder / "log").read_text("utf-8", "replace")
        return sum("deadlock detected" in line and f"[{url.rpartition('/')[2]}]" in line for line in log.splitlines())

    def initialise(self) -> None:
        """Copy a cluster that this process has made once: making one takes ten times as long."""
        command = ["cp", "--archive", _cluster(self.binaries), self.folder / "data"]
        subprocess.run(command, check=True)

    def start(self) -> None:
        """Start, and return when it answers."""
        settings = [f"-c{name}={value}" for name, value in {**SETTINGS, "port": self.port}.items()]
        with (self.folder / "log").open("ab") as log:
            command = [self.binaries / "postgres", "-D", self.folder / "data", *settings]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **_as_postgres())
        limit = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "log").read_text("utf-8")
            assert time.monotonic() < limit, "PostgreSQL does not answer"
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End at once: SIGINT breaks off what runs and writes a checkpoint, SIGQUIT is a crash."""
        if self.process is not None:
            self.thaw()
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(how)
            process.wait(60)

    def kill(self) -> None:
        """End as a power cut would: SIGKILL to the server and to every process of its connections at once."""
        process, self.process = self.process, None
        assert process is not None
        family = _signal_family(process.pid, signal.SIGKILL)
        process.wait(60)
        # Nobody waits for the others, and while one of them is there the next server finds its memory in use.
        until(lambda pid: not alive(pid), family)

    def freeze(self) -> None:
        """Stop answering without closing a connection, as a machine does that is swapped out or cut off."""
        until(stopped, self._signal(signal.SIGSTOP))

    def thaw(self) -> None:
        """Go on where `freeze` left it."""
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> list[int]:
        assert self.process is not None
        return _signal_family(self.process.pid, which)

    def _answers(self) -> bool:
        command = [self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        return subprocess.run(command, check=False).returncode == 0


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Hold a server up, or skip the test when PostgreSQL is not installed (see `require`)."""
    binaries = Path(require("postgres")).parent
    folder = _home()
    server = Postgres(binaries, folder, free_port())
    try:
        server.initialise()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _cluster(binaries: Path) -> Path:
    """A cluster that no server was started on yet; it goes with this process."""
    folder = _home()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    arguments = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    command = [binaries / "initdb", "-D", folder / "data", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **_as_postgres())
    return folder / "data"


def _home() -> Path:
    """Make a folder for what belongs to PostgreSQL's user."""
    folder = Path(tempfile.mkdtemp(prefix="pulpo-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    return folder


def _signal_family(parent: int, which: signal.Signals) -> list[int]:
    """Send a signal to a server and to all that it has begun, and return them; it begins no other meanwhile."""
    os.kill(parent, signal.SIGSTOP)
    until(stopped, [parent])
    family = [*children(parent), parent]
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, which)
    return family


def _as_postgres() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; its package brings a user for it."""
    return {"user": "postgres", "group": "postgres", "extra_groups": [], "cwd": "/"} if os.geteuid() == 0 else {}
