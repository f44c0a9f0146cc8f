"""uvicorn and granian with one worker, in turns: what runtime/README.md says of the default server."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from bench.test_http import HERE, SETTINGS, cpu_seconds, load
from support.distributions import install
from support.server import Server, running

SECONDS, PAIRS = 3.0, 4


class Figures(NamedTuple):
    """Turns a second, CPU µs a turn, P99 in milliseconds, MB of memory; of all of a server's processes together."""

    turns: float
    cpu: float
    p99: float
    memory: float

    def __str__(self) -> str:
        return f"{self.turns:.0f} turns/s, {self.cpu:.0f} µs CPU, P99 {self.p99:.1f} ms, {self.memory:.0f} MB"


def measure(server: Server) -> Figures:
    assert server.process is not None
    pids = [server.process.pid, *_children(server.process.pid)]
    before, began = sum(map(cpu_seconds, pids)), time.perf_counter()
    clients = asyncio.run(load(server.port, SECONDS))
    elapsed, used = time.perf_counter() - began, sum(map(cpu_seconds, pids)) - before
    assert sum(client.failed for client in clients) == 0
    latencies = sorted(latency for client in clients for latency in client.latencies)
    p99 = latencies[int(len(latencies) * 0.99)] * 1e3
    return Figures(len(latencies) / elapsed, used / len(latencies) * 1e6, p99, sum(map(_resident, pids)) / 1e6)


def test_granian_beside_uvicorn(tmp_path: Path) -> None:
    site = tmp_path / "site"
    modules = {"scripted_model": (HERE / "scripted_model.py").read_text()}
    install(site, "scripted", modules, entries={"scripted": "scripted_model"})
    for name in ("uvicorn", "granian"):
        (tmp_path / name).mkdir()
    environ = {"PYTHONPATH": str(site)}
    with (
        running(tmp_path / "uvicorn", toml=SETTINGS, environ=environ) as uvicorn,
        running(tmp_path / "granian", toml=SETTINGS, environ={**environ, "PULPO_SERVER": "granian"}) as granian,
    ):
        measure(uvicorn), measure(granian)  # the first turns of a process are slow
        pairs = [(measure(uvicorn), measure(granian)) for _ in range(PAIRS)]
    for ours, other in pairs:
        print(f"\nuvicorn {ours}\ngranian {other}")
    print(f"granian has {statistics.median(other.turns / ours.turns for ours, other in pairs):.2f} of uvicorn's turns")


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(each) for each in listed.stdout.split()]


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
