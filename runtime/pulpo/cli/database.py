"""A command's own transaction, in a database that has its tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pulpo.settings import Settings

T = TypeVar("T")


def in_transaction(settings: Settings, closure: Callable[[Connection], T]) -> T:
    """Run ``closure`` in one transaction; a database that has no tables yet gets them first.

    Raises `StoreUnavailableError` when the database cannot be opened or stays locked.
    """
    from pulpo.store.migrate import applied
    from pulpo.store.transact import transact

    if not applied(settings.database_url):
        migrate(settings)
    return transact(settings.database_url, closure)


def migrate(settings: Settings) -> tuple[str, ...]:
    """Apply the core's and the active plugins' missing revisions and return them."""
    from pulpo.assembly import plugins_of
    from pulpo.store.migrate import upgrade

    return upgrade(settings.database_url, plugins_of(settings).migrations)
