from __future__ import annotations

import sqlite3
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from pulpo.store import counts, outcomes
from pulpo.store.counts import HOUR, TurnCount
from pulpo.store.fold import expire, fold
from pulpo.store.goals import IDLE
from pulpo.store.outcomes import Ending
from pulpo.store.sqlite import SqliteStore, open_sqlite
from pulpo.store.statements import OverSqlite, Run
from support.turns import NOW, accept, asked, done, lapse


async def a_turn(store: SqliteStore, name: str, **ending: object) -> None:
    await accept(store, asked(name, name, new=True))
    given = {"workspace_id": "demo", "variant": "canary", "served_by": "canary", "seconds": 0.02, **ending}
    finish = done(name, 1, name)
    await store.finish(type(finish)(**{**_fields(finish), "ending": Ending(**given)}))  # type: ignore[arg-type]


def _fields(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__struct_fields__}  # type: ignore[attr-defined]


async def counted(store: SqliteStore, *, at: float = NOW) -> tuple[TurnCount, ...]:
    await fold(store, now=at)
    return await store.database.read(partial(counts.turn_counts, since=at - 60, until=at + 60))


async def test_turns_are_counted_by_variant_server_outcome_and_latency(path: Path) -> None:
    async with open_sqlite(path) as store:
        await a_turn(store, "a")
        await a_turn(store, "b")
        await a_turn(store, "c", served_by="stable", seconds=1.0)
        assert await counted(store) == (
            TurnCount("canary", "canary", "ok", 0, 2),
            TurnCount("canary", "stable", "ok", counts.EDGES.index(1.0), 1),
        )


async def test_no_turn_is_counted_twice_or_lost_over_a_restart(path: Path) -> None:
    async with open_sqlite(path) as store:
        await a_turn(store, "a")
        await counted(store)
        await a_turn(store, "b")
    async with open_sqlite(path) as store:
        assert sum(each.turns for each in await counted(store)) == 2


async def test_what_fails_half_way_is_rolled_back_whole_and_counted_later(path: Path) -> None:
    def broken(run: Run, folded: object) -> None:
        raise RuntimeError("half-way")

    async with open_sqlite(path) as store:
        await a_turn(store, "a")
        with pytest.raises(RuntimeError, match="half-way"):
            await fold(store, now=NOW, watch=broken)
        assert sum(each.turns for each in await counted(store)) == 1


async def test_a_lease_that_lapsed_is_an_ending_of_its_own(path: Path) -> None:
    async with open_sqlite(path) as store:
        await accept(store, asked("t1", new=True))
        assert await counted(store) == ()
        await lapse(store)
        assert await counted(store) == (TurnCount("canary", "", "lapsed", len(counts.EDGES), 1),)
        assert sum(each.turns for each in await counted(store)) == 1


async def test_whoever_takes_a_conversation_over_counts_the_turn_it_replaces(path: Path) -> None:
    async with open_sqlite(path) as store:
        await accept(store, asked("t1", new=True))
        await lapse(store)
        await accept(store, asked("t2"))
        await store.finish(done("t2", 2))
        assert Counter(each.outcome for each in await counted(store)) == {"lapsed": 1, "ok": 1}


async def test_a_goal_is_reached_failed_or_missed_once(path: Path) -> None:
    async with open_sqlite(path) as store:
        for name, states in {"a": ("begun", "reached"), "b": ("failed",), "c": ("begun",)}.items():
            for number, state in enumerate(states):
                await a_turn(store, f"{name}{number}", goal="booking", goal_state=state)
        await fold(store, now=NOW)
        # Each turn above is a conversation of its own: a0 and c0 were begun and left.
        await fold(store, now=NOW + 2 * IDLE)
        found = await store.database.read(partial(counts.goal_counts, since=NOW - 60, until=NOW + HOUR))
        assert {each.result: each.conversations for each in found} == {"reached": 1, "failed": 1, "missed": 2}


def test_old_counts_are_forgotten(connection: sqlite3.Connection) -> None:
    run = OverSqlite(connection)
    outcome = outcomes.Outcome(NOW, "demo", "c1", "stable", "stable", "ok", 0.02, "", 0, "", 0, 0, 0, "", "")
    counts.add_turns(run, [outcome])
    counts.expire(run, now=NOW + 30 * HOUR)
    assert run("SELECT width FROM turn_counts") == [(HOUR,)]
    counts.expire(run, now=NOW + 41 * 24 * HOUR)
    assert run("SELECT width FROM turn_counts") == []


async def test_expiring_is_a_transaction_too(path: Path) -> None:
    async with open_sqlite(path) as store:
        await a_turn(store, "a")
        await counted(store)
        await expire(store, now=NOW + 41 * 24 * HOUR)
        assert await counted(store) == ()
