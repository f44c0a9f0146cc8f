"""What was said: transcripts, lists of conversations, and forgetting one, as closures for `Database`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from pulpo.conversation import Message
from pulpo.store.schema import approvals, conversations, effects, idempotency, turns

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


ERASED: Final = "pulpo_erased"
"""What `Connection.info` says after an erasure: a database whose files keep what was deleted has to clean them."""


class Said(Struct, frozen=True):
    """The one field of a stored request that a transcript shows."""

    message: str


class Replied(Struct, frozen=True):
    """The one field of a stored answer that a transcript shows."""

    reply: str


class ConversationSummary(Struct, frozen=True):
    """A line in a list of conversations; times are in UTC."""

    conversation_id: str
    workspace: str
    started_at: datetime
    last_at: datetime
    turns: int
    variant: str


class Transcript(Struct, frozen=True):
    """A whole conversation, oldest message first."""

    conversation_id: str
    workspace: str
    user_id: str | None
    locale: str
    variant: str
    messages: tuple[Message, ...]


def transcript(connection: Connection, conversation_id: str, workspace_id: str) -> Transcript | None:
    """Return the conversation with all its messages, or None when this workspace has no such one."""
    head = connection.execute(
        conversations.select().where(
            conversations.c.id == conversation_id, conversations.c.workspace_id == workspace_id
        )
    ).one_or_none()
    if head is None:
        return None
    return Transcript(
        head.id, head.workspace_id, head.user_id, head.locale, head.variant, messages(connection, conversation_id)
    )


def messages(connection: Connection, conversation_id: str, limit: int | None = None) -> tuple[Message, ...]:
    """Return the messages of the last ``limit`` turns (all without one), oldest first."""
    newest_first = (
        turns.select().where(turns.c.conversation_id == conversation_id).order_by(turns.c.epoch.desc()).limit(limit)
    )
    rows = connection.execute(newest_first).all()
    return tuple(message for row in reversed(rows) for message in _messages(row))


def recent(connection: Connection, workspace_id: str, limit: int) -> tuple[ConversationSummary, ...]:
    """Return the workspace's conversations, the latest first."""
    rows = connection.execute(
        conversations.select()
        .where(conversations.c.workspace_id == workspace_id)
        .order_by(conversations.c.last_at.desc())
        .limit(limit)
    )
    return tuple(
        ConversationSummary(row.id, row.workspace_id, _utc(row.started_at), _utc(row.last_at), row.turns, row.variant)
        for row in rows
    )


def erase(connection: Connection, conversation_id: str, workspace_id: str) -> bool:
    """Delete a conversation with its turns, keys and ledger rows; False when there is none."""
    this = (conversations.c.id == conversation_id, conversations.c.workspace_id == workspace_id)
    owned = sa.select(turns.c.id).join(conversations).where(*this)
    connection.info[ERASED] = True
    connection.execute(sa.delete(effects).where(effects.c.turn_id.in_(owned)))
    theirs = (approvals.c.conversation_id == conversation_id, approvals.c.workspace_id == workspace_id)
    connection.execute(sa.delete(approvals).where(*theirs))
    connection.execute(sa.delete(idempotency).where(idempotency.c.turn_id.in_(owned)))
    return connection.execute(sa.delete(conversations).where(*this)).rowcount == 1


def _messages(row: Row[tuple[object, ...]]) -> list[Message]:
    said = msgspec.json.decode(row.request, type=Said)
    # The runtime itself begins a turn without a message, to tell what became of a call that waited for an operator.
    found = [Message("user", said.message, _utc(row.accepted_at), row.id)] if said.message else []
    if row.answer is not None:
        replied = msgspec.json.decode(row.answer, type=Replied)
        found.append(Message("assistant", replied.reply, _utc(row.finished_at), row.id))
    return found


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
