"""Two replicas on PostgreSQL and Valkey behind the edge that deployments have."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from load.house import settings
from support.distributions import install
from support.documents import ROOT
from support.link import Link, linked
from support.nursery import nursery
from support.parts import require
from support.ports import free_port
from support.postgres import Postgres
from support.server import Server, running
from support.valkey import Valkey, running_valkey

T = TypeVar("T")

LEASE: Final = 1.0
EDGE: Final = ROOT / "deploy/nginx/edge.conf"

KEPT: Final = "keepalive 32;\n  keepalive_timeout 200ms;\n"
"""Let go by the edge before a replica's `drain_delay` is over: one that the replica closes may have a request on it."""

LAME: Final = """
    import os
    from pathlib import Path
    import anyio
    import pulpo
    from pulpo.turns.invocation import Invoker

    FILE = Path(os.environ["CHAOS_LAME"])
    once = Invoker._once

    async def slowly(self, tool, *rest):
        if tool.name == "get_business_hours" and FILE.exists():
            await anyio.sleep(3)
        return await once(self, tool, *rest)

    Invoker._once = slowly
"""
"""A plugin that makes one tool slow while a file is there."""


@dataclass(slots=True)
class Composed:
    """The system while it runs; ``link`` is the way of the first replica to its database."""

    folder: Path
    postgres: Postgres
    url: str
    valkey: Valkey
    replicas: list[Server]
    link: Link
    edge: int
    """The port that people use."""
    key: str
    """An API key that may speak for users."""

    @property
    def lame(self) -> Path:
        """While this file is there, asking for the opening hours takes three seconds."""
        return self.folder / "lame"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds in the database."""
        return [tuple(row) for row in self.postgres.execute(query, database=self.url.rpartition("/")[2])]


@asynccontextmanager
async def composed(folder: Path, postgres: Postgres) -> AsyncIterator[Composed]:
    """Hold the system up in ``folder``, on a PostgreSQL server of the caller's own."""
    url = await in_thread(postgres.create)
    async with linked(postgres.port) as link, AsyncExitStack() as stack:
        through = url.replace(f":{postgres.port}/", f":{link.port}/")
        valkey = stack.enter_context(running_valkey(folder))
        install(folder / "site", "lame", {"lame": LAME}, entries={"lame": "lame"})
        make = stack.enter_context(nursery(folder / "site"))
        replicas = []
        for name, way in (("one", through), ("two", url)):
            (folder / name).mkdir()
            environ = {**settings_of(valkey), "PULPO_DATABASE_URL": way, "CHAOS_LAME": str(folder / "lame")}
            held = running(folder / name, toml=settings(folder / name), environ=environ, make=make)
            replica = await in_thread(held.__enter__)
            stack.push_async_callback(in_thread, partial(held.__exit__, None, None, None))
            replicas.append(replica)
        edge = stack.enter_context(nginx(folder, [replica.port for replica in replicas]))
        key = await in_thread(partial(new_key, url))
        yield Composed(folder, postgres, url, valkey, replicas, link, edge, key)


def settings_of(valkey: Valkey) -> dict[str, str]:
    """Short leases, limits that are counted in Valkey and never reached, a second between "not ready" and the end."""
    return {
        "PULPO_RATE_LIMIT__URL": valkey.url,
        "PULPO_RATE_LIMIT__WORKSPACE": "1000000/minute",
        "PULPO_TURNS__LEASE": str(LEASE),
        "PULPO_DRAIN_DELAY": "1",
    }


@contextmanager
def nginx(folder: Path, ports: Sequence[int]) -> Iterator[int]:
    """Run the edge of `deploy/nginx` before ``ports``; yields its own port."""
    port, inside = free_port(), folder / "edge"
    (inside / "active").mkdir(parents=True)
    servers = "".join(f"  server 127.0.0.1:{each} max_fails=1 fail_timeout=1s;\n" for each in ports)
    (inside / "active/upstream.conf").write_text(f"upstream pulpo {{\n{servers}  {KEPT}}}\n", "utf-8")
    written = EDGE.read_text("utf-8")
    for was, now in (
        ("listen 8000", f"listen 127.0.0.1:{port}"),
        ("/tmp/", f"{inside}/"),  # noqa: S108
        ("/dev/stderr", str(inside / "error.log")),
        ("include active", f"include {inside}/active"),
    ):
        assert was in written, f"the edge's file no longer says {was!r}"
        written = written.replace(was, now)
    (inside / "edge.conf").write_text(written, "utf-8")
    command = [require("nginx"), "-c", str(inside / "edge.conf"), "-p", str(inside), "-g", "daemon off;"]
    with (inside / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        until_open(port)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def until_open(port: int, *, seconds: float = 60.0) -> None:
    """Return when somebody listens on ``port``."""
    limit = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
        except OSError:
            assert time.monotonic() < limit, f"nobody listens on {port}"
            time.sleep(0.02)
        else:
            return


def new_key(url: str) -> str:
    """Make an API key that may chat for users."""
    command = [sys.executable, "-m", "pulpo", "keys", "create", "--workspace", "demo", "--database-url", url]
    made = subprocess.run([*command, "--scope", "chat", "--scope", "channel"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return made.stdout.split()[0]


async def in_thread(function: Callable[[], T]) -> T:
    """Wait for what blocks, without stopping the link and the people."""
    return await asyncio.to_thread(function)
