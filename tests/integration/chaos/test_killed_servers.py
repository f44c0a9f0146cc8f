"""`pulpo serve`, and its PostgreSQL, killed in the middle of turns: every key is answered, and what it changed was
changed once.

``KILLS=200 tox -e integration -- -k killed -o faulthandler_timeout=0`` is the long run.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
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

HITS = int(os.environ.get("KILLS", "4"))
CRASHES = max(3, HITS // 5)
"""Of PostgreSQL, which takes longer to start."""
CLIENTS = 8
TURNS = 40
"""Of the control: half of them book, half of those first with the canary, which always fails after it did."""
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
    def serving(self, *names: str, **environ: str) -> Iterator[list[Server]]:
        given = {"SHOP_ORDERS": str(self.orders), **environ}
        servers = []
        with nursery(self.site) as make, ExitStack() as stack:
            for folder in (self.folder / name for name in names):
                folder.mkdir()
                server = running(folder, toml=SETTINGS, environ=given, make=make)
                servers.append(stack.enter_context(server))
            yield servers

    def ordered(self) -> Counter[str]:
        return Counter(f"order {line.split()[1]}" for line in self.orders.read_text().splitlines())


async def shop(chaos: Chaos, hits: int, least: int = 0) -> dict[str, dict[str, Any]]:
    """Let clients order and book until ``hits`` kills have hit, and ``least`` times; return the answers by message."""
    numbers = count()
    answers: dict[str, dict[str, Any]] = {}

    async def client(http: httpx.AsyncClient) -> None:
        while not chaos.over.is_set() or len(answers) < least:
            number = next(numbers)
            message = f"{('book', 'order')[number % 2]} w{number}"
            answers[message] = await chaos.insist(http, {"message": message}, key=message)

    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(timeout=60, limits=limits, verify=False) as http, chaos.reigning(hits=hits):  # noqa: S501
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


def taken_over(rows: Callable[[str], Sequence[Any]]) -> int:
    """Return how many turns were begun more than once: whoever began them first was killed in the middle."""
    return sum(epoch > 1 for (epoch,) in rows("SELECT epoch FROM turns"))


def booked(rows: Callable[[str], Sequence[Any]]) -> Counter[str]:
    return Counter(f"book {who}" for (who,) in rows("SELECT who FROM booked"))


def in_file(server: Server, query: str) -> list[Any]:
    with closing(sqlite3.connect(server.database_path, timeout=60)) as database:
        return database.execute(query).fetchall()


def in_postgres(postgres: Postgres, url: str, query: str) -> list[Any]:
    return [tuple(row) for row in postgres.execute(query, database=url.rpartition("/")[2])]


def test_every_turn_of_a_killed_sqlite_server_is_answered_and_changes_one_thing(tmp_path: Path) -> None:
    house = Shop(tmp_path, "shop")
    with house.serving("server") as (server,):
        rows = partial(in_file, server)
        chaos = Chaos([server], proved=lambda: taken_over(rows) > 0)
        answers = anyio.run(shop, chaos, HITS)
        said(chaos, answers, taken_over(rows))
        once_and_told(answers, booked(rows) + house.ordered())


def test_every_turn_of_killed_postgresql_replicas_is_answered_and_changes_one_thing(
    postgres: Postgres, tmp_path: Path
) -> None:
    house = Shop(tmp_path, "shop")
    url = postgres.create()
    with house.serving("one", "two", PULPO_DATABASE_URL=url) as servers:
        rows = partial(in_postgres, postgres, url)
        chaos = Chaos(servers, proved=lambda: taken_over(rows) > 0)
        answers = anyio.run(shop, chaos, HITS)
    said(chaos, answers, taken_over(rows))
    once_and_told(answers, booked(rows) + house.ordered())


@dataclass
class Crashes(Chaos):
    """The database is killed instead, and started again on what it left; a hit has put somebody off."""

    postgres: Postgres | None = None

    async def _kill(self) -> bool:
        assert self.postgres is not None
        before = self.put_off
        await anyio.to_thread.run_sync(self.postgres.kill)
        await anyio.to_thread.run_sync(self.postgres.start)
        return self.put_off > before


def test_every_turn_over_a_killed_postgresql_is_answered_and_changes_one_thing(
    own_postgres: Postgres, tmp_path: Path
) -> None:
    """Clients are told to come again and when, and nobody's booking is lost or made twice."""
    house, url = Shop(tmp_path, "shop"), own_postgres.create()
    with house.serving("server", PULPO_DATABASE_URL=url) as (server,):
        chaos = Crashes([server], uptime=(0.2, 0.8), postgres=own_postgres)
        answers = anyio.run(shop, chaos, CRASHES)
    rows = partial(in_postgres, own_postgres, url)
    said(chaos, answers, taken_over(rows))
    once_and_told(answers, booked(rows) + house.ordered())


def test_control_without_the_ledger_things_happen_twice(tmp_path: Path) -> None:
    house = Shop(tmp_path, "no_ledger", "shop")
    with house.serving("server") as (server,):
        anyio.run(shop, Chaos([server]), 1, TURNS)
        twice = [message for message, times in booked(partial(in_file, server)).items() if times > 1]
    assert twice, "the control must duplicate, or the tests above prove nothing"
