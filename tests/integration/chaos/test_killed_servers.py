"""`pulpo serve`, and its PostgreSQL, killed in the middle of turns: every key is answered, and what it changed was
changed once.

``KILLS=200 tox -e integration -- -k killed -o faulthandler_timeout=0`` is the long run.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import httpx

from pulpo.turns import texts
from support.chaos import Chaos
from support.distributions import install
from support.nursery import nursery
from support.postgres import Postgres
from support.server import Server, running

HITS = int(os.environ.get("KILLS", "6"))
CRASHES = max(3, HITS // 5)
"""Of PostgreSQL, which takes longer to start."""
CLIENTS = 8
UNAVAILABLE = texts.UNAVAILABLE["es"].partition("{")[0]
IN_DOUBT = texts.IN_DOUBT["es"].partition("{")[0]
HERE = Path(__file__).parent
SETTINGS = """
[turns]
lease = 1.0
[variants.stable]
planner = "anybody"
[variants.canary]
planner = "lucia"
[canary]
enabled = true
percentage = 0.5
[plugins.pulpo_guardrails]
unasked = ["book", "order"]
"""


class Shop:
    """The servers of one database, and what was changed through them."""

    def __init__(self, folder: Path, *plugins: str) -> None:
        self.folder = folder
        self.orders = folder / "orders"
        self.site = folder / "site"
        self.orders.touch()
        for plugin in plugins:
            install(self.site, plugin, {plugin: (HERE / f"{plugin}.py").read_text()}, entries={plugin: plugin})

    @contextmanager
    def serving(self, name: str, **environ: str) -> Iterator[Server]:
        folder = self.folder / name
        folder.mkdir()
        given = {"SHOP_ORDERS": str(self.orders), **environ}
        with nursery(self.site) as make, running(folder, toml=SETTINGS, environ=given, make=make) as server:
            yield server

    def ordered(self) -> Counter[str]:
        return Counter(f"order {line.split()[1]}" for line in self.orders.read_text().splitlines())


async def shop(chaos: Chaos, hits: int) -> dict[str, dict[str, Any]]:
    """Let clients order and book until ``hits`` kills have hit; return the answers by message."""
    numbers = count()
    answers: dict[str, dict[str, Any]] = {}

    async def client(http: httpx.AsyncClient) -> None:
        while not chaos.over.is_set():
            number = next(numbers)
            message = f"{('book', 'order')[number % 2]} w{number}"
            answers[message] = await chaos.insist(http, {"message": message}, key=message)

    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(timeout=30, limits=limits, verify=False) as http, chaos.reigning(hits=hits):  # noqa: S501
        async with anyio.create_task_group() as group:
            for _ in range(CLIENTS):
                group.start_soon(client, http)
        for message, answer in answers.items():
            assert await chaos.insist(http, {"message": message}, key=message) == answer, "answered in another way"
    return answers


def said(chaos: Chaos, answers: dict[str, dict[str, Any]], again: int) -> None:
    outcomes = Counter(answer["outcome"] for answer in answers.values())
    doubted = Counter(message.split()[0] for message, answer in answers.items() if IN_DOUBT in answer["reply"])
    outcomes["in doubt: our own"], outcomes["others'"] = doubted["book"], doubted["order"]
    print(
        f"\n{chaos.kills} kills, {chaos.hits} of them in the middle of turns; {chaos.cut} requests lost their answer;"
        f" {len(answers)} turns {dict(outcomes)}, {again} of them begun more than once"
    )


def once_and_told(answers: dict[str, dict[str, Any]], happened: Counter[str]) -> None:
    """What a reply says is what happened: once; or perhaps, if others cannot tell; or not, while a breaker is open, or
    when a busy machine let the tool's time pass before it had changed anything."""
    assert set(happened) <= set(answers)
    for message, answer in answers.items():
        tool, who = message.split()
        assert answer["outcome"] in ("ok", "rescued"), answer
        if f"{tool}ed {who}" in answer["reply"]:
            assert happened[message] == 1, answer
        elif IN_DOUBT in answer["reply"]:
            assert tool == "order", answer
            assert happened[message] <= 1, answer
        else:
            assert UNAVAILABLE in answer["reply"] or answer["reply"] in ("timeout", "error"), answer
            assert happened[message] == 0, answer


def taken_over(rows: Sequence[Any]) -> int:
    return sum(epoch > 1 for (epoch,) in rows)


def test_every_turn_of_a_killed_sqlite_server_is_answered_and_changes_one_thing(tmp_path: Path) -> None:
    house = Shop(tmp_path, "shop")
    with house.serving("server") as server:
        chaos = Chaos([server])
        answers = anyio.run(shop, chaos, HITS)
        with closing(sqlite3.connect(server.database_path)) as database:
            booked = Counter(f"book {who}" for (who,) in database.execute("SELECT who FROM booked"))
            begun = taken_over(database.execute("SELECT epoch FROM turns").fetchall())
    said(chaos, answers, begun)
    once_and_told(answers, booked + house.ordered())
    assert begun > 0, "no kill fell into a turn"


def test_every_turn_of_killed_postgresql_replicas_is_answered_and_changes_one_thing(
    postgres: Postgres, tmp_path: Path
) -> None:
    house = Shop(tmp_path, "shop")
    url = postgres.create()
    with ExitStack() as stack:
        servers = [stack.enter_context(house.serving(name, PULPO_DATABASE_URL=url)) for name in ("one", "two")]
        chaos = Chaos(servers)
        answers = anyio.run(shop, chaos, HITS)

    def rows(query: str) -> list[Any]:
        return [tuple(row) for row in postgres.execute(query, database=url.rpartition("/")[2])]

    booked = Counter(f"book {who}" for (who,) in rows("SELECT who FROM booked"))
    begun = taken_over(rows("SELECT epoch FROM turns"))
    said(chaos, answers, begun)
    once_and_told(answers, booked + house.ordered())
    assert begun > 0, "no kill fell into a turn"


@dataclass
class Crashes(Chaos):
    """The database is killed instead, and started again on what it left; a hit has put somebody off."""

    postgres: Postgres | None = None

    async def _reign(self, hits: int) -> None:
        assert self.postgres is not None
        self.reigns = True
        while self.hits < hits:
            await anyio.sleep(self.random.uniform(*self.uptime))
            before = self.put_off
            await anyio.to_thread.run_sync(self.postgres.kill)
            self.kills += 1
            await anyio.to_thread.run_sync(self.postgres.start)
            self.hits += self.put_off > before
        self.reigns = False
        self.over.set()


def test_every_turn_over_a_killed_postgresql_is_answered_and_changes_one_thing(
    own_postgres: Postgres, tmp_path: Path
) -> None:
    """Clients are told to come again and when, and nobody's booking is lost or made twice."""
    house, url = Shop(tmp_path, "shop"), own_postgres.create()
    with house.serving("server", PULPO_DATABASE_URL=url) as server:
        chaos = Crashes([server], uptime=(0.2, 0.8), postgres=own_postgres)
        answers = anyio.run(shop, chaos, CRASHES)
    database = url.rpartition("/")[2]
    booked = Counter(f"book {row['who']}" for row in own_postgres.execute("SELECT who FROM booked", database=database))
    epochs = own_postgres.execute("SELECT epoch FROM turns", database=database)
    said(chaos, answers, taken_over([tuple(row) for row in epochs]))
    once_and_told(answers, booked + house.ordered())
    assert chaos.put_off > 0


def test_control_without_the_ledger_things_happen_twice(tmp_path: Path) -> None:
    house = Shop(tmp_path, "no_ledger", "shop")
    with house.serving("server") as server:
        answers = anyio.run(shop, Chaos([server]), 3)
        with closing(sqlite3.connect(server.database_path)) as database:
            booked = Counter(f"book {who}" for (who,) in database.execute("SELECT who FROM booked"))
    assert set(booked + house.ordered()) >= set(answers)
    assert max(booked.values()) > 1, "the control must duplicate, or the tests above prove nothing"
