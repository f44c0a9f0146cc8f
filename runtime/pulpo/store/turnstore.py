"""What a turn asks of its store, whatever the database: `sqlite` is the embedded one, `postgres` the shared one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

from pulpo.contracts.storage import Database
from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.store.conversations import Accept, Accepted, Assign, Finish, Replayed
from pulpo.store.effects import Effect, State
from pulpo.store.statements import Run

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")


class TurnStore(Protocol):
    """Every method is one durable commit and raises `StoreUnavailableError` when the database is away."""

    @property
    def database(self) -> Database: ...

    async def accept(self, asked: Accept, assign: Assign) -> Accepted | Replayed:
        """Store the message and take the lease, or return the stored answer; see `conversations.accept`.

        The one method that may return before its commit: what the turn does next here is durable only with it.
        """
        ...

    async def finish(self, done: Finish) -> None:
        """Store the answer and give the lease back; raises `LeaseLostError`."""
        ...

    async def renew(self, held: Iterable[tuple[str, int]], *, now: float, lease: float) -> None:
        """Extend the leases of running turns, given as (conversation id, epoch), by ``lease`` seconds from now."""
        ...

    async def erase(self, conversation_id: str, workspace_id: str) -> bool:
        """Delete a conversation with all that was said and recorded in it; False when there is none."""
        ...

    async def intend(
        self, *, key: str, turn_id: str, call: ToolCall, group: str, now: float, epoch: int
    ) -> Effect | None:
        """Record that an effect is about to be tried, or return the record that stands in its way; see
        `effects.intend`. Raises `LeaseLostError`."""
        ...

    async def settle(self, *, key: str, state: State, result: Result | None, now: float, epoch: int) -> Effect | None:
        """Record what came of an effect, unless it is done already or the turn was taken over, and return its
        record. A commit on its way is waited for, and raises `StoreUnavailableError` while it takes too long."""
        ...

    async def commit(self, closure: Callable[[Connection], Result], *, key: str, now: float, epoch: int) -> Result:
        """Run an effect's closure and record its result in one transaction, once a key; raises `LeaseLostError`.

        After a `StoreUnavailableError` it may have been committed all the same: `settle` tells.
        """
        ...

    async def together(self, closure: Callable[[Run], T]) -> T:
        """Run a few of the core's own statements in one writing transaction: all of it is committed, or (when the
        closure raises) nothing. On SQLite it runs on the event loop, so it must be short."""
        ...

    async def effects_of(self, turn_id: str) -> tuple[Effect, ...]:
        """Return the ledger's rows of a turn, in the order they were tried."""
        ...
