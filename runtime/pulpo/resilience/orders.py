"""Operators' orders to breakers: durable, and obeyed by every replica within `INTERVAL` and a moment.

Breakers themselves are local to a process. An order is a row; each process looks for new ones and puts its own
breaker into the state. What was ordered open is open after a restart too; the other two states are moments that a
fresh process has nothing to do with.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

import anyio

from pulpo.contracts.events import BreakerForced
from pulpo.contracts.storage import Database
from pulpo.errors import StoreUnavailableError
from pulpo.resilience.breaker import State
from pulpo.resilience.breakers import BreakerReport, Breakers
from pulpo.store import breaker_orders

INTERVAL: Final = 1.0
"""Seconds between two looks at the orders."""


class Orders:
    """``clock`` gives UTC seconds; ``emit`` is told of each order given here."""

    def __init__(
        self,
        database: Database,
        breakers: Breakers,
        *,
        clock: Callable[[], float],
        emit: Callable[[BreakerForced], None],
    ) -> None:
        self._database = database
        self._breakers = breakers
        self._clock = clock
        self._emit = emit
        self._obeyed: dict[tuple[str, str], int] = {}

    async def give(self, workspace_id: str, tool: str, state: State, *, by: str = "") -> BreakerReport:
        """Order a breaker into ``state``, here at once and elsewhere soon; raises `StoreUnavailableError`."""
        given = await self._database.write(
            partial(breaker_orders.order, workspace_id=workspace_id, tool=tool, state=state, now=self._clock(), by=by)
        )
        self._obeyed[workspace_id, tool] = given.revision
        self._emit(BreakerForced(workspace_id, tool, state, by))
        return self._breakers.force(workspace_id, tool, state, by=by)

    async def recall(self) -> None:
        """Take in what was ordered before this process began."""
        for it in await self._database.read(breaker_orders.orders):
            self._obeyed[it.workspace_id, it.tool] = it.revision
            if it.state == "open":
                self._breakers.force(it.workspace_id, it.tool, it.state, by=it.by)

    async def look(self) -> None:
        """Obey what was ordered since the last look; raises `StoreUnavailableError`."""
        for it in await self._database.read(breaker_orders.orders):
            if it.revision > self._obeyed.get((it.workspace_id, it.tool), 0):
                self._obeyed[it.workspace_id, it.tool] = it.revision
                self._breakers.force(it.workspace_id, it.tool, it.state, by=it.by)

    async def follow(self) -> None:
        """Look for ever; a database that is away for a moment is asked again."""
        while True:
            await anyio.sleep(INTERVAL)
            self._breakers.wake()
            with suppress(StoreUnavailableError):
                await self.look()
