"""API keys: who may call, for which workspace, and with which scopes.

A key is shown once and never stored: the row has its SHA-256. A slow hash would add nothing, for the key is 32
random bytes and not a password. Every function runs inside the caller's transaction; times are UTC seconds since
the epoch.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from msgspec import Struct

from pulpo.errors import SettingsError
from pulpo.store.schema import api_keys

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

PREFIX = "pulpo_"
"""Begins every key, so that scanners of repositories and logs recognise one."""

SCOPES = ("chat", "channel", "booking:read", "booking:admin", "metrics", "admin")
"""``chat`` sends messages; ``channel`` may also say which user it speaks for; ``booking:read`` sees appointments;
``booking:admin`` configures the business; ``metrics`` sees how the service does; ``admin`` changes it."""

SECRET_BYTES = 32


class KeyRecord(Struct, frozen=True):
    """What is known of a key, without the key."""

    id: str
    workspace_id: str
    name: str
    scopes: frozenset[str]
    created_at: float
    revoked_at: float | None


def create_key(
    connection: Connection,
    *,
    workspace_id: str,
    name: str,
    scopes: Iterable[str],
    now: float,
    rng: Callable[[int], bytes],
) -> tuple[str, str]:
    """Store a new key and return its id and the key itself, which nobody can read again.

    ``rng`` returns that many unpredictable bytes (`secrets.token_bytes`). Raises `SettingsError` for an unknown
    scope, and for none at all.
    """
    granted = _checked(scopes)
    secret = PREFIX + base64.urlsafe_b64encode(rng(SECRET_BYTES)).rstrip(b"=").decode()
    key_id = "key_" + rng(6).hex()
    connection.execute(
        sa.insert(api_keys).values(
            id=key_id,
            workspace_id=workspace_id,
            name=name,
            scopes=" ".join(granted),
            digest=digest_of(secret),
            created_at=now,
        )
    )
    return key_id, secret


def authenticate(connection: Connection, secret: str) -> KeyRecord | None:
    """Return the key that ``secret`` is, or None when there is none or it was revoked."""
    record = find_key(connection, digest_of(secret))
    return record if record is not None and record.revoked_at is None else None


def find_key(connection: Connection, digest: bytes) -> KeyRecord | None:
    """Return the key of a SHA-256 ``digest``, revoked or not."""
    row = connection.execute(sa.select(api_keys).where(api_keys.c.digest == digest)).one_or_none()
    # The index compares byte by byte; what it found is compared once more in constant time.
    return _record(row) if row is not None and hmac.compare_digest(row.digest, digest) else None


def list_keys(connection: Connection, workspace_id: str | None = None) -> tuple[KeyRecord, ...]:
    """Return the keys of a workspace (of all without one), oldest first, revoked ones included."""
    query = sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
    if workspace_id is not None:
        query = query.where(api_keys.c.workspace_id == workspace_id)
    return tuple(_record(row) for row in connection.execute(query))


def revoke_key(connection: Connection, key_id: str, *, now: float, workspace_id: str | None = None) -> bool:
    """End a key for good and say whether there was one to end (of that workspace, if one is given)."""
    statement = sa.update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
    if workspace_id is not None:
        statement = statement.where(api_keys.c.workspace_id == workspace_id)
    return connection.execute(statement.values(revoked_at=now)).rowcount == 1


def any_keys(connection: Connection) -> bool:
    """Say whether a key was ever made: revoking the last one must not open the keyless demo mode again."""
    return connection.execute(sa.select(sa.literal(1)).select_from(api_keys).limit(1)).first() is not None


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 under which a key is stored. Any text has one, lone surrogates included."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def _checked(scopes: Iterable[str]) -> list[str]:
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        problem = f"no such scope {unknown[0]!r}" if unknown else "a key needs at least one scope"
        raise SettingsError(f"{problem}; choose from {', '.join(SCOPES)}", source="key", key="scopes")
    return wanted


def _record(row: Row[Any]) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
