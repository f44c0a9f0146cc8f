"""Businesses in the database: which versions there are, reading and replacing them, inside the caller's transaction."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from pulpo_booking.appointments import Appointments
from pulpo_booking.business import Business, Stored, document_of, etag_of
from pulpo_booking.checking import checked
from pulpo_booking.errors import ChangedError, UnfitBusinessError
from pulpo_booking.schema import businesses

_log = logging.getLogger(__name__)


def versions(connection: Connection) -> dict[str, int]:
    """Return the version of every stored business by workspace."""
    rows = connection.execute(sa.select(businesses.c.workspace_id, businesses.c.version))
    return {row.workspace_id: row.version for row in rows}


def load(connection: Connection, workspaces: Collection[str]) -> dict[str, Stored]:
    """Return these businesses; one that this release cannot read is logged and left out."""
    found = connection.execute(sa.select(businesses).where(businesses.c.workspace_id.in_(workspaces)))
    loaded = {}
    for row in found.mappings():
        try:
            business = checked(json.loads(row["document"]))
        except UnfitBusinessError as error:
            _log.error("the stored business %r cannot be used: %s", row["workspace_id"], error)
            continue
        loaded[business.workspace] = Stored(business, row["version"], row["updated_at"])
    return loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A business to put in the place of the one in force.

    ``configured`` is that of the file, which is in force as long as none is stored; ``expected`` is what
    ``If-Match`` says, None when the writer does not care what is overwritten; ``now`` is UTC seconds.
    """

    business: Business
    configured: Business | None
    expected: str | None
    now: int


def replace(connection: Connection, change: Change) -> Stored:
    """Store a business and return it with its version; raises `ChangedError` when it is not what was expected.

    Appointments stay as they are; those to come also hold what the business now counts (rooms, daily limits).
    """
    workspace = change.business.workspace
    # The version first: what a rival commits between two reads must not pass for what the writer has seen.
    version = connection.execute(sa.select(businesses.c.version).where(businesses.c.workspace_id == workspace)).scalar()
    stored = load(connection, [workspace]).get(workspace)
    before = change.configured if stored is None else stored.business
    etag = etag_of(before, stored)
    if change.expected is not None and not _matches(change.expected, etag):
        raise ChangedError(etag)
    row = {
        "version": (version or 0) + 1,
        "document": json.dumps(document_of(change.business), ensure_ascii=False),
        "updated_at": change.now,
    }
    if not _written(connection, workspace, version, row):
        raise ChangedError(etag)
    Appointments(connection, workspace).count(change.business, now=change.now)
    return Stored(change.business, (version or 0) + 1, change.now)


def _written(connection: Connection, workspace: str, version: int | None, row: dict[str, object]) -> bool:
    """Write the row unless a rival has been quicker."""
    if version is not None:
        done = connection.execute(
            sa.update(businesses)
            .where(businesses.c.workspace_id == workspace, businesses.c.version == version)
            .values(**row)
        )
        return done.rowcount == 1
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(businesses).values(workspace_id=workspace, **row))
    except IntegrityError:
        return False
    return True


def _matches(expected: str, etag: str) -> bool:
    if expected.strip() == "*":
        return etag != ""
    return etag in [each.strip() for each in expected.split(",")]
