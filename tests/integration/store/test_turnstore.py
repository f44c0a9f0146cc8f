"""What every store promises to turns, on each database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from pulpo.contracts.tools import Result
from pulpo.conversation import Dialogue, Offer, ToolCall
from pulpo.errors import (
    ConversationBusyError,
    ConversationNotFoundError,
    IdempotencyConflictError,
    LeaseLostError,
    StoreUnavailableError,
)
from pulpo.store import counts, transcripts
from pulpo.store.conversations import Accept, Replayed
from pulpo.store.effects import Effect
from pulpo.store.fold import fold
from pulpo.store.migrate import pending, upgrade
from pulpo.store.opening import open_store
from pulpo.store.turnstore import TurnStore
from support.postgres import UNHURRIED
from support.turns import NOW, accept, asked, assign, done, lapse

CALL = ToolCall("c1", "book", {"service": "corte", "at": "10:00"})


async def test_a_new_conversation_begins_at_epoch_one_with_its_variant(store: TurnStore) -> None:
    accepted = await accept(store, asked("t1", new=True))
    assert (accepted.conversation.epoch, accepted.assignment.variant) == (1, "canary")
    assert accepted.conversation.dialogue == Dialogue()


async def test_the_next_turn_finds_dialogue_and_variant(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    await store.finish(done("t1", 1))
    accepted = await accept(store, asked("t2"))
    assert accepted.conversation.dialogue.goal == "book"
    assert (accepted.conversation.epoch, accepted.conversation.variant) == (2, "canary")


@pytest.mark.parametrize(
    "stranger",
    [asked("t2", "elsewhere"), asked("t2", workspace_id="other"), asked("t2", user_id="eva")],
    ids=["no such conversation", "another tenant", "another user"],
)
async def test_strangers_do_not_find_a_conversation(store: TurnStore, stranger: Accept) -> None:
    await accept(store, asked("t1", new=True, user_id="ana"))
    await store.finish(done("t1", 1))
    with pytest.raises(ConversationNotFoundError):
        await store.accept(stranger, assign)


async def test_a_held_lease_refuses_and_a_lapsed_one_is_taken(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True, lease=3600.0))
    with pytest.raises(ConversationBusyError) as caught:
        await store.accept(asked("t2"), assign)
    assert 3500 < caught.value.retry_after <= 3600
    await lapse(store)
    assert (await accept(store, asked("t2"))).conversation.epoch == 2


async def test_a_lapsed_lease_that_is_renewed_in_time_holds(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    await lapse(store)
    await store.renew([("c1", 1), ("gone", 7)], now=NOW, lease=3600.0)
    with pytest.raises(ConversationBusyError) as caught:
        await store.accept(asked("t2"), assign)
    assert 3500 < caught.value.retry_after <= 3600


async def test_a_lease_of_another_epoch_or_a_finished_turn_is_not_renewed(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    await lapse(store)
    await store.renew([("c1", 2)], now=NOW, lease=60.0)
    await accept(store, asked("t2"))
    await store.finish(done("t2", 2))
    await store.renew([("c1", 2)], now=NOW, lease=60.0)
    assert (await accept(store, asked("t3"))).conversation.epoch == 3


async def test_the_epoch_fences_a_writer_that_lost_its_lease(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    await lapse(store)
    await accept(store, asked("t2"))
    with pytest.raises(LeaseLostError):
        await store.finish(done("t1", 1))
    await store.finish(done("t2", 2))


async def test_a_repeat_gets_the_stored_answer_and_another_body_a_conflict(store: TurnStore) -> None:
    repeat = asked("t2", "c2", new=True, idempotency_key="k")
    await accept(store, asked("t1", new=True, idempotency_key="k"))
    with pytest.raises(ConversationBusyError):
        await store.accept(repeat, assign)
    await store.finish(done("t1", 1))
    assert await store.accept(repeat, assign) == Replayed(b'{"reply":"hola"}')
    with pytest.raises(IdempotencyConflictError):
        await store.accept(asked("t2", new=True, idempotency_key="k", request=b"other"), assign)


async def test_the_same_key_of_another_tenant_is_another_key(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True, idempotency_key="k"))
    other = asked("t2", "c2", new=True, idempotency_key="k", workspace_id="other")
    assert (await accept(store, other)).turn_id == "t2"


async def test_a_retry_takes_over_the_turn_of_a_dead_process(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True, idempotency_key="k"))
    await lapse(store)
    taken = await accept(store, asked("t2", "c2", new=True, idempotency_key="k"))
    assert (taken.turn_id, taken.conversation.id, taken.conversation.epoch) == ("t1", "c1", 2)
    await store.finish(done("t1", 2))
    assert isinstance(await store.accept(asked("t3", "c3", new=True, idempotency_key="k"), assign), Replayed)


async def test_turns_at_once_share_commits_and_nothing_else(store: TurnStore) -> None:
    """A hundred new turns, each told its own story; then all finish and go on at once."""
    turns = [asked(f"t{n}", f"c{n}", new=True, user_id=f"u{n}", idempotency_key=f"k{n}") for n in range(100)]
    accepted = await asyncio.gather(*(accept(store, turn) for turn in turns))
    assert [each.conversation.id for each in accepted] == [f"c{n}" for n in range(100)]
    await asyncio.gather(*(store.finish(done(f"t{n}", 1, f"c{n}")) for n in range(100)))
    again = await asyncio.gather(*(accept(store, asked(f"s{n}", f"c{n}", user_id=f"u{n}")) for n in range(100)))
    assert {(each.conversation.epoch, each.conversation.dialogue.goal) for each in again} == {(2, "book")}


async def test_one_conversation_is_given_to_one_of_many(store: TurnStore) -> None:
    await accept(store, asked("t0", new=True))
    await store.finish(done("t0", 1))
    tries = [store.accept(asked(f"t{n}"), assign) for n in range(1, 30)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(each, ConversationBusyError) for each in results) == 1


async def test_one_key_makes_one_turn_of_many(store: TurnStore) -> None:
    tries = [store.accept(asked(f"t{n}", f"c{n}", new=True, idempotency_key="k"), assign) for n in range(30)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(each, ConversationBusyError) for each in results) == 1


async def test_a_turn_that_cannot_be_written_does_not_take_its_neighbours_along(store: TurnStore) -> None:
    bad = asked("bad", "c-bad", new=True, locale="\ud800")  # no database writes half a character
    tries = [store.accept(asked(f"t{n}", f"c{n}", new=True), assign) for n in range(5)]
    first, *results = await asyncio.gather(store.accept(bad, assign), *tries, return_exceptions=True)
    assert isinstance(first, UnicodeEncodeError | asyncpg.DataError)
    assert not any(isinstance(each, BaseException) for each in results)


async def test_an_answer_that_cannot_be_written_does_not_take_its_neighbours_along(store: TurnStore) -> None:
    await asyncio.gather(*(accept(store, asked(f"t{n}", f"c{n}", new=True)) for n in range(4)))
    bad = replace(done("t0", 1, "c0"), dialogue=Dialogue(notes={"x": object()}))
    others = [done(f"t{n}", 1, f"c{n}") for n in range(1, 4)]
    first, *results = await asyncio.gather(*map(store.finish, (bad, *others)), return_exceptions=True)
    assert isinstance(first, TypeError)
    assert results == [None] * 3


async def test_a_variant_that_cannot_be_chosen_is_its_callers_trouble(store: TurnStore) -> None:
    def fail(pin: str | None) -> Any:
        raise LookupError(pin)

    tries = (store.accept(asked("t1", "c1", new=True), fail), accept(store, asked("t2", "c2", new=True)))
    first, second = await asyncio.gather(*tries, return_exceptions=True)
    assert isinstance(first, LookupError)
    assert not isinstance(second, BaseException)
    assert (await accept(store, asked("t1", "c1", new=True))).conversation.epoch == 1


async def intend(store: TurnStore, key: str = "k", *, turn: str = "t1", group: str = "booking") -> Effect | None:
    return await store.intend(key=key, turn_id=turn, call=CALL, group=group, now=NOW, epoch=1)


async def test_a_second_intent_meets_the_first(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    first, again = await asyncio.gather(intend(store), intend(store))
    assert first is None
    assert again is not None
    assert (again.key, again.state, again.group, again.arguments) == ("k", "intended", "booking", CALL.arguments)


async def test_an_intent_meets_the_rival_of_its_group(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    first, rival, other = await asyncio.gather(intend(store), intend(store, "k2"), intend(store, "k3", group="mail"))
    assert (first, other) == (None, None)
    assert rival is not None
    assert rival.key == "k"
    await store.settle(key="k", state="none", result=None, now=NOW, epoch=1)
    assert await intend(store, "k2") is None


async def test_an_intent_of_a_turn_that_was_taken_over_is_refused(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    await intend(store)
    await lapse(store)
    await accept(store, asked("t2"))
    for key in ("k", "k2"):
        with pytest.raises(LeaseLostError):
            await intend(store, key)
    with pytest.raises(LeaseLostError):
        await store.commit(lambda _: Result(), key="k", now=NOW, epoch=1)


async def test_whoever_lost_the_lease_does_not_say_any_more_what_came_of_an_effect(store: TurnStore) -> None:
    """Somebody else may be trying the same by now, and a crash of theirs must not find that nothing was tried."""
    await accept(store, asked("t1", new=True, idempotency_key="k1"))
    await intend(store)
    await lapse(store)
    assert (await accept(store, asked("t9", new=True, idempotency_key="k1"))).conversation.epoch == 2
    for epoch, state in ((1, "intended"), (2, "none")):
        record = await store.settle(key="k", state="none", result=None, now=NOW, epoch=epoch)
        assert record is not None
        assert record.state == state


async def test_a_settled_effect_keeps_its_whole_result(store: TurnStore) -> None:
    result = Result({"id": 7}, "hecho", (Offer("las 10", {"at": "10:00"}),))
    await asyncio.gather(*(accept(store, asked(f"t{n}", f"c{n}", new=True)) for n in range(3)))
    await asyncio.gather(*(intend(store, f"k{n}", turn=f"t{n}") for n in range(3)))
    record = await store.settle(key="k1", state="done", result=result, now=NOW, epoch=1)
    assert record is not None
    assert (record.state, record.result) == ("done", result)
    assert await store.settle(key="k1", state="none", result=None, now=NOW, epoch=1) == record, (
        "what is done stays done"
    )
    await store.settle(key="k2", state="unknown", result=None, now=NOW, epoch=1)
    found = [[(each.state, each.result) for each in await store.effects_of(f"t{n}")] for n in range(4)]
    assert found == [[("intended", None)], [("done", result)], [("unknown", None)], []]


async def test_an_effect_and_its_record_are_committed_together_or_not_at_all(store: TurnStore) -> None:
    await store.database.write(lambda c: c.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))
    await accept(store, asked("t1", new=True))
    await intend(store)

    def insert_and_fail(connection: Connection) -> Result:
        connection.execute(text("INSERT INTO t VALUES (1)"))
        raise RuntimeError

    def insert(connection: Connection) -> Result:
        connection.execute(text("INSERT INTO t VALUES (1)"))
        return Result("made")

    with pytest.raises(RuntimeError):
        await store.commit(insert_and_fail, key="k", now=NOW, epoch=1)
    assert [effect.state for effect in await store.effects_of("t1")] == ["intended"]
    assert await count(store, "t") == 0
    results = await asyncio.gather(*(store.commit(insert, key="k", now=NOW, epoch=1) for _ in range(8)))
    assert results == [Result("made")] * 8
    assert [effect.state for effect in await store.effects_of("t1")] == ["done"]
    assert await count(store, "t") == 1


async def test_what_was_not_done_may_be_tried_again(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    await intend(store)
    await store.commit(lambda _: Result(text="taken", done=False), key="k", now=NOW, epoch=1)
    assert [effect.state for effect in await store.effects_of("t1")] == ["none"]
    assert await intend(store) is None
    assert await store.commit(lambda _: Result(1), key="k", now=NOW, epoch=1) == Result(1)


async def test_plugins_writes_are_all_or_nothing_and_readers_cannot_write(store: TurnStore) -> None:
    await store.database.write(lambda c: c.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))

    def twice(connection: Connection) -> None:
        connection.execute(text("INSERT INTO t VALUES (1)"))
        connection.execute(text("INSERT INTO t VALUES (1)"))

    with pytest.raises(IntegrityError):
        await store.database.write(twice)
    with pytest.raises((DBAPIError, StoreUnavailableError)):
        await store.database.read(lambda c: c.execute(text("INSERT INTO t VALUES (3)")))
    await store.database.write(lambda c: c.execute(text("INSERT INTO t VALUES (2)")))
    assert await store.database.read(lambda c: c.execute(text("SELECT n FROM t")).scalars().all()) == [2]


async def test_erasing_leaves_nothing_and_only_the_owner_can(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True, idempotency_key="k"))
    await intend(store)
    await store.finish(done("t1", 1))
    assert not await store.erase("c1", "other")
    assert await store.erase("c1", "demo")
    assert [await count(store, table) for table in ("conversations", "turns", "idempotency", "effects")] == [0] * 4
    assert not await store.erase("c1", "demo")


async def test_a_transcript_holds_what_was_said(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    await store.finish(done("t1", 1))
    await accept(store, asked("t2", request=b'{"message":"y?"}'))
    found = await store.database.read(lambda c: transcripts.transcript(c, "c1", "demo"))
    assert found is not None
    assert [(message.role, message.text) for message in found.messages] == [
        ("user", "hola"),
        ("assistant", "hola"),
        ("user", "y?"),
    ]
    (line,) = await store.database.read(lambda c: transcripts.recent(c, "demo", 10))
    assert (line.conversation_id, line.turns) == ("c1", 1)


def test_upgrading_twice_changes_nothing(url: str) -> None:
    assert not pending(url, {})
    assert upgrade(url, {}) == ()


async def test_a_closed_store_refuses(url: str) -> None:
    async with open_store(url, patience=UNHURRIED) as store:
        await accept(store, asked("t1", new=True))
    with pytest.raises(StoreUnavailableError, match="closed"):
        await store.finish(done("t1", 1))


async def count(store: TurnStore, table: str) -> int:
    counted: Callable[[Connection], Any] = lambda c: c.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: E731
    found: int = await store.database.read(counted)
    return found


async def test_how_turns_ended_is_counted_once_on_every_database(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    await store.finish(done("t1", 1))
    await accept(store, asked("t2"))
    await lapse(store)
    await accept(store, asked("t3"))
    await asyncio.gather(fold(store, now=NOW), fold(store, now=NOW))
    await fold(store, now=NOW)
    found = await store.database.read(partial(counts.turn_counts, since=NOW - 60, until=NOW + 60))
    assert {each.outcome: each.turns for each in found} == {"ok": 1, "lapsed": 1}


async def test_a_lease_that_nobody_takes_over_is_swept(store: TurnStore) -> None:
    await accept(store, asked("t1", new=True))
    await lapse(store)
    await fold(store, now=NOW)
    found = await store.database.read(partial(counts.turn_counts, since=NOW - 60, until=NOW + 60))
    assert [(each.outcome, each.turns) for each in found] == [("lapsed", 1)]
    assert (await accept(store, asked("t2"))).conversation.epoch == 2
