"""Secrets the server makes for itself once and keeps: every replica and every restart uses the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pulpo.store.schema import secrets

if TYPE_CHECKING:
    from sqlalchemy import Connection

LENGTH: Final = 32
"""Bytes of a secret."""


def secret(connection: Connection, name: str, *, rng: Callable[[int], bytes]) -> bytes:
    """Return the secret called ``name``, made with ``rng`` if there is none; a closure for `Database.write`.

    Of two replicas that make it at the same moment the second takes the first one's.
    """
    query = select(secrets.c.value).where(secrets.c.name == name)
    known: bytes | None = connection.execute(query).scalar()
    if known is not None:
        return known
    made = rng(LENGTH)
    try:
        with connection.begin_nested():
            connection.execute(secrets.insert().values(name=name, value=made))
    except IntegrityError:
        return bytes(connection.execute(query).scalar_one())
    return made
