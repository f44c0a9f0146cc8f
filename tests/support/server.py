"""A real `pulpo serve`: its own process, a free port, a database of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Protocol

from support.ports import free_port

READY_SECONDS = 120.0
STOP_SECONDS = 60.0
"""Both only find what hangs, however busy the machine is."""


class ServerNotReadyError(AssertionError):
    """The server ended, or did not become ready in time; the message holds its log."""


class Process(Protocol):
    """What is asked of a server's process; `subprocess.Popen` is one."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float = ..., /) -> int: ...
    def send_signal(self, which: int, /) -> None: ...
    def kill(self) -> None: ...


@dataclass(slots=True)
class Server:
    """A served folder: ``pulpo.toml`` and the database live in ``folder``, the log in ``log_path``."""

    folder: Path
    port: int
    environ: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = (sys.executable, "-m", "pulpo", "serve")
    process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_path(self) -> Path:
        return self.folder / "pulpo.db"

    @property
    def log_path(self) -> Path:
        return self.folder / "server.log"

    def start(self, *, seconds: float = READY_SECONDS) -> None:
        """Start, and return when ``/health/ready`` says so; raises `ServerNotReadyError` after ``seconds``."""
        self.process = self.spawn({**_clean(os.environ), **self.settings(), **self.environ})
        self._wait_until_ready(seconds)

    def spawn(self, environ: Mapping[str, str]) -> Process:
        """Begin the process; it need not listen yet."""
        with self.log_path.open("ab") as log:
            return subprocess.Popen(
                self.command, cwd=self.folder, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def settings(self) -> dict[str, str]:
        return {
            "PULPO_DRAIN_DELAY": "0",
            "PULPO_PORT": str(self.port),
            "PULPO_DATABASE_URL": f"sqlite:///{self.database_path}",
        }

    def stop(self) -> int:
        """End politely (SIGTERM) and return the exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End as a power cut would (SIGKILL)."""
        return self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start again on the same port and database."""
        self.stop()
        self.start()

    def log_tail(self, characters: int = 2500) -> str:
        return self.log_path.read_text("utf-8", "replace")[-characters:] if self.log_path.exists() else ""

    def _wait_until_ready(self, seconds: float) -> None:
        assert self.process is not None
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if (status := self.process.poll()) is not None:
                raise ServerNotReadyError(f"`pulpo serve` ended with status {status}:\n{self.log_tail()}")
            if _ready(self.port):
                return
            time.sleep(0.05)
        self.kill()
        raise ServerNotReadyError(f"not ready within {seconds:g} s:\n{self.log_tail()}")

    def _end(self, how: signal.Signals) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(how)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


@contextmanager
def running(
    folder: Path, *, toml: str = "", environ: Mapping[str, str] | None = None, make: Callable[..., Server] = Server
) -> Iterator[Server]:
    """Serve ``folder`` with the settings ``toml`` (written to pulpo.toml) and ``environ`` until the block ends."""
    if toml:
        (folder / "pulpo.toml").write_text(toml, encoding="utf-8")
    server = make(folder, free_port(), environ or {})
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _ready(port: int) -> bool:
    """Ask by the standard library: httpx loads certificates each time, which slows down the start that is awaited."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _clean(environ: Mapping[str, str]) -> dict[str, str]:
    """The developer's own PULPO_ and CANARY_ settings must not reach a server under test."""
    return {key: value for key, value in environ.items() if not key.startswith(("PULPO_", "CANARY_"))}
