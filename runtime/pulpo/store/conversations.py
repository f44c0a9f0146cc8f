"""Conversations and their turns: accept, finish, renew.

Plain functions over an SQLite connection, so that the writer thread, a migration test or a simulation can run
them alike. A turn is accepted in one commit and finished in one; between the two it holds a lease on its
conversation, and ``epoch`` (the number of leases given out) fences whoever comes back after losing it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from hashlib import blake2b

import msgspec
from msgspec import Struct

from pulpo.contracts.canary import Assignment, Pin
from pulpo.conversation import Conversation, Dialogue
from pulpo.errors import (
    ConversationBusyError,
    ConversationNotFoundError,
    IdempotencyConflictError,
    LeaseLostError,
)
from pulpo.store import outcomes
from pulpo.store.outcomes import Ending

encode = msgspec.json.encode
_decode_dialogue = msgspec.json.Decoder(Dialogue).decode

EMPTY = encode(Dialogue())
"""The dialogue of a conversation in which nothing was said yet."""


class Accept(Struct, frozen=True, kw_only=True):
    """A turn that asks to be run. ``request`` is the encoded message with its context; times are UTC seconds.

    ``conversation_id`` is the conversation to go on with, or a new id when ``new`` is set.
    """

    turn_id: str
    conversation_id: str
    new: bool
    workspace_id: str
    user_id: str | None
    locale: str
    request: bytes
    idempotency_key: str | None
    now: float
    lease: float


class Accepted(Struct, frozen=True):
    """The turn may run; a retry that takes a lapsed turn over gets that turn's id back."""

    turn_id: str
    conversation: Conversation
    assignment: Assignment


class Replayed(Struct, frozen=True):
    """The same request was answered before: ``answer`` is the stored answer."""

    answer: bytes


class Finish(Struct, frozen=True, kw_only=True):
    """An answered turn on its way into the store, and what is counted of it; ``now`` is in UTC seconds."""

    turn_id: str
    conversation_id: str
    epoch: int
    outcome: str
    answer: bytes
    dialogue: Dialogue
    ending: Ending
    now: float


Assign = Callable[[Pin | None], Assignment]
"""Chooses the variant, given how the conversation was served so far; pure and quick."""


def accept(connection: sqlite3.Connection, asked: Accept, assign: Assign) -> Accepted | Replayed:
    """Store the message, take the lease and assign the variant, or return the stored answer of a repeat.

    A repeat whose first attempt lost its lease takes that turn over, under its old id.
    Raises `ConversationNotFoundError`, `ConversationBusyError` or `IdempotencyConflictError`.
    """
    earlier = _earlier(connection, asked)
    if earlier is not None:
        refuse_another(asked, earlier)
        if earlier.answer is not None:
            return Replayed(earlier.answer)
    turn_id = earlier.turn_id if earlier else asked.turn_id
    if earlier is None and asked.new:
        conversation = begun(asked)
        assignment = assign(None)
        _insert_conversation(connection, asked, assignment)
    else:
        conversation_id = earlier.conversation_id if earlier else asked.conversation_id
        stored = _stored(connection, asked, conversation_id)
        conversation = resumed(asked, conversation_id, stored)
        assignment = assign(pin_of(stored))
        if stored is not None and stored.lease_turn is not None:
            outcomes.record_lapsed(connection, stored.lease_turn, now=asked.now)
        _take_lease(connection, asked, turn_id, conversation, assignment)
    if earlier is None:
        _insert_turn(connection, asked, conversation, assignment)
    else:
        connection.execute("UPDATE turns SET epoch = ? WHERE id = ?", (conversation.epoch, turn_id))
    return Accepted(turn_id, conversation, assignment)


def finish(connection: sqlite3.Connection, done: Finish) -> None:
    """Store the answer and the dialogue, and give the lease back; raises `LeaseLostError` when it was lost."""
    updated = connection.execute(
        "UPDATE conversations SET dialogue = ?, lease_turn = NULL, lease_until = 0, turns = turns + 1, last_at = ?"
        " WHERE id = ? AND epoch = ?",
        (encode(done.dialogue), done.now, done.conversation_id, done.epoch),
    )
    if updated.rowcount != 1:
        raise LeaseLostError(f"turn {done.turn_id!r} was taken over; its answer is not stored twice")
    connection.execute(
        "UPDATE turns SET finished_at = ?, outcome = ?, answer = ? WHERE id = ?",
        (done.now, done.outcome, done.answer, done.turn_id),
    )
    outcomes.record(connection, done.ending, at=done.now, conversation_id=done.conversation_id, outcome=done.outcome)


def renew(connection: sqlite3.Connection, held: Iterable[tuple[str, int]], *, now: float, lease: float) -> None:
    """Extend the leases of running turns, given as (conversation id, epoch), to ``lease`` seconds from ``now``."""
    connection.executemany(
        "UPDATE conversations SET lease_until = ? WHERE id = ? AND epoch = ? AND lease_turn IS NOT NULL",
        [(now + lease, conversation_id, epoch) for conversation_id, epoch in held],
    )


class Earlier(Struct, frozen=True):
    """The turn that used the same idempotency key before; ``answer`` is None while it has none."""

    fingerprint: bytes
    turn_id: str
    conversation_id: str
    answer: bytes | None


class Stored(Struct, frozen=True):
    """A conversation as it is stored; ``lease_left`` is in seconds, negative after it lapsed. ``idle`` is seconds
    since its last turn was accepted, None where no one noted that yet."""

    user_id: str | None
    variant: str
    epoch: int
    dialogue: bytes
    lease_turn: str | None
    lease_left: float
    rollout: str
    step: int
    idle: float | None


def fingerprint(asked: Accept) -> bytes:
    """Return what must be equal for two requests to be the same one (RFC draft-ietf-httpapi-idempotency-key)."""
    return blake2b(asked.request, digest_size=16).digest()


def refuse_another(asked: Accept, earlier: Earlier) -> None:
    """Raise `IdempotencyConflictError` when the key was used with another request."""
    if earlier.fingerprint != fingerprint(asked):
        raise IdempotencyConflictError(asked.idempotency_key or "")


def begun(asked: Accept) -> Conversation:
    """Return the conversation that a first message begins."""
    return Conversation(asked.conversation_id, asked.workspace_id, asked.user_id, "", 1)


def resumed(asked: Accept, conversation_id: str, stored: Stored | None) -> Conversation:
    """Return the conversation as its next turn sees it, under the next epoch.

    Raises `ConversationNotFoundError` when it is not this caller's and `ConversationBusyError` while another turn
    holds it.
    """
    if stored is None or (stored.user_id is not None and stored.user_id != asked.user_id):
        raise ConversationNotFoundError(conversation_id)
    if stored.lease_turn is not None and stored.lease_left > 0:
        raise ConversationBusyError(conversation_id, retry_after=max(1, round(stored.lease_left)))
    return Conversation(
        conversation_id,
        asked.workspace_id,
        stored.user_id,
        stored.variant,
        stored.epoch + 1,
        _decode_dialogue(stored.dialogue),
    )


def pin_of(stored: Stored | None) -> Pin | None:
    """Return how a conversation was served so far, for the next assignment."""
    if stored is None or not stored.variant:
        return None
    return Pin(stored.variant, stored.rollout, stored.step, stored.idle or 0.0)


def _earlier(connection: sqlite3.Connection, asked: Accept) -> Earlier | None:
    if asked.idempotency_key is None:
        return None
    row = connection.execute(
        "SELECT i.fingerprint, t.id, t.conversation_id, t.answer FROM idempotency i JOIN turns t ON t.id = i.turn_id"
        " WHERE i.workspace_id = ? AND i.key = ?",
        (asked.workspace_id, asked.idempotency_key),
    ).fetchone()
    return row and Earlier(*row)


def _stored(connection: sqlite3.Connection, asked: Accept, conversation_id: str) -> Stored | None:
    row = connection.execute(
        "SELECT user_id, variant, epoch, dialogue, lease_turn, lease_until - ?, rollout, step, ? - pinned_at"
        " FROM conversations WHERE id = ? AND workspace_id = ?",
        (asked.now, asked.now, conversation_id, asked.workspace_id),
    ).fetchone()
    return row and Stored(*row)


def _insert_conversation(connection: sqlite3.Connection, asked: Accept, assignment: Assignment) -> None:
    connection.execute(
        "INSERT INTO conversations (id, workspace_id, user_id, locale, variant, rollout, step, dialogue, epoch,"
        " lease_turn, lease_until, started_at, last_at, pinned_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)",
        (
            asked.conversation_id,
            asked.workspace_id,
            asked.user_id,
            asked.locale,
            assignment.variant,
            assignment.rollout,
            assignment.step,
            EMPTY,
            asked.turn_id,
            asked.now + asked.lease,
            asked.now,
            asked.now,
            asked.now,
        ),
    )


def _take_lease(
    connection: sqlite3.Connection, asked: Accept, turn_id: str, conversation: Conversation, assignment: Assignment
) -> None:
    connection.execute(
        "UPDATE conversations SET epoch = ?, lease_turn = ?, lease_until = ?, variant = ?, rollout = ?, step = ?,"
        " last_at = ?, pinned_at = ? WHERE id = ?",
        (
            conversation.epoch,
            turn_id,
            asked.now + asked.lease,
            assignment.variant,
            assignment.rollout,
            assignment.step,
            asked.now,
            asked.now,
            conversation.id,
        ),
    )


def _insert_turn(
    connection: sqlite3.Connection, asked: Accept, conversation: Conversation, assignment: Assignment
) -> None:
    connection.execute(
        "INSERT INTO turns (id, conversation_id, epoch, request, variant, reason, accepted_at, rollout, step, unit)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            asked.turn_id,
            conversation.id,
            conversation.epoch,
            asked.request,
            assignment.variant,
            assignment.reason,
            asked.now,
            assignment.rollout,
            assignment.step,
            assignment.unit,
        ),
    )
    if asked.idempotency_key is not None:
        connection.execute(
            "INSERT INTO idempotency (workspace_id, key, fingerprint, turn_id, created_at) VALUES (?, ?, ?, ?, ?)",
            (asked.workspace_id, asked.idempotency_key, fingerprint(asked), asked.turn_id, asked.now),
        )
