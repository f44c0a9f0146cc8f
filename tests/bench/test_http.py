"""`POST /chat`, durable and with everything on, beside a bare Litestar JSON echo in the same run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from support.distributions import install
from support.ports import free_port
from support.server import running

CONNECTIONS, SECONDS, PAIRS = 32, 3.0, 3
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
def echo() -> Iterator[tuple[int, int]]:
    """The floor's port and process."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(HERE / "echo.py"), str(port)], stdout=subprocess.DEVNULL)
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


def test_chat_beside_a_bare_echo(tmp_path: Path) -> None:
    with echo() as floor_at, chat(tmp_path) as ours_at:
        asyncio.run(load(floor_at[0], 1))
        asyncio.run(load(ours_at[0], 1))
        pairs = [(measure(*floor_at), measure(*ours_at)) for _ in range(PAIRS)]
    ratios = [ours[0] / floor[0] for floor, ours in pairs]
    floor, ours = pairs[0]
    print(f"\nPOST /chat, {CONNECTIONS} connections: {ours[0]:.0f} turns/s, {ours[1]:.0f} µs CPU, P99 {ours[2]:.1f} ms")
    print(f"  bare echo: {floor[0]:.0f} requests/s, {floor[1]:.0f} µs CPU, P99 {floor[2]:.1f} ms")
    print(
        f"  ratio {statistics.median(ratios):.2f} (pairs {', '.join(f'{ratio:.2f}' for ratio in ratios)}); goal >= 0.6"
    )
