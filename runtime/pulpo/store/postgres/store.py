"""The store on PostgreSQL: what a turn needs of the database, each call one durable commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio

from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.store import transcripts
from pulpo.store.conversations import Accept, Accepted, Assign, Finish, Replayed
from pulpo.store.effects import Effect, State
from pulpo.store.postgres import ledger, turns
from pulpo.store.postgres.committer import Committer
from pulpo.store.postgres.database import PostgresDatabase
from pulpo.store.postgres.ledger import Intent, Settlement
from pulpo.store.postgres.link import PATIENCE, connect
from pulpo.store.statements import OverSqlalchemy, Run

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")


class PostgresStore:
    """`pulpo.store.turnstore.TurnStore` over one committer; plugins' closures have connections of their own.

    ``patience`` is for how many seconds a statement, and whoever waits for a connection, goes on before the database
    counts as away.
    """

    def __init__(self, address: str, *, patience: float = PATIENCE) -> None:
        dial = partial(connect, address, settings=turns.KEYED, patience=patience)
        self._committer = Committer(dial, patience=patience)
        self.database = PostgresDatabase(address, patience=patience)

    async def accept(self, asked: Accept, assign: Assign) -> Accepted | Replayed:
        """See `conversations.accept`."""
        accepted: Accepted | Replayed = await self._committer.submit(turns.accept, (asked, assign))
        return accepted

    async def finish(self, done: Finish) -> None:
        """See `conversations.finish`."""
        await self._committer.submit(turns.finish, done)

    async def renew(self, held: Iterable[tuple[str, int]], *, now: float, lease: float) -> None:
        """See `conversations.renew`; counted by the database's clock, so that nobody asks for ``now``."""
        await self._committer.submit(turns.renew, (tuple(held), lease))

    async def erase(self, conversation_id: str, workspace_id: str) -> bool:
        """See `transcripts.erase`."""
        return await self.database.write(
            partial(transcripts.erase, conversation_id=conversation_id, workspace_id=workspace_id)
        )

    async def intend(
        self, *, key: str, turn_id: str, call: ToolCall, group: str, now: float, epoch: int
    ) -> Effect | None:
        """See `effects.intend`."""
        intent = Intent(key=key, turn_id=turn_id, call=call, group=group, now=now, epoch=epoch)
        known: Effect | None = await self._committer.submit(ledger.intend, intent)
        return known

    async def settle(self, *, key: str, state: State, result: Result | None, now: float, epoch: int) -> Effect | None:
        """See `effects.settle`; raises `StoreUnavailableError` while a commit of this effect is still on its way."""
        settlement = Settlement(key=key, state=state, result=result, now=now, epoch=epoch)
        record: Effect | None = await self._committer.submit(ledger.settle, settlement)
        return record

    async def commit(self, closure: Callable[[Connection], Result], *, key: str, now: float, epoch: int) -> Result:
        """See `effects.commit`."""
        return await self.database.write(partial(ledger.commit, key=key, closure=closure, now=now, epoch=epoch))

    async def together(self, closure: Callable[[Run], T]) -> T:
        """See `TurnStore.together`."""
        return await self.database.write(lambda connection: closure(OverSqlalchemy(connection)))

    async def effects_of(self, turn_id: str) -> tuple[Effect, ...]:
        """See `effects.of_turn`."""
        effects: tuple[Effect, ...] = await self._committer.submit(ledger.of_turn, turn_id)
        return effects

    def start(self) -> None:
        """Start the committer; call it on the event loop that will use the store."""
        self._committer.start()

    async def close(self) -> None:
        """Write what waits and close the connections."""
        await self._committer.close()
        await self.database.close()


@asynccontextmanager
async def open_postgres(address: str, *, patience: float | None = None) -> AsyncIterator[PostgresStore]:
    """Hold the store open; connections are made when they are needed. The schema must be there (see `migrate`)."""
    store = PostgresStore(address, patience=PATIENCE if patience is None else patience)
    store.start()
    try:
        yield store
    finally:
        with anyio.CancelScope(shield=True):
            await store.close()
