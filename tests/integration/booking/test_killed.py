"""Customers and servers killed at random moments, on both databases: every key has one answer, nothing is doubled.

``KILLS=200 tox -e integration -- -k test_killed -o faulthandler_timeout=0`` is the long run.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from integration.booking import customers
from integration.booking.customers import Journal, send
from support.nursery import nursery
from support.postgres import Postgres
from support.server import Server, running
from unit.pulpo_booking.counter import business_of

KILLS = int(os.environ.get("KILLS", "3"))
MISSES = 10
"""Most kills for each hit that is wanted."""
PROCESSES = 3
PATIENCE = 180.0
SETTINGS = """
[turns]
lease = 1.0
[plugins.pulpo_booking]
businesses = [{shop}]
"""


@dataclass(slots=True)
class Crowd:
    """A process of customers, begun again when it is killed."""

    name: str
    folder: Path
    urls: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    @property
    def journal(self) -> Path:
        return self.folder / f"{self.name}.journal"

    def start(self, *, seconds: float = 0) -> None:
        command = [sys.executable, customers.__file__, self.name, self.journal, self.folder / "stop", *self.urls]
        self.process = subprocess.Popen(command)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def finish(self) -> None:
        assert self.process is not None
        assert self.process.wait(PATIENCE) == 0


def shop(folder: Path) -> str:
    """Write a business that everybody can book at, and the settings with it."""
    services = [{"id": "corte", "name": "Corte", "minutes": 30, "buffer_after_minutes": 10}]
    staff = [{"id": "ana", "name": "Ana"}, {"id": "luis", "name": "Luis"}]
    path = folder / "shop.json"
    path.write_text(json.dumps(business_of(workspace="demo", services=services, staff=staff, rooms=2)), "utf-8")
    return SETTINGS.format(shop=json.dumps(str(path)))


def reign(servers: list[Server], crowds: list[Crowd]) -> None:
    """Kill servers and customers in turn, at moments nobody chose, and let them go on, until enough kills have hit."""
    random = Random(7)  # noqa: S311
    hits = kills = 0
    while hits < KILLS:
        assert kills < MISSES * KILLS, f"{kills} kills, and {hits} of them hit"
        time.sleep(random.uniform(0.02, 0.5))
        victim: Server | Crowd = random.choice([*servers] if hits % 2 == 0 else [*crowds])
        hits += kill(victim, crowds)
        kills += 1


def kill(victim: Server | Crowd, crowds: list[Crowd]) -> bool:
    """Kill while somebody waits for an answer, start again, and say whether the answer was cut off: a message was
    written down before and is without an answer afterwards."""
    watched = [victim] if isinstance(victim, Crowd) else crowds
    limit = time.monotonic() + PATIENCE
    while not (before := waiting(watched)):
        assert time.monotonic() < limit, "nobody asks for anything"
        time.sleep(0.002)
    victim.kill()
    hit = bool(before & waiting(watched))
    victim.start(seconds=PATIENCE)
    return hit


def waiting(crowds: list[Crowd]) -> set[str]:
    return set[str]().union(*(Journal(crowd.journal).unanswered() for crowd in crowds))


def live_through(servers: list[Server], folder: Path) -> list[Journal]:
    """Return what all customers wrote down, after every key was repeated once more."""
    urls = tuple(server.url for server in servers)
    crowds = [Crowd(f"c{number}", folder, urls) for number in range(PROCESSES)]
    for crowd in crowds:
        crowd.start()
    try:
        reign(servers, crowds)
        (folder / "stop").touch()
        for crowd in crowds:
            crowd.finish()
    finally:
        for crowd in crowds:
            if crowd.process is not None and crowd.process.poll() is None:
                crowd.kill()
    random = Random(8)  # noqa: S311
    journals = [Journal(crowd.journal) for crowd in crowds]
    for journal in journals:
        journal.read()
        for key, ask in journal.asked.items():
            assert send(urls, ask, random) == journal.answers[key], "answered in another way"
    return journals


def told(journals: list[Journal]) -> Counter[str]:
    """Return how many appointments each customer was told to have."""
    have: Counter[str] = Counter()
    for journal in journals:
        for key, answer in sorted(journal.answers.items()):
            user = key.rpartition("-")[0]
            have[user] += answer["reply"].startswith("Reservado")
            have[user] -= answer["reply"].startswith("Cancelada")
    return have


def check(appointments: list[dict[str, Any]], allocations: list[dict[str, Any]], journals: list[Journal]) -> None:
    """What customers were told is what there is: each appointment whole, none twice, no two at one time."""
    have = Counter(row["customer"].removeprefix("user:") for row in appointments if row["state"] == "active")
    assert have == told(journals), "somebody was told something else"
    assert max(Counter(row["customer"] for row in appointments).values()) == 1, "booked twice"
    held = {id_: list(rows) for id_, rows in groupby(allocations, key=itemgetter("appointment_id"))}
    active = {row["id"]: row for row in appointments if row["state"] == "active"}
    assert held.keys() == active.keys(), "half an appointment"
    for id_, row in active.items():
        assert {each["resource"] for each in held[id_]} == {"room", f"staff:{row['staff_id']}"}
        assert {each["starts_at"] for each in held[id_]} == {row["starts_at"]}
    for staff in ("staff:ana", "staff:luis"):
        spans = sorted((each["starts_at"], each["ends_at"]) for each in allocations if each["resource"] == staff)
        assert all(first[1] <= second[0] for first, second in pairwise(spans)), "an overlap"


def report(database: str, appointments: list[dict[str, Any]], journals: list[Journal], extra: int) -> None:
    messages = sum(len(journal.asked) for journal in journals)
    states = dict(Counter(row["state"] for row in appointments))
    print(f"\n{database}: {KILLS} kills, {messages} messages all repeated, {extra} leases taken over, {states}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "customers"
    inside.mkdir()
    return inside


def test_killed_sqlite_server_and_customers(tmp_path: Path, folder: Path) -> None:
    with nursery(tmp_path / "site") as make, running(tmp_path, toml=shop(tmp_path), make=make) as server:
        journals = live_through([server], folder)
        with closing(sqlite3.connect(server.database_path)) as database:
            database.row_factory = sqlite3.Row

            def rows(query: str) -> list[dict[str, Any]]:
                return [dict(row) for row in database.execute(query)]

            finish("SQLite", rows, journals)


def test_killed_postgresql_replicas_and_customers(
    postgres: Postgres, migrated: str, tmp_path: Path, folder: Path
) -> None:
    url = postgres.create(template=migrated)
    with ExitStack() as stack:
        servers = []
        make = stack.enter_context(nursery(tmp_path / "site"))
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            server = running(tmp_path / name, toml=shop(tmp_path), environ={"PULPO_DATABASE_URL": url}, make=make)
            servers.append(stack.enter_context(server))
        journals = live_through(servers, folder)

    def rows(query: str) -> list[dict[str, Any]]:
        return [dict(row) for row in postgres.execute(query, database=url.rpartition("/")[2])]

    finish("PostgreSQL", rows, journals)


def finish(database: str, rows: Any, journals: list[Journal]) -> None:
    appointments = rows("SELECT * FROM booking_appointments")
    (leases,) = rows("SELECT (SELECT sum(epoch) FROM conversations) - (SELECT count(*) FROM turns) AS extra")
    report(database, appointments, journals, leases["extra"])
    held = rows("SELECT * FROM booking_allocations WHERE active ORDER BY appointment_id")
    check(appointments, held, journals)
