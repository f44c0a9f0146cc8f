"""PostgreSQL stopped, frozen or cut off under load: callers are told within a second, and served again within five."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import pytest
from sqlalchemy import Connection, text

from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.errors import StoreUnavailableError
from pulpo.store.migrate import upgrade
from pulpo.store.opening import open_store
from pulpo.store.turnstore import TurnStore
from support.link import Link, linked
from support.postgres import Postgres
from support.turns import accept, asked, done
from support.withheld import withheld

TOLD = 1.0
BACK = 5.0
SLACK = 0.25
"""Seconds for what wakes up a little late; what a busy machine withholds is not counted."""

WORKERS = 16


@dataclass
class Load:
    """Workers that run turns and read as plugins do, for ever, and what became of it."""

    store: TurnStore
    served: int = 0
    refused: list[float] = field(default_factory=list)
    """How long each refusal took, in seconds."""

    async def work(self, numbers: Callable[[], int]) -> None:
        while True:
            await self._timed(self._turn(numbers()))
            await self._timed(self.store.database.read(lambda c: c.execute(text("SELECT 1")).scalar()))

    async def _turn(self, number: int) -> None:
        await accept(self.store, asked(f"t{number}", f"c{number}", new=True))
        await self.store.finish(done(f"t{number}", 1, f"c{number}"))
        self.served += 1

    async def _timed(self, step: Awaitable[object]) -> None:
        began, lost = time.monotonic(), withheld()
        try:
            await step
        except StoreUnavailableError:
            self.refused.append(time.monotonic() - began - (withheld() - lost))
            await asyncio.sleep(0.02)

    async def until_served(self) -> float:
        """Wait until turns are run again and return how long that took."""
        began, before = time.monotonic(), self.served
        while self.served < before + WORKERS:
            await asyncio.sleep(0.01)
            assert time.monotonic() - began < 10, "turns are not run"
        return time.monotonic() - began


@asynccontextmanager
async def loaded(url: str) -> AsyncIterator[Load]:
    await asyncio.to_thread(upgrade, url, {})
    async with open_store(url) as store:
        load = Load(store)
        numbers = count().__next__
        workers = [asyncio.create_task(load.work(numbers)) for _ in range(WORKERS)]
        await load.until_served()
        try:
            yield load
        finally:
            for worker in workers:
                worker.cancel()
            results = await asyncio.gather(*workers, return_exceptions=True)
            assert all(isinstance(each, asyncio.CancelledError) for each in results), results


@asynccontextmanager
async def outage(load: Load) -> AsyncIterator[None]:
    """What is inside takes the database away, and every caller must learn of it in time."""
    yield
    before = load.served  # whoever was served until it was away was served rightly
    await asyncio.sleep(2 * TOLD)
    assert load.served <= before + 2 * WORKERS
    assert load.refused
    assert max(load.refused) < TOLD + SLACK
    assert len(load.refused) >= WORKERS, "everybody who asks is told, again and again"


async def test_stopped_and_started_again(own_postgres: Postgres) -> None:
    async with loaded(own_postgres.url()) as load:
        async with outage(load):
            await asyncio.to_thread(own_postgres.stop)
        await asyncio.to_thread(own_postgres.start)
        assert await load.until_served() < BACK


async def test_frozen_and_thawed(own_postgres: Postgres) -> None:
    async with loaded(own_postgres.url()) as load:
        async with outage(load):
            own_postgres.freeze()
        own_postgres.thaw()
        assert await load.until_served() < BACK


async def test_connections_that_lay_idle_when_it_froze_cost_their_reader_one_patience(own_postgres: Postgres) -> None:
    await asyncio.to_thread(upgrade, own_postgres.url(), {})
    async with open_store(own_postgres.url()) as store:
        look = lambda: store.database.read(lambda c: c.execute(text("SELECT 1")).scalar())  # noqa: E731
        await asyncio.gather(*(look() for _ in range(3)))
        own_postgres.freeze()
        for _ in range(4):
            began, lost = time.monotonic(), withheld()
            with pytest.raises(StoreUnavailableError):
                await look()
            assert time.monotonic() - began - (withheld() - lost) < TOLD + SLACK
        own_postgres.thaw()


async def test_half_open_link(own_postgres: Postgres) -> None:
    async with linked(own_postgres.port) as link, loaded(behind(link)) as load:
        async with outage(load):
            link.silent = True
        link.silent = False
        assert await load.until_served() < BACK


async def test_no_connections_left(own_postgres: Postgres) -> None:
    upgrade_url = own_postgres.url()
    await asyncio.to_thread(upgrade, upgrade_url, {})
    for statement in (
        "CREATE ROLE guest LOGIN CONNECTION LIMIT 0",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO guest",
    ):
        await asyncio.to_thread(own_postgres.execute, statement)
    async with open_store(upgrade_url.replace("postgres@", "guest@")) as store:
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
        open_store(behind(link)) as store,
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


async def test_a_client_that_vanished_in_a_transaction_holds_up_nobody_else(own_postgres: Postgres) -> None:
    """Its locks go with PostgreSQL's own patience (3 s); until then only who wants the same row is refused."""
    await asyncio.to_thread(upgrade, own_postgres.url(), {})
    async with (
        linked(own_postgres.port) as link,
        open_store(behind(link)) as lost,
        open_store(own_postgres.url()) as store,
    ):
        await accept(store, asked("t", new=True))
        await store.intend(key="k", turn_id="t", call=ToolCall("c", "book", {}), group="", now=0.0, epoch=1)

        def vanish(connection: Connection) -> Result:
            link.silent = True
            return Result()

        with pytest.raises(StoreUnavailableError):
            await lost.commit(vanish, key="k", now=0.0, epoch=1)
        settled = store.settle(key="k", state="unknown", result=None, now=0.0, epoch=1)
        turns = [accept(store, asked(f"t{n}", f"d{n}", new=True)) for n in range(8)]
        refused, *accepted = await asyncio.gather(settled, *turns, return_exceptions=True)
        assert isinstance(refused, StoreUnavailableError)
        assert [each for each in accepted if isinstance(each, BaseException)] == []
        await insist(lambda: store.settle(key="k", state="unknown", result=None, now=0.0, epoch=1), seconds=BACK)
        assert [effect.state for effect in await store.effects_of("t")] == ["unknown"]


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
