"""An SQLite server whose disk takes nothing any more: messages are refused, nothing is half there, and it recovers.

The disk is a limit on how long the process' files may become, which the system enforces as it does the disk's end.
"""

from __future__ import annotations

import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx

from integration.chaos.conftest import Open
from support.server import Server
from support.waiting import LIMIT


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """Let no file of the server grow, its log neither."""
    assert server.process is not None
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)


def counted(server: Server) -> tuple[int, int]:
    with closing(sqlite3.connect(server.database_path)) as database:
        turns, booked = (database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES)
    return turns, booked


TABLES = ("turns", "booked")


def test_a_full_disk_refuses_messages_and_nothing_else(open_salon: Open) -> None:
    server = open_salon("full")
    with httpx.Client(base_url=server.url, timeout=LIMIT, verify=False) as client:  # noqa: S501
        first = client.post("/chat", json={"message": "book before 0"}).json()
        before = counted(server)
        with full_disk(server):
            for number in range(5):
                message = {"message": f"book full{number} 0"}
                refused = client.post("/chat", json=message, headers={"Idempotency-Key": f"k{number}"})
                assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
            assert client.get("/health/live").status_code == 200
            transcript = client.get(f"/conversations/{first['conversation_id']}")
            assert len(transcript.json()["messages"]) == 2, "what is there can be read"
            assert counted(server) == before
        emptied = time.monotonic()
        for number in range(5):
            message = {"message": f"book full{number} 0"}
            while (again := client.post("/chat", json=message, headers={"Idempotency-Key": f"k{number}"})).is_error:
                assert again.status_code == 503, again.text
                assert time.monotonic() - emptied < LIMIT
                time.sleep(0.05)
            assert again.json()["reply"] == f"booked full{number}"
    assert counted(server) == (before[0] + 5, before[1] + 5)
