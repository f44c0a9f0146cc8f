"""The canary's configuration and its audit log: one row that everybody locks, and a chain of entries.

Every function runs inside the caller's transaction. An entry's hash covers the entry and the hash before it, and the
configuration's row holds the newest one: an edited, removed or inserted entry shows, also at the end of the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from pulpo.conversation import Json
from pulpo.store.schema import canary_audit, canary_config

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

CHANNEL: Final = "pulpo_canary"
"""On PostgreSQL, replicas are woken through it after every change."""

_encode = msgspec.json.Encoder(order="deterministic").encode


class Stored(Struct, frozen=True):
    """The configuration's row: ``state`` is JSON, b"{}" at first; ``entries`` and ``hash`` are the log's end."""

    revision: int
    state: bytes
    entries: int
    hash: str


class Entry(Struct, frozen=True):
    """What was changed, by whom, and when (UTC seconds); ``before`` and ``after`` hold what differs."""

    number: int
    at: float
    actor: str
    action: str
    revision: int
    before: dict[str, Json]
    after: dict[str, Json]
    previous: str
    hash: str


def read(connection: Connection) -> Stored:
    """Return the configuration as it is stored."""
    return _stored(connection.execute(sa.select(canary_config)).one())


def lock(connection: Connection) -> Stored:
    """Return the configuration and keep everybody else from changing it, or the log, until the transaction ends."""
    return _stored(connection.execute(sa.select(canary_config).with_for_update()).one())


def replace(connection: Connection, *, state: bytes) -> int:
    """Store another configuration and return its revision, one above the last; `lock` it first."""
    changed = sa.update(canary_config).values(state=state, revision=canary_config.c.revision + 1)
    connection.execute(changed)
    wake(connection)
    return read(connection).revision


def audit(
    connection: Connection,
    *,
    now: float,
    actor: str,
    action: str,
    before: Mapping[str, Json],
    after: Mapping[str, Json],
) -> Entry:
    """Append an entry to the log and return it."""
    end = lock(connection)
    entry = _sealed(Entry(end.entries + 1, now, actor, action, end.revision, dict(before), dict(after), end.hash, ""))
    values = {**msgspec.structs.asdict(entry), "before": _encode(entry.before), "after": _encode(entry.after)}
    connection.execute(sa.insert(canary_audit).values(**values))
    connection.execute(sa.update(canary_config).values(entries=entry.number, hash=entry.hash))
    return entry


def wake(connection: Connection) -> None:
    """Wake the other replicas once this transaction is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(CHANNEL, "")))


def entries(connection: Connection, *, limit: int, before: int | None = None) -> tuple[Entry, ...]:
    """Return the newest entries (older than number ``before``), newest first."""
    query = sa.select(canary_audit).order_by(canary_audit.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(canary_audit.c.number < before)
    return tuple(map(_entry, connection.execute(query)))


def broken(connection: Connection) -> str:
    """Check the whole chain and return what is wrong with it: nothing, or the first entry that was tampered with."""
    end = read(connection)
    rows = connection.execute(sa.select(canary_audit).order_by(canary_audit.c.number))
    return _broken(map(_entry, rows), end)


def _broken(chain: Iterable[Entry], end: Stored) -> str:
    number, previous = 0, ""
    for entry in chain:
        number += 1
        if entry.number != number:
            return f"entry {number} is missing"
        if entry.previous != previous or _sealed(entry).hash != entry.hash:
            return f"entry {number} was changed after it was written"
        previous = entry.hash
    if (number, previous) != (end.entries, end.hash):
        return f"the log ends at entry {number}, but {end.entries} were written"
    return ""


def _sealed(entry: Entry) -> Entry:
    covered = {**msgspec.structs.asdict(entry), "hash": ""}
    return msgspec.structs.replace(entry, hash=sha256(_encode(covered)).hexdigest())


def _stored(row: Row[Any]) -> Stored:
    return Stored(row.revision, bytes(row.state), row.entries, row.hash)


def _entry(row: Row[Any]) -> Entry:
    before, after = msgspec.json.decode(row.before), msgspec.json.decode(row.after)
    return Entry(row.number, row.at, row.actor, row.action, row.revision, before, after, row.previous, row.hash)
