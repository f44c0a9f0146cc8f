"""Servers that start in a moment: forks of a process that has made Python's imports, most of a start, already.

For tests that kill hundreds of servers. What is killed is a whole process with its own loop, threads and connections
all the same; plugins of the test's own are imported by each.

::

    with nursery(folder) as make, running(folder, make=make) as server: ...
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from support.server import Server

TESTS = Path(__file__).parents[1]
ONE_AT_A_TIME = threading.Lock()


@dataclass(slots=True)
class Fork:
    """A child of the nursery, which the nursery buries: of its end we see no more than that it is gone."""

    pid: int

    def poll(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self, seconds: float = 60.0) -> int:
        limit = time.monotonic() + seconds
        while self.poll() is None:
            if time.monotonic() > limit:
                raise subprocess.TimeoutExpired("pulpo serve", seconds)
            time.sleep(0.005)
        return 0

    def send_signal(self, which: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, which)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@dataclass(slots=True)
class NursedServer(Server):
    """A `Server` whose process is a fork of ``nurse``."""

    nurse: subprocess.Popen[str] | None = None

    def spawn(self, environ: Mapping[str, str]) -> Fork:
        assert self.nurse is not None
        assert self.nurse.stdin is not None
        assert self.nurse.stdout is not None
        order = {"folder": str(self.folder), "log": str(self.log_path), "environ": dict(environ)}
        with ONE_AT_A_TIME:  # or two that start together are given each other's process
            print(json.dumps(order), file=self.nurse.stdin, flush=True)
            return Fork(int(self.nurse.stdout.readline()))


@contextmanager
def nursery(site: Path) -> Iterator[partial[NursedServer]]:
    """Hold a nurse up who finds the distributions in ``site``; yields what makes servers."""
    # Not measured: a fork that is killed or leaves by `os._exit` would have nothing to tell.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environ["PYTHONPATH"] = os.pathsep.join([str(site), str(TESTS)])
    command = [sys.executable, "-m", "support.nursery"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as nurse:
        yield partial(NursedServer, nurse=nurse)


def main() -> None:
    """Fork for each order that is read; the children's ends are nobody's business."""
    import pulpo.cli.servers
    import pulpo.store.transcripts  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in iter(sys.stdin.readline, ""):
        pid = os.fork()
        if pid == 0:
            become(**json.loads(line))
        print(pid, flush=True)


def become(folder: str, log: str, environ: Mapping[str, str]) -> NoReturn:
    """Be `pulpo serve` in ``folder``, from now on."""
    from pulpo.cli import main as serve

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(written, 1)
    os.dup2(written, 2)
    try:
        serve(["serve"])
    finally:
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
