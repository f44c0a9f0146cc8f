"""Replicas over one PostgreSQL: a change reaches all of them, and they go on without it."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial

import pytest
from msgspec.structs import replace

from pulpo import assembly
from pulpo.assembly import running
from pulpo.canary import live, rollout
from pulpo.canary.guardrails import BY_NAME
from pulpo.contracts.canary import CanaryContext
from pulpo.errors import StoreUnavailableError
from pulpo.plugins import load_plugins
from pulpo.settings import CanarySettings, RolloutSettings, Settings
from pulpo.store import canary as store
from pulpo.store.opening import open_store
from pulpo.system import System
from pulpo.turns.request import TurnRequest
from support.postgres import UNHURRIED, Postgres
from support.waiting import LIMIT, eventually

ANA = CanaryContext(workspace_id="demo", conversation_id="c1", user_id="ana")


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "open_store", partial(open_store, patience=UNHURRIED))


@pytest.fixture
def only_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by himself for what others changed: what arrives was told."""
    monkeypatch.setattr(live, "POLL", 3600)


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
    await eventually(lambda: replica.canary.now.share == share)
    return time.monotonic() - began


async def until_killed(replica: System) -> None:
    await eventually(lambda: replica.canary.router.assign(ANA, None).reason == "killed")


CHANGES = int(os.environ.get("CHANGES", "10"))


@pytest.mark.usefixtures("unhurried", "only_told")
async def test_a_change_reaches_the_other_replica_because_it_is_told(replicas: tuple[System, System]) -> None:
    one, other = replicas
    seconds = []
    for number in range(1, CHANGES + 1):
        began = time.monotonic()
        await one.canary.set({"percentage": number / 1000}, by="key")
        await until(other, number / 1000)
        seconds.append(time.monotonic() - began)
    late = sorted(seconds)[int(0.99 * CHANGES)]
    middle, worst = statistics.median(seconds), max(seconds)
    print(f"\n{CHANGES} changes to the other replica: median {middle:.3f} s, P99 {late:.3f} s, worst {worst:.3f} s")
    assert one.canary.now.revision == other.canary.now.revision
    await one.canary.kill(by="key")
    await until_killed(other)


@pytest.mark.usefixtures("unhurried", "only_told")
async def test_whoever_is_not_told_looks_by_himself(
    replicas: tuple[System, System], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CHANNEL", "nobody_listens")
    one, other = replicas
    monkeypatch.setattr(live, "POLL", 0.01)
    other.canary.wake()  # it had begun to wait for longer
    for share in (0.5, 0.25):
        await one.canary.set({"percentage": share}, by="key")
        await until(other, share)


@pytest.mark.usefixtures("unhurried")
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
    await insist(lambda: one.canary.set({"percentage": 1.0}, by="key"))
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
    await until_killed(other)


async def test_while_the_database_is_away_the_share_stays_what_it_was(
    postgres_url: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollout, "EVERY", 3600)  # it is judged when we say so, and not between two lines of this test
    passing = dict.fromkeys(BY_NAME, 1.0)
    plan = RolloutSettings(steps=(0.5, 1.0), minimum_time=0.0, minimum_units=1, limits=passing)
    settings = Settings(
        database_url=postgres_url, canary=CanarySettings(enabled=True, rollout=plan), log_level="critical"
    )
    catalogue = load_plugins(only={"pulpo_canary", "pulpo_rules"})
    async with running(settings, catalogue=catalogue, serving=True) as system:
        await judged(system, 0.5)
        for number in range(12):
            await insist(
                lambda n=number: system.chat(TurnRequest(workspace_id="demo", message="hola", user_id=f"u{n}"))
            )  # type: ignore[misc]
        postgres.freeze()
        try:
            with pytest.raises(StoreUnavailableError):
                await system.rollouts.tick()
            assert system.canary.now.share == 0.5
            drawn = {system.canary.router.assign(replace(ANA, user_id=f"u{n}"), None).variant for n in range(20)}
            assert drawn == {"stable", "canary"}
        finally:
            postgres.thaw()
        await judged(system, 1.0)  # nothing else was in its way


async def judged(system: System, share: float) -> None:
    async with asyncio.timeout(LIMIT):
        while system.canary.now.share != share:
            await system.rollouts.look()


async def insist(step: Callable[[], Awaitable[object]]) -> None:
    """Ask again while the database does not answer in time: this machine may have other things to do."""
    async with asyncio.timeout(LIMIT):
        while True:
            try:
                await step()
            except StoreUnavailableError:
                await asyncio.sleep(0.1)
            else:
                return
