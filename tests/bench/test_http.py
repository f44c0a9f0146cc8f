"""`POST /chat`, durable and with everything on, beside two floors in the same run: a bare Litestar JSON echo,
and one that commits the same rows."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pulpo.store.migrate import upgrade
from support.distributions import install
from support.ports import free_port
from support.server import running

CONNECTIONS, SECONDS, ROUNDS = 32, 3.0, 3
HERE = Path(__file__).parent
SETTINGS = """
[variants.stable]
planner = "scripted"
[canary]
enabled = true
percentage = 0.1
"""

BODY = json.dumps({"message": "¿cuánto cuesta un corte?"}).encode()
REQUEST = b"POST /chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


class Client(asyncio.Protocol):
    """One keep-alive connection that sends the next request when the last answer is complete."""

    def __init__(self, until: float) -> None:
        self.latencies: list[float] = []
        self.failed = 0
        self.closed = asyncio.get_running_loop().create_future()
        self._until = until
        self._buffer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(REQUEST % (len(BODY), BODY))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]) if found else 1 << 60
        if len(body) < length:
            return
        self._buffer = b""
        self.failed += not head.startswith(b"HTTP/1.1 200")
        self.latencies.append(time.perf_counter() - self._sent)
        if self._sent < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set_result(None)


@contextlib.contextmanager
def floor(program: str, *arguments: str) -> Iterator[tuple[int, int]]:
    """A floor's port and process."""
    port = free_port()
    command = [sys.executable, str(HERE / program), str(port), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def chat(folder: Path, *, also: Path | None = None) -> Iterator[tuple[int, int]]:
    """The port and process of a real `pulpo serve`, with a plugin whose model takes no time, and those in ``also``."""
    site = folder / "site"
    modules = {"scripted_model": (HERE / "scripted_model.py").read_text()}
    install(site, "scripted", modules, entries={"scripted": "scripted_model"})
    path = os.pathsep.join(map(str, filter(None, (site, also))))
    with running(folder, toml=SETTINGS, environ={"PYTHONPATH": path}) as server:
        assert server.process is not None
        yield server.port, server.process.pid


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def load(port: int, seconds: float) -> list[Client]:
    loop = asyncio.get_running_loop()
    until = time.perf_counter() + seconds
    clients = [(await loop.create_connection(lambda: Client(until), "127.0.0.1", port))[1] for _ in range(CONNECTIONS)]
    await asyncio.gather(*(client.closed for client in clients))
    return clients


def measure(port: int, pid: int) -> tuple[float, float, float]:
    """Requests a second, CPU µs a request, P99 in milliseconds."""
    before, start = cpu_seconds(pid), time.perf_counter()
    clients = asyncio.run(load(port, SECONDS))
    elapsed, used = time.perf_counter() - start, cpu_seconds(pid) - before
    latencies = sorted(latency for client in clients for latency in client.latencies)
    assert sum(client.failed for client in clients) == 0
    return len(latencies) / elapsed, used / len(latencies) * 1e6, latencies[int(len(latencies) * 0.99)] * 1e3


def test_chat_beside_its_floors(tmp_path: Path) -> None:
    file = tmp_path / "floor.db"
    upgrade(f"sqlite:///{file}", {})
    bare, durable = floor("echo.py"), floor("durable_echo.py", str(file))
    with bare as bare_at, durable as durable_at, chat(tmp_path) as ours_at:
        places = {"POST /chat": ours_at, "bare echo": bare_at, "echo that commits the same rows": durable_at}
        for port, _ in places.values():
            asyncio.run(load(port, 1))
        rounds = [{name: measure(*place) for name, place in places.items()} for _ in range(ROUNDS)]
    print(f"\n{CONNECTIONS} connections:")
    for name, (rate, cpu, p99) in rounds[0].items():
        print(f"  {name}: {rate:.0f} requests/s, {cpu:.0f} µs CPU, P99 {p99:.1f} ms")
    for name in list(places)[1:]:
        ratios = [each["POST /chat"][0] / each[name][0] for each in rounds]
        said = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"  ratio to the {name}: {statistics.median(ratios):.2f} (rounds {said})")
    print("  goal: >= 0.6 of a floor that commits the same rows")
    with contextlib.closing(sqlite3.connect(file)) as connection:
        stored = connection.execute("SELECT count(*) FROM turns WHERE outcome = 'ok'").fetchone()[0]
    assert stored >= sum(each["echo that commits the same rows"][0] for each in rounds) * SECONDS * 0.9
