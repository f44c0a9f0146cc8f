"""Forgets what was kept long enough: idempotency keys, decided approvals and, where asked, whole conversations.

Each sweep is many short transactions of a bounded number of rows, so that no turn waits behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import anyio
import sqlalchemy as sa
from msgspec import Struct

from pulpo.contracts.storage import Database
from pulpo.errors import StoreUnavailableError
from pulpo.store import transcripts
from pulpo.store.schema import approvals, idempotency

if TYPE_CHECKING:
    from sqlalchemy import Connection

BATCH: Final = 500
"""Rows deleted in one transaction."""

CONVERSATIONS: Final = 50
"""Conversations erased in one transaction, each with its turns and all that hangs on them."""

BATCHES: Final = 20
"""Transactions in one sweep: what is left is for the next one."""

PAUSE: Final = 0.05
"""Seconds between two of them."""

# By the index of workspaces and ages, from one workspace to the next: a search by age alone would read the whole table,
# each minute, while turns wait to write.
OLD_CONVERSATIONS: Final = """
WITH RECURSIVE known (id) AS (
  SELECT min(workspace_id) FROM conversations
  UNION ALL
  SELECT (SELECT min(workspace_id) FROM conversations WHERE workspace_id > known.id)
  FROM known WHERE known.id IS NOT NULL
)
SELECT c.id, c.workspace_id FROM known JOIN conversations c ON c.workspace_id = known.id
WHERE c.last_at < :before AND c.lease_turn IS NULL LIMIT :most
"""


class Retention(Struct, frozen=True, kw_only=True):
    """Seconds after which a thing is forgotten; None keeps conversations for ever. A sweep begins each
    ``interval`` seconds."""

    idempotency: float = 86400.0
    approvals: float = 30 * 86400.0
    conversations: float | None = None
    interval: float = 60.0


def sweep(connection: Connection, chosen: Retention, *, now: float) -> bool:
    """Forget a bounded number of things that are old enough by ``now`` (UTC seconds); True when some may be left."""
    keys = _forget_keys(connection, now - chosen.idempotency)
    settled = _forget_approvals(connection, now - chosen.approvals)
    erased = 0 if chosen.conversations is None else _erase(connection, now - chosen.conversations)
    return keys == BATCH or settled == BATCH or erased == CONVERSATIONS


async def keep_tidy(database: Database, chosen: Retention, *, clock: Callable[[], float]) -> None:
    """Sweep for ever; a database that is away is left alone until the next time."""
    while True:
        await anyio.sleep(chosen.interval)
        with suppress(StoreUnavailableError):
            await tidy(database, chosen, clock=clock)


async def tidy(database: Database, chosen: Retention, *, clock: Callable[[], float]) -> None:
    """Sweep once, in at most `BATCHES` transactions; raises `StoreUnavailableError`."""
    for _ in range(BATCHES):
        if not await database.write(partial(sweep, chosen=chosen, now=clock())):
            return
        await anyio.sleep(PAUSE)


def _forget_keys(connection: Connection, before: float) -> int:
    columns = idempotency.c
    old = sa.select(columns.workspace_id, columns.key).where(columns.created_at < before).limit(BATCH)
    chosen = sa.tuple_(columns.workspace_id, columns.key).in_(old)
    return connection.execute(sa.delete(idempotency).where(chosen)).rowcount


def _forget_approvals(connection: Connection, before: float) -> int:
    columns = approvals.c
    old = sa.select(columns.id).where(columns.settled.is_not(None), columns.decided_at < before).limit(BATCH)
    return connection.execute(sa.delete(approvals).where(columns.id.in_(old))).rowcount


def _erase(connection: Connection, before: float) -> int:
    found = connection.execute(sa.text(OLD_CONVERSATIONS), {"before": before, "most": CONVERSATIONS}).all()
    for row in found:
        transcripts.erase(connection, row.id, row.workspace_id)
    return len(found)
