from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from pulpo.contracts.canary import Assignment, Pin
from pulpo.conversation import Dialogue
from pulpo.errors import (
    ConversationBusyError,
    ConversationNotFoundError,
    IdempotencyConflictError,
    LeaseLostError,
)
from pulpo.store import conversations as store
from pulpo.store.conversations import Accept, Accepted, Finish, Replayed
from pulpo.store.outcomes import Ending


def asked(turn: str, conversation: str = "c1", *, new: bool = False, now: float = 100.0, **more: Any) -> Accept:
    given: dict[str, Any] = {
        "workspace_id": "demo",
        "user_id": None,
        "locale": "es",
        "request": b'{"message":"hola"}',
        "idempotency_key": None,
        "lease": 5.0,
    }
    return Accept(turn_id=turn, conversation_id=conversation, new=new, now=now, **{**given, **more})


def assign(pin: Pin | None) -> Assignment:
    return Assignment("canary", "matched", 7, "r1", 2) if pin is None else Assignment(pin.variant, "pinned", 7, "r1", 2)


def done(turn: str, epoch: int, *, conversation: str = "c1", now: float = 101.0) -> Finish:
    dialogue = Dialogue(goal="book")
    return Finish(
        turn_id=turn,
        conversation_id=conversation,
        epoch=epoch,
        outcome="ok",
        answer=b'{"reply":"hola"}',
        dialogue=dialogue,
        ending=Ending(workspace_id="demo", variant="canary", served_by="canary", seconds=0.02),
        now=now,
    )


def accept(connection: sqlite3.Connection, request: Accept) -> Accepted:
    accepted = store.accept(connection, request, assign)
    assert isinstance(accepted, Accepted)
    return accepted


def test_a_new_conversation_begins_at_epoch_one_with_its_variant(connection: sqlite3.Connection) -> None:
    accepted = accept(connection, asked("t1", new=True))
    assert (accepted.conversation.epoch, accepted.assignment.variant) == (1, "canary")
    assert accepted.conversation.dialogue == Dialogue()


def test_the_next_turn_finds_dialogue_and_variant(connection: sqlite3.Connection) -> None:
    accept(connection, asked("t1", new=True))
    store.finish(connection, done("t1", 1))
    accepted = accept(connection, asked("t2"))
    assert accepted.conversation.dialogue.goal == "book"
    assert (accepted.conversation.epoch, accepted.conversation.variant) == (2, "canary")


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (asked("t2", "elsewhere"), "no such conversation"),
        (asked("t2", workspace_id="other"), "another tenant"),
        (asked("t2", user_id="eva"), "another user"),
    ],
)
def test_strangers_do_not_find_a_conversation(connection: sqlite3.Connection, request_: Accept, why: str) -> None:
    accept(connection, asked("t1", new=True, user_id="ana"))
    store.finish(connection, done("t1", 1))
    with pytest.raises(ConversationNotFoundError):
        store.accept(connection, request_, assign)


def test_a_held_lease_refuses_and_a_lapsed_one_is_taken(connection: sqlite3.Connection) -> None:
    accept(connection, asked("t1", new=True))
    with pytest.raises(ConversationBusyError) as caught:
        store.accept(connection, asked("t2", now=104.0), assign)
    assert caught.value.retry_after == 1
    assert accept(connection, asked("t2", now=105.5)).conversation.epoch == 2


def test_a_renewed_lease_holds_longer(connection: sqlite3.Connection) -> None:
    accept(connection, asked("t1", new=True))
    store.renew(connection, [("c1", 1)], now=195.0, lease=5.0)
    with pytest.raises(ConversationBusyError):
        store.accept(connection, asked("t2", now=199.0), assign)


def test_the_epoch_fences_a_writer_that_lost_its_lease(connection: sqlite3.Connection) -> None:
    accept(connection, asked("t1", new=True))
    accept(connection, asked("t2", now=106.0))
    with pytest.raises(LeaseLostError):
        store.finish(connection, done("t1", 1))
    store.finish(connection, done("t2", 2))


def test_a_repeat_gets_the_stored_answer_a_different_body_a_conflict(connection: sqlite3.Connection) -> None:
    first = asked("t1", new=True, idempotency_key="k")
    accept(connection, first)
    with pytest.raises(ConversationBusyError):
        store.accept(connection, asked("t2", "c2", new=True, idempotency_key="k"), assign)
    store.finish(connection, done("t1", 1))
    assert store.accept(connection, asked("t2", "c2", new=True, idempotency_key="k"), assign) == Replayed(
        b'{"reply":"hola"}'
    )
    with pytest.raises(IdempotencyConflictError):
        store.accept(connection, asked("t2", new=True, idempotency_key="k", request=b"other"), assign)


def test_the_same_key_of_another_tenant_is_another_key(connection: sqlite3.Connection) -> None:
    accept(connection, asked("t1", new=True, idempotency_key="k"))
    other = asked("t2", "c2", new=True, idempotency_key="k", workspace_id="other")
    assert accept(connection, other).turn_id == "t2"


def test_a_retry_takes_over_the_turn_of_a_dead_process(connection: sqlite3.Connection) -> None:
    accept(connection, asked("t1", new=True, idempotency_key="k"))
    taken = accept(connection, asked("t2", "c2", new=True, idempotency_key="k", now=106.0))
    assert (taken.turn_id, taken.conversation.id, taken.conversation.epoch) == ("t1", "c1", 2)


def test_a_conversation_remembers_how_it_was_drawn_and_how_long_it_rested(connection: sqlite3.Connection) -> None:
    pins: list[Pin | None] = []

    def remember(pin: Pin | None) -> Assignment:
        pins.append(pin)
        return assign(pin)

    store.accept(connection, asked("t1", new=True), remember)
    store.finish(connection, done("t1", 1))
    store.accept(connection, asked("t2", now=160.0), remember)
    store.finish(connection, done("t2", 2))
    connection.execute("UPDATE conversations SET pinned_at = NULL")
    store.accept(connection, asked("t3", now=9000.0), remember)
    assert pins == [None, Pin("canary", "r1", 2, 60.0), Pin("canary", "r1", 2, 0.0)]
