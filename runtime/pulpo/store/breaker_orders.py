"""What operators ordered breakers to be, so that every replica and every restart knows; closures for `Database`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import sqlalchemy as sa
from msgspec import Struct

from pulpo.store.schema import breaker_orders

if TYPE_CHECKING:
    from sqlalchemy import Connection

State: TypeAlias = Literal["closed", "open", "half_open"]


class BreakerOrder(Struct, frozen=True):
    """The last order for a workspace's tool; ``revision`` counts the orders it has had, ``by`` is whose key gave it."""

    workspace_id: str
    tool: str
    state: State
    revision: int
    by: str


def order(connection: Connection, *, workspace_id: str, tool: str, state: State, now: float, by: str) -> BreakerOrder:
    """Record an order and return it; ``now`` is in UTC seconds. Of two at the same moment both count, one is last."""
    this = (breaker_orders.c.workspace_id == workspace_id, breaker_orders.c.tool == tool)
    values = {"state": state, "ordered_at": now, "ordered_by": by}
    again = sa.update(breaker_orders).where(*this).values(revision=breaker_orders.c.revision + 1, **values)
    if connection.execute(again).rowcount == 0:
        try:
            with connection.begin_nested():
                first = {"workspace_id": workspace_id, "tool": tool, "revision": 1, **values}
                connection.execute(sa.insert(breaker_orders).values(first))
        except sa.exc.IntegrityError:  # another replica was quicker
            connection.execute(again)
    revision = connection.execute(sa.select(breaker_orders.c.revision).where(*this)).scalar_one()
    return BreakerOrder(workspace_id, tool, state, revision, by)


def orders(connection: Connection) -> tuple[BreakerOrder, ...]:
    """Return the last order for each tool that ever had one."""
    columns = breaker_orders.c
    query = sa.select(columns.workspace_id, columns.tool, columns.state, columns.revision, columns.ordered_by)
    return tuple(BreakerOrder(*row) for row in connection.execute(query))
