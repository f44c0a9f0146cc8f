"""Replicas over one PostgreSQL: a change reaches all of them, and they go on without it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from pulpo.assembly import running
from pulpo.contracts.canary import CanaryContext
from pulpo.errors import StoreUnavailableError
from pulpo.plugins import load_plugins
from pulpo.settings import CanarySettings, Settings
from pulpo.store import canary as store
from pulpo.system import System
from support.postgres import Postgres

ANA = CanaryContext(workspace_id="demo", conversation_id="c1", user_id="ana")


@pytest.fixture
async def replicas(postgres_url: str) -> AsyncIterator[tuple[System, System]]:
    settings = Settings(
        database_url=postgres_url, canary=CanarySettings(enabled=True, percentage=0.0), log_level="critical"
    )
    catalogue = load_plugins(only={"pulpo_canary", "pulpo_rules"})
    async with AsyncExitStack() as stack:
        started = [running(settings, catalogue=catalogue, serving=True) for _ in range(2)]
        one, other = [await stack.enter_async_context(it) for it in started]
        yield one, other


async def until(replica: System, share: float) -> float:
    began = time.monotonic()
    async with asyncio.timeout(10):
        while replica.canary.now.share != share:  # noqa: ASYNC110 - when it shows is what is measured
            await asyncio.sleep(0.002)
    return time.monotonic() - began


async def test_a_change_reaches_the_other_replica_at_once(replicas: tuple[System, System]) -> None:
    one, other = replicas
    await until(other, 0.0)
    await asyncio.sleep(0.5)  # both listen by then
    seconds = []
    for number in range(1, 11):
        began = time.monotonic()
        await one.canary.set({"percentage": number / 100}, by="key")
        await until(other, number / 100)
        seconds.append(time.monotonic() - began)
    print(f"\nto the other replica: median {statistics.median(seconds):.3f} s, worst {max(seconds):.3f} s")
    assert statistics.median(seconds) <= 0.25
    assert one.canary.now.revision == other.canary.now.revision
    await one.canary.kill(by="key")
    async with asyncio.timeout(1):
        while other.canary.router.assign(ANA, None).reason != "killed":  # noqa: ASYNC110 - when it shows is what is measured
            await asyncio.sleep(0.002)


async def test_changes_of_both_at_once_are_all_in_the_log(replicas: tuple[System, System]) -> None:
    await asyncio.gather(
        *(replicas[n % 2].canary.set({"seed": str(n)}, by=f"key {n}") for n in range(10)),
    )
    database = replicas[0].database
    entries = await database.read(lambda connection: store.entries(connection, limit=50))
    assert {it.actor for it in entries if it.action == "set"} == {f"key {n}" for n in range(10)}
    assert await database.read(store.broken) == ""


async def test_a_database_that_is_away_stops_no_decision(replicas: tuple[System, System], postgres: Postgres) -> None:
    one, other = replicas
    await one.canary.set({"percentage": 1.0}, by="key")
    await until(other, 1.0)
    postgres.freeze()
    try:
        with pytest.raises(StoreUnavailableError):
            await one.canary.set({"percentage": 0.0}, by="key")
        assert other.canary.router.assign(ANA, None).reason == "matched"
        with pytest.raises(StoreUnavailableError):
            await one.canary.kill(by="key")
        assert one.canary.router.assign(ANA, None).reason == "killed"
    finally:
        postgres.thaw()
    async with asyncio.timeout(10):
        while other.canary.router.assign(ANA, None).reason != "killed":  # noqa: ASYNC110 - when it shows is what is measured
            await asyncio.sleep(0.01)
