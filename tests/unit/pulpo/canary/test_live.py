"""What is in force while the server runs, whoever says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pulpo.canary.live import Live
from pulpo.canary.sources import Initial
from pulpo.contracts.canary import CanaryContext, Match
from pulpo.contracts.events import CanaryConfigured, Event
from pulpo.errors import CanaryLockedError, CanaryRevisionError, SettingsError, StoreUnavailableError
from pulpo.store import canary as store
from pulpo.store.migrate import upgrade
from pulpo.store.opening import open_store
from pulpo_canary.plugin import pulpo_register_canary_strategies
from support.waiting import eventually

ANA = CanaryContext(workspace_id="demo", conversation_id="c1", user_id="ana")
ON = "[canary]\nenabled = true\npercentage = 1.0\n"


class Foreign:
    """A strategy of somebody else, which does what the test says."""

    config = None

    def __init__(self, name: str, compile_: Callable[[], Any]) -> None:
        self.name = name
        self._compile = compile_

    def compile(self, config: None) -> Any:
        return self._compile()


def raising() -> Any:
    raise ZeroDivisionError("by nought")


def hanging() -> Any:
    time.sleep(3)


def nonsense() -> Any:
    return 7


def failing() -> Any:
    def decide(_context: CanaryContext) -> Match:
        raise KeyError("ana")

    return decide


def babbling() -> Any:
    return lambda _context: "perhaps"


FOREIGN = [Foreign(it.__name__, it) for it in (raising, hanging, nonsense, failing, babbling)]


class Away:
    """A database that can be taken away."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.away = False

    async def read(self, closure: Any) -> Any:
        if self.away:
            raise StoreUnavailableError("away")
        return await self.database.read(closure)

    async def write(self, closure: Any) -> Any:
        if self.away:
            raise StoreUnavailableError("away")
        return await self.database.write(closure)


class House:
    """A live canary beside its file."""

    def __init__(self, live: Live, file: Path, database: Away, events: list[Event]) -> None:
        self.live, self.file, self.database, self.events = live, file, database, events

    async def write(self, text: str) -> None:
        self.file.write_text(text)
        await self.live.reread()

    def decide(self) -> tuple[str, str]:
        found = self.live.router.assign(ANA, None)
        return found.variant, found.reason


Open = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    url, file = f"sqlite:///{tmp_path}/pulpo.db", tmp_path / "pulpo.toml"
    upgrade(url, {})

    @asynccontextmanager
    async def start(**given: Any) -> AsyncIterator[House]:
        events: list[Event] = []
        async with open_store(url) as opened:
            database = Away(opened.database)
            live = Live(
                database=database,
                strategies={it.name: it for it in (*pulpo_register_canary_strategies(None), *FOREIGN)},
                variants=("stable", "canary"),
                file=file,
                initial={name: Initial(value, "environment", name) for name, value in given.items()},
                emit=events.append,
                clock=lambda: 100.0,
            )
            await live.open()
            yield House(live, file, database, events)

    return start


@pytest.fixture
async def house(opened: Open) -> AsyncIterator[House]:
    async with opened() as house:
        yield house


async def test_nothing_said_is_everybody_on_stable(house: House) -> None:
    assert (house.decide(), house.live.now.revision) == (("stable", "disabled"), 0)


async def test_each_word_takes_effect_whoever_said_the_one_before(house: House) -> None:
    shares = []
    await house.live.set({"enabled": True, "percentage": 0.2}, by="key")
    shares.append(house.live.now.share)
    await house.write(ON.replace("1.0", "0.3"))
    shares.append(house.live.now.share)
    await house.live.set({"percentage": 0.4}, by="key")
    shares.append(house.live.now.share)
    assert shares == [0.2, 0.3, 0.4]
    assert [it.share for it in house.events[1:] if isinstance(it, CanaryConfigured)] == shares


async def test_what_was_said_outlives_the_process(opened: Open) -> None:
    async with opened(percentage=0.1) as house:
        await house.live.set({"enabled": True, "percentage": 1.0}, by="key")
        await house.live.kill(by="key", reason="errors")
    async with opened(percentage=0.1) as house:
        assert house.decide() == ("stable", "killed")
        await house.live.resume(by="key")
        assert house.decide() == ("canary", "matched")


async def test_an_invalid_file_is_refused_and_the_last_good_one_kept(house: House) -> None:
    await house.write(ON)
    for bad in (
        "[canary]\npercentage = 10\n",
        "nonsense",
        '[canary]\nstrategy = "typo"\nenabled = true\npercentage = 1\n',
    ):
        await house.write(bad)
        assert house.decide() == ("canary", "matched")
        assert house.live.news.problem
    await house.write(ON.replace("1.0", "0.5"))
    assert (house.live.news.problem, house.live.now.share) == ("", 0.5)


async def test_a_change_is_made_for_the_revision_it_names(house: House) -> None:
    await house.live.set({"enabled": True}, by="key", revision=0)
    with pytest.raises(CanaryRevisionError):
        await house.live.set({"percentage": 0.5}, by="key", revision=0)
    assert house.live.now.share == 0.0


@pytest.mark.parametrize(
    "values", [{"percentage": 10}, {"strategy": "typo"}, {"variant": "typo"}, {"settings": {"a": 1}}]
)
async def test_what_cannot_be_put_in_force_is_refused(house: House, values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        await house.live.set(values, by="key")
    assert house.live.now.revision == 0


async def test_a_kill_wins_from_any_source_and_the_file_s_cannot_be_resumed_over_the_api(house: House) -> None:
    await house.write(ON)
    await house.live.kill(by="key")
    await house.write(ON + "kill = true\n")
    with pytest.raises(CanaryLockedError):
        await house.live.resume(by="key")
    await house.write(ON + "kill = false\n")
    assert house.decide() == ("stable", "killed")
    await house.live.resume(by="key")
    assert house.decide() == ("canary", "matched")


async def test_a_locked_canary_can_only_be_killed(house: House) -> None:
    await house.write(ON + "locked = true\n")
    for refused in (
        house.live.set({"percentage": 0.5}, by="k"),
        house.live.unset([], by="k"),
        house.live.resume(by="k"),
    ):
        with pytest.raises(CanaryLockedError):
            await refused
    await house.live.kill(by="key")
    assert house.decide() == ("stable", "killed")


async def test_unset_ends_the_wait_for_a_key_that_was_taken_out(house: House) -> None:
    await house.write('[canary]\nenabled = true\nseed = "a"\npercentage = 0.1\n')
    await house.write("[canary]\nenabled = true\npercentage = 0.5\n")
    assert (house.live.news.missing, house.live.now.share) == (("seed",), 0.1)
    await house.live.unset(["seed"], by="key")
    assert (house.live.news.missing, house.live.now.share) == ((), 0.5)
    with pytest.raises(SettingsError):
        await house.live.unset(["seeds"], by="key")


async def test_while_the_database_is_away_decisions_go_on_and_a_kill_counts_at_once(house: House) -> None:
    await house.write(ON)
    house.database.away = True
    assert house.decide() == ("canary", "matched")
    with pytest.raises(StoreUnavailableError):
        await house.live.set({"percentage": 0.1}, by="key")
    with pytest.raises(StoreUnavailableError):
        await house.live.kill(by="key")
    assert house.decide() == ("stable", "killed")
    house.database.away = False
    await house.live._catch_up()
    row = await house.database.read(store.read)
    assert b'"killed":{' in row.state


async def test_a_file_written_while_the_database_is_away_counts_when_it_is_back(house: House) -> None:
    house.database.away = True
    await house.write(ON)
    assert house.decide() == ("stable", "disabled")
    house.database.away = False
    await house.live._catch_up()
    assert house.decide() == ("canary", "matched")
    house.database.away = True
    await house.write(ON + "kill = true\n")
    assert house.decide() == ("stable", "killed")


@pytest.mark.parametrize("strategy", [it.name for it in FOREIGN])
async def test_a_bad_strategy_leaves_everybody_on_stable_and_says_why(house: House, strategy: str) -> None:
    await house.live.set({"enabled": True, "strategy": strategy}, by="key")
    assert house.decide() == ("stable", "strategy_error")
    assert house.live.strategy_error
    told = house.events[-1]
    assert isinstance(told, CanaryConfigured)
    assert told.problem
    await house.live.set({"strategy": "all"}, by="key")
    assert (house.decide(), house.live.strategy_error) == (("canary", "matched"), "")


async def test_a_rollout_s_share_takes_the_place_of_the_percentage(house: House) -> None:
    class Rollout:
        id, state, step, share = "r1", "progressing", 0, 0.0

    await house.write(ON)
    rollout = Rollout()
    house.live.router.rollout = lambda: rollout
    await house.live.refresh()
    assert (house.decide(), house.live.now.share) == (("stable", "shadow"), 0.0)
    rollout.share = 1.0
    await house.live.refresh()
    assert house.decide() == ("canary", "matched")
    rollout.state = "aborted"
    assert house.decide() == ("stable", "aborted")


async def test_what_goes_wrong_on_the_way_is_told_and_does_not_end_the_following(house: House) -> None:
    seen: list[str] = []

    async def stumble() -> None:
        seen.append("woken")
        raise ZeroDivisionError("by nought")

    house.live.on_wake.append(stumble)
    task = asyncio.create_task(house.live.follow())
    for times in (1, 2):
        house.live.wake()
        await eventually(lambda times=times: len(seen) >= times)
    task.cancel()
    assert "by nought" in house.live.strategy_error


async def test_every_change_is_in_the_log_with_who_made_it(house: House) -> None:
    await house.write(ON)
    await house.live.set({"percentage": 0.5}, by="key k1")
    await house.live.kill(by="key k2", reason="errors")
    entries = await house.database.read(lambda connection: store.entries(connection, limit=9))
    assert [(it.actor, it.action) for it in entries] == [
        ("key k2", "kill"),
        ("key k1", "set"),
        (str(house.file), "file"),
    ]
    assert entries[0].after == {"killed": {"reason": "errors"}}
    assert await house.database.read(store.broken) == ""
