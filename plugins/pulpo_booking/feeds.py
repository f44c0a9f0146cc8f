"""Who may subscribe to a calendar: tokens that can be revoked, inside the caller's transaction.

A token is 32 random bytes, shown once; its row has its SHA-256, as with API keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from pulpo_booking.appointments import COLUMNS, appointment_of
from pulpo_booking.ical import Entry
from pulpo_booking.schema import appointments, feeds

TOKEN_BYTES: Final = 32
LARGEST: Final = 5000
"""Appointments of one feed."""


class Feed(Struct, frozen=True):
    """A feed without its token; ``staff_id`` is the only person it shows, if any. Times are UTC seconds."""

    id: str
    workspace_id: str
    name: str
    staff_id: str | None
    language: str
    created_at: int
    revoked_at: int | None


_FEED = tuple(feeds.c[field] for field in Feed.__struct_fields__)


def create(connection: Connection, feed: Feed, *, rng: Callable[[int], bytes]) -> str:
    """Store a feed and return its token, which nobody can read again."""
    token = rng(TOKEN_BYTES).hex()
    row = {field: getattr(feed, field) for field in Feed.__struct_fields__}
    connection.execute(sa.insert(feeds).values(**row, token_sha256=_digest(token)))
    return token


def find(connection: Connection, token: str) -> Feed | None:
    """Return the feed of a token that is not revoked."""
    where = (feeds.c.token_sha256 == _digest(token), feeds.c.revoked_at.is_(None))
    row = connection.execute(sa.select(*_FEED).where(*where)).first()
    return None if row is None else Feed(*row)


def all_of(connection: Connection, workspace: str) -> list[Feed]:
    """Return a workspace's feeds, oldest first, the revoked ones too."""
    query = sa.select(*_FEED).where(feeds.c.workspace_id == workspace).order_by(feeds.c.created_at, feeds.c.id)
    return [Feed(*row) for row in connection.execute(query)]


def revoke(connection: Connection, workspace: str, feed_id: str, *, now: int) -> bool:
    """End a feed for good; False when there is no such active one in the workspace."""
    done = connection.execute(
        sa.update(feeds)
        .where(feeds.c.id == feed_id, feeds.c.workspace_id == workspace, feeds.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount == 1


def entries(connection: Connection, feed: Feed, *, since: int) -> list[Entry]:
    """Return the appointments of a feed that end after ``since``, cancelled ones too, soonest first."""
    each = appointments.c
    where = [each.workspace_id == feed.workspace_id, each.ends_at > since]
    where += [each.staff_id == feed.staff_id] if feed.staff_id is not None else []
    query = sa.select(*COLUMNS, each.created_at, each.updated_at).where(*where).order_by(each.starts_at, each.id)
    found = []
    for row in connection.execute(query.limit(LARGEST)):
        *own, created_at, updated_at = row
        names = (column.name for column in COLUMNS)
        found.append(Entry(appointment_of(dict(zip(names, own, strict=True))), created_at, updated_at))
    return found


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
