"""PostgreSQL stopped, frozen or cut off under load: callers are told within a second, and served again within five.

A machine that stands still for a moment makes everybody late once, and then they are looked at again: what is late
every time is the program.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import anyio
import pytest
from sqlalchemy import Connection, text

from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.errors import StoreUnavailableError
from pulpo.store.migrate import upgrade
from pulpo.store.opening import open_store
from pulpo.store.postgres import link as postgres_link
from pulpo.store.turnstore import TurnStore
from support.callers import BACK, SLACK, TOLD
from support.link import Link, linked
from support.postgres import UNHURRIED, Postgres
from support.turns import accept, asked, done
from support.waiting import LIMIT

TRIES = 3
WORKERS = 16


@dataclass
class Load:
    """Workers that run turns and read as plugins do, for ever, and what became of it."""

    store: TurnStore
    served: int = 0
    refused: dict[int, float] = field(default_factory=dict)
    """How long each worker's refusals took at most, in seconds, since we began to look."""

    async def work(self, worker: int, numbers: Callable[[], int]) -> None:
        while True:
            await self._timed(worker, self._turn(numbers()))
            await self._timed(worker, self.store.database.read(lambda c: c.execute(text("SELECT 1")).scalar()))

    async def _turn(self, number: int) -> None:
        await accept(self.store, asked(f"t{number}", f"c{number}", new=True))
        await self.store.finish(done(f"t{number}", 1, f"c{number}"))
        self.served += 1

    async def _timed(self, worker: int, step: Awaitable[object]) -> None:
        began = time.monotonic()
        try:
            await step
        except StoreUnavailableError:
            self.refused[worker] = max(self.refused.get(worker, 0.0), time.monotonic() - began)
            await asyncio.sleep(0.02)

    async def until_all_are_told(self) -> None:
        """Wait until every worker was refused, and each time soon enough."""
        late: dict[int, float] = {}
        with anyio.move_on_after(LIMIT):
            self.refused.clear()
            while late or len(self.refused) < WORKERS:
                await asyncio.sleep(0.01)
                if late := {worker: took for worker, took in self.refused.items() if took >= TOLD + SLACK}:
                    self.refused.clear()
            return
        raise AssertionError(f"not everybody is told, or not in time: {late or self.refused}")

    async def until_served(self) -> float:
        """Wait until turns are run again and return how long that took."""
        began, before = time.monotonic(), self.served
        while self.served < before + WORKERS:
            await asyncio.sleep(0.01)
            assert time.monotonic() - began < LIMIT, "turns are not run"
        return time.monotonic() - began


@asynccontextmanager
async def loaded(url: str) -> AsyncIterator[Load]:
    await asyncio.to_thread(upgrade, url, {})
    async with open_store(url) as store:
        load = Load(store)
        numbers = count().__next__
        workers = [asyncio.create_task(load.work(worker, numbers)) for worker in range(WORKERS)]
        await load.until_served()
        try:
            yield load
        finally:
            for worker in workers:
                worker.cancel()
            results = await asyncio.gather(*workers, return_exceptions=True)
            assert all(isinstance(each, asyncio.CancelledError) for each in results), results


async def survived(load: Load, breaks: Callable[[], object], mends: Callable[[], object]) -> None:
    """See everybody told while the database is away, and served again in time."""
    took: list[float] = []
    while not took or min(took) >= BACK:
        assert len(took) < TRIES, f"served again only after {took} s"
        await asyncio.to_thread(breaks)
        before = load.served  # whoever was served until it was away was served rightly
        await load.until_all_are_told()
        assert load.served <= before + 2 * WORKERS
        await asyncio.to_thread(mends)
        took.append(await load.until_served())


async def test_stopped_and_started_again(own_postgres: Postgres) -> None:
    async with loaded(own_postgres.url()) as load:
        await survived(load, own_postgres.stop, own_postgres.start)


async def test_frozen_and_thawed(own_postgres: Postgres) -> None:
    async with loaded(own_postgres.url()) as load:
        await survived(load, own_postgres.freeze, own_postgres.thaw)


async def test_half_open_link(own_postgres: Postgres) -> None:
    async with linked(own_postgres.port) as link, loaded(behind(link)) as load:
        await survived(load, partial(setattr, link, "silent", True), partial(setattr, link, "silent", False))


async def test_connections_that_lay_idle_when_it_froze_cost_their_reader_one_patience(own_postgres: Postgres) -> None:
    await asyncio.to_thread(upgrade, own_postgres.url(), {})
    async with open_store(own_postgres.url()) as store:
        took: list[float] = []
        while not took or min(took) >= TOLD + SLACK:
            assert len(took) < TRIES, f"the slowest of them waited for {took} s"
            took.append(await slowest_of_idle_connections(store, own_postgres))


async def slowest_of_idle_connections(store: TurnStore, postgres: Postgres) -> float:
    """Return how long the slowest look took of three that find idle connections and one that finds none."""
    look = lambda: store.database.read(lambda c: c.execute(text("SELECT 1")).scalar())  # noqa: E731
    await asyncio.gather(*(insist(look, seconds=LIMIT) for _ in range(3)))
    postgres.freeze()
    slowest = 0.0
    for _ in range(4):
        began = time.monotonic()
        with pytest.raises(StoreUnavailableError):
            await look()
        slowest = max(slowest, time.monotonic() - began)
    postgres.thaw()
    return slowest


async def test_whoever_would_rather_wait_is_not_told(postgres_url: str) -> None:
    async with open_store(postgres_url, patience=UNHURRIED) as store:
        assert await store.database.read(lambda c: c.execute(text("SELECT 1 FROM pg_sleep(1)")).scalar()) == 1
    async with open_store(postgres_url) as store:
        with pytest.raises(StoreUnavailableError):
            await store.database.read(lambda c: c.execute(text("SELECT 1 FROM pg_sleep(30)")))


async def test_no_connections_left(own_postgres: Postgres) -> None:
    upgrade_url = own_postgres.url()
    await asyncio.to_thread(upgrade, upgrade_url, {})
    for statement in (
        "CREATE ROLE guest LOGIN CONNECTION LIMIT 0",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO guest",
    ):
        await asyncio.to_thread(own_postgres.execute, statement)
    async with open_store(upgrade_url.replace("postgres@", "guest@"), patience=UNHURRIED) as store:
        for _ in range(2):
            with pytest.raises(StoreUnavailableError, match="too many connections"):
                await accept(store, asked("t1", new=True))
            with pytest.raises(StoreUnavailableError, match="too many connections"):
                await store.database.read(lambda c: c.execute(text("SELECT 1")))
        await asyncio.to_thread(own_postgres.execute, "ALTER ROLE guest CONNECTION LIMIT 9")
        await accept(store, asked("t1", new=True))


async def test_an_effect_whose_confirmation_was_lost_is_found_in_the_ledger(
    own_postgres: Postgres,
) -> None:
    """It was committed, although the connection broke before its caller heard: `settle` says so."""
    await asyncio.to_thread(upgrade, own_postgres.url(), {})
    await asyncio.to_thread(own_postgres.execute, "CREATE TABLE made (n int)")
    async with (
        linked(own_postgres.port) as link,
        open_store(behind(link), patience=UNHURRIED) as store,
    ):
        await accept(store, asked("t", new=True))
        await store.intend(key="k", turn_id="t", call=ToolCall("c", "book", {}), group="", now=0.0, epoch=1)
        await store.database.read(lambda c: c.execute(text("SELECT 1")))
        link.lose_commits = True
        with pytest.raises(StoreUnavailableError):
            await store.commit(make, key="k", now=0.0, epoch=1)
        assert not link.lose_commits
        record = await store.settle(key="k", state="none", result=None, now=0.0, epoch=1)
        assert record is not None
        assert (record.state, record.result) == ("done", Result("made"))
        assert await store.database.read(lambda c: c.execute(text("SELECT count(*) FROM made")).scalar()) == 1


async def test_a_client_that_vanished_in_a_transaction_holds_up_nobody_else(
    own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its locks go with PostgreSQL's own patience (3 s, here 6); until then only who wants the same row is refused."""
    monkeypatch.setitem(postgres_link._SETTINGS, "idle_in_transaction_session_timeout", "6000")
    await asyncio.to_thread(upgrade, own_postgres.url(), {})
    async with (
        linked(own_postgres.port) as link,
        open_store(behind(link), patience=UNHURRIED) as lost,
        open_store(own_postgres.url(), patience=UNHURRIED) as store,
    ):
        await accept(store, asked("t", new=True))
        await store.intend(key="k", turn_id="t", call=ToolCall("c", "book", {}), group="", now=0.0, epoch=1)
        vanished = asyncio.Event()

        def vanish(connection: Connection) -> Result:
            link.silent = True
            vanished.set()
            return Result()

        commit = asyncio.create_task(lost.commit(vanish, key="k", now=0.0, epoch=1))
        await vanished.wait()
        settled = store.settle(key="k", state="unknown", result=None, now=0.0, epoch=1)
        turns = [accept(store, asked(f"t{n}", f"d{n}", new=True)) for n in range(8)]
        refused, *accepted = await asyncio.gather(settled, *turns, return_exceptions=True)
        assert isinstance(refused, StoreUnavailableError)
        assert [each for each in accepted if isinstance(each, BaseException)] == []
        await insist(lambda: store.settle(key="k", state="unknown", result=None, now=0.0, epoch=1), seconds=LIMIT)
        assert [effect.state for effect in await store.effects_of("t")] == ["unknown"]
        with pytest.raises(StoreUnavailableError):
            await commit


async def insist(step: Callable[[], Awaitable[object]], *, seconds: float) -> None:
    """Ask again while the answer is "try again", as a client does, for so long."""
    limit = time.monotonic() + seconds
    while True:
        try:
            await step()
        except StoreUnavailableError:
            assert time.monotonic() < limit
            await asyncio.sleep(0.1)
        else:
            return


def behind(link: Link) -> str:
    return f"postgresql://postgres@127.0.0.1:{link.port}/postgres"


def make(connection: Connection) -> Result:
    connection.execute(text("INSERT INTO made VALUES (1)"))
    return Result("made")
