"""Secrets the server makes for itself once and keeps: every replica and every restart uses the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from pulpo.store.schema import secrets

if TYPE_CHECKING:
    from sqlalchemy import Connection

LENGTH: Final = 32
"""Bytes of a secret."""


def secret(connection: Connection, name: str, *, rng: Callable[[int], bytes]) -> bytes:
    """Return the secret called ``name``, made with ``rng`` if there is none; a closure for `Database.write`.

    Two replicas that make it at the same moment meet the primary key: the second raises and is to be asked again.
    """
    query = select(secrets.c.value).where(secrets.c.name == name)
    known: bytes | None = connection.execute(query).scalar()
    if known is not None:
        return known
    made = rng(LENGTH)
    connection.execute(secrets.insert().values(name=name, value=made))
    return made
