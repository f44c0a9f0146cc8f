"""Locks on what a booking holds, where several writers work at once."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy import Connection


def lock_resources(connection: Connection, workspace: str, resources: Iterable[str]) -> None:
    """Let one transaction at a time change who holds these resources; it ends with the transaction or savepoint.

    The exclusion constraint decides who gets a slot, but rivals that only meet there wait for each other's rows and
    deadlock (measured: 24 in 5,120 tries). All take these locks first, and in the same order. SQLite needs none: its
    writing transactions run one after the other.
    """
    if connection.dialect.name != "postgresql":
        return
    from sqlalchemy.dialects.postgresql import ARRAY  # here, for on SQLite loading it would be a tenth of the start

    keys = sorted({_key(workspace, resource) for resource in resources})
    each = sa.func.unnest(sa.bindparam("keys", keys, ARRAY(sa.BigInteger))).column_valued("each")
    connection.execute(sa.select(sa.func.count(sa.func.pg_advisory_xact_lock(each))))


def _key(workspace: str, resource: str) -> int:
    digest = blake2b(f"booking\n{workspace}\n{resource}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
