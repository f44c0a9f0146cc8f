"""What a start costs, alone and with a hundred plugins, and what these cost a turn. Printed, not asserted.

Bytecode is written once before, as an installation does it; the figures are a server's own CPU, not the wait for it.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.test_http import chat, cpu_seconds, load, measure
from support.distributions import install
from support.server import running

STARTS, PLUGINS = 5, 100
PLUGIN = """
    import pulpo

    @pulpo.tool(read_only=True)
    async def look_up_{number}(name: str) -> str:
        \"\"\"Look a name up, place {number}.\"\"\"
        return name

    class Careful(pulpo.Policy):
        name = "careful_{number}"

        async def check_call(self, context, call, tool):
            return pulpo.ALLOW

    class Ears:
        name = "ears_{number}"
        heard = 0

        @property
        def handlers(self):
            return {{pulpo.TurnFinished: self.finished}}

        def finished(self, event):
            self.heard += 1

    @pulpo.hookimpl
    def pulpo_register_tools(settings):
        return [look_up_{number}]

    @pulpo.hookimpl
    def pulpo_register_policies(settings):
        return [Careful()]

    @pulpo.hookimpl
    def pulpo_register_metric_sinks(settings):
        return [Ears()]
"""
"""A tool, a policy that is asked about each call, and a sink that hears of each turn."""


class Start(NamedTuple):
    """CPU seconds until ready, and megabytes then."""

    seconds: float
    resident: float


@pytest.fixture
def bytecode(tmp_path: Path) -> Mapping[str, str]:
    """Environment variables with which bytecode is kept, whatever this run's own environment says."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """A folder of a hundred installed plugins."""
    site = tmp_path / "crowd"
    for number in range(PLUGINS):
        name = f"crowd_{number}"
        install(site, name, {name: PLUGIN.format(number=number)}, entries={name: name})
    return site


def started(folder: Path, environ: Mapping[str, str]) -> Start:
    folder.mkdir(exist_ok=True)
    with running(folder, environ=environ) as server:
        assert server.process is not None
        pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
        return Start(cpu_seconds(server.process.pid), pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def median_start(folder: Path, environ: Mapping[str, str]) -> Start:
    started(folder, environ)  # makes the database and the bytecode
    found = [started(folder, environ) for _ in range(STARTS)]
    return Start(statistics.median(it.seconds for it in found), statistics.median(it.resident for it in found))


def command_cpu(environ: Mapping[str, str], code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **environ}, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_import(bytecode: Mapping[str, str]) -> None:
    command_cpu(bytecode, "import pulpo")
    pairs = [command_cpu(bytecode, "import pulpo") - command_cpu(bytecode, "pass") for _ in range(STARTS)]
    print(f"\nimport pulpo: {statistics.median(pairs) * 1e3:.0f} ms of CPU (goal <= 150)")


def test_ready(tmp_path: Path, crowd: Path, bytecode: Mapping[str, str]) -> None:
    alone = median_start(tmp_path / "alone", bytecode)
    among = median_start(tmp_path / "among", {**bytecode, "PYTHONPATH": str(crowd)})
    each = (among.seconds - alone.seconds) / PLUGINS * 1e3
    print(f"\nready after {alone.seconds:.2f} s of CPU (goal <= 0.9), {alone.resident:.0f} MB (goal <= 100)")
    print(
        f"  with {PLUGINS} plugins more: {among.seconds:.2f} s, {each:.1f} ms each (goal <= 1), {among.resident:.0f} MB"
    )


def test_a_hundred_plugins_beside_none(tmp_path: Path, crowd: Path) -> None:
    with chat(tmp_path / "alone") as alone, chat(tmp_path / "among", also=crowd) as among:
        for port, _ in (alone, among):
            asyncio.run(load(port, 1))
        pairs = [(measure(*alone), measure(*among)) for _ in range(3)]
    ratios = [many[0] / none[0] for none, many in pairs]
    none, many = pairs[0]
    print(f"\nPOST /chat: {none[0]:.0f} turns/s, {none[1]:.0f} µs CPU")
    print(f"  with {PLUGINS} plugins more: {many[0]:.0f} turns/s, {many[1]:.0f} µs CPU")
    print(f"  ratio {statistics.median(ratios):.2f} (goal >= 0.6)")
