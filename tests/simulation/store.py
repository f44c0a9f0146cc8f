"""A `TurnStore` that runs the real statements on one SQLite connection, one at a time, without threads."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeAlias, TypeVar

import anyio
import sqlalchemy as sa
from msgspec.structs import replace

from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.errors import StoreUnavailableError
from pulpo.store import conversations, effects, schema
from simulation.faults import Fate, Killed

T = TypeVar("T")

Bug: TypeAlias = Literal["", "ledger", "group", "answer fence", "effect fence", "atomic", "early"]
"""A guarantee that is switched off, so that the simulation has something to find."""

SLOWEST = 0.05
"""Seconds an operation may take before, and again after, it takes effect."""


def empty_database() -> bytes:
    """Return a database with the real schema and the tables of `tools`."""
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        schema.metadata.create_all(connection)
        connection.exec_driver_sql("CREATE TABLE bookings (turn_id TEXT, key TEXT, what INTEGER)")
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        connection.commit()
        return raw.serialize()


def opened(database: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(database)
    return connection


class DirectStore:
    """One process' way to the database. ``paused_until`` holds all it does; once ``dead`` it does nothing any more.

    Like the writer thread, it carries out what was submitted even when nobody waits for it any longer. ``bug`` is a
    guarantee that it does not give.
    """

    database: Any = None

    def __init__(self, connection: sqlite3.Connection, fate: Fate, name: str, bug: Bug) -> None:
        self._connection = connection
        self._fate = fate
        self._name = name
        self._bug = bug
        self.paused_until = 0.0
        self.dead = False

    def die(self) -> None:
        """Do nothing any more: the process is killed."""
        self.dead = True

    async def accept(
        self, asked: conversations.Accept, assign: conversations.Assign
    ) -> conversations.Accepted | conversations.Replayed:
        return await self._submit("accept", lambda connection: conversations.accept(connection, asked, assign))

    async def finish(self, done: conversations.Finish) -> None:
        def closure(connection: sqlite3.Connection) -> None:
            conversations.finish(
                connection, replace(done, epoch=self._epoch_of(done)) if self._bug == "answer fence" else done
            )

        await self._submit("finish", closure)

    async def renew(self, held: Iterable[tuple[str, int]], *, now: float, lease: float) -> None:
        await self._submit("renew", lambda connection: conversations.renew(connection, held, now=now, lease=lease))

    async def intend(
        self, *, key: str, turn_id: str, call: ToolCall, group: str, now: float, epoch: int
    ) -> effects.Effect | None:
        if self._bug == "ledger":
            return None
        fence = None if self._bug == "effect fence" else epoch
        return await self._submit(
            f"intend {call.tool}",
            lambda connection: effects.intend(
                connection, key=key, turn_id=turn_id, call=call, group=group, now=now, epoch=fence
            ),
        )

    async def settle(
        self, *, key: str, state: effects.State, result: Result | None, now: float, epoch: int
    ) -> effects.Effect | None:
        return await self._submit(
            f"settle {state}",
            lambda connection: effects.settle(
                connection,
                key=key,
                state=state,
                result=result,
                now=now,
                epoch=None if self._bug == "effect fence" else epoch,
            ),
        )

    async def commit(self, closure: Callable[[Any], Result], *, key: str, now: float, epoch: int) -> Result:
        def effect(connection: sqlite3.Connection) -> Result:
            if self._bug == "ledger":
                return closure(connection)
            fence = None if self._bug == "effect fence" else epoch
            return effects.commit(connection, key=key, closure=lambda: closure(connection), now=now, epoch=fence)

        return await self._submit("commit", effect)

    async def effects_of(self, turn_id: str) -> tuple[effects.Effect, ...]:
        return await self._submit("effects", lambda connection: effects.of_turn(connection, turn_id))

    async def _submit(self, what: str, closure: Callable[[sqlite3.Connection], T]) -> T:
        await self._wait_for_its_turn(what, closure)
        if self._fate.strikes(0.03):
            self._fate.note(f"{self._name} {what}: refused")
            raise StoreUnavailableError("full")
        value = self._carry_out(what, closure)
        await self._fate.pause(SLOWEST)
        await self._hold()
        if self._fate.strikes(0.03):
            self._fate.note(f"{self._name} {what}: reply lost")
            raise StoreUnavailableError("gone")
        return value

    async def _wait_for_its_turn(self, what: str, closure: Callable[[sqlite3.Connection], Any]) -> None:
        try:
            await self._hold()
            await self._fate.pause(SLOWEST)
        except anyio.get_cancelled_exc_class():
            if not self.dead and anyio.current_time() >= self.paused_until:
                self._fate.note(f"{self._name} {what}: nobody waits")
                self._carry_out_quietly(what, closure)
            raise

    async def _hold(self) -> None:
        while anyio.current_time() < self.paused_until:  # noqa: ASYNC110 - it may grow meanwhile
            await anyio.sleep_until(self.paused_until)
        if self.dead:
            raise Killed

    def _carry_out(self, what: str, closure: Callable[[sqlite3.Connection], T]) -> T:
        if self.dead:
            raise Killed
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            value = closure(self._connection)
        except Exception as error:
            self._connection.execute("ROLLBACK")
            self._fate.note(f"{self._name} {what}: {type(error).__name__}")
            raise
        self._connection.execute("COMMIT")
        self._fate.note(f"{self._name} {what}")
        return value

    def _carry_out_quietly(self, what: str, closure: Callable[[sqlite3.Connection], Any]) -> None:
        try:
            self._carry_out(what, closure)
        except Exception as error:
            self._fate.note(f"{self._name} {what}: {type(error).__name__}, told nobody")

    def _epoch_of(self, done: conversations.Finish) -> int:
        row = self._connection.execute(
            "SELECT epoch FROM conversations WHERE id = ?", (done.conversation_id,)
        ).fetchone()
        return int(row[0]) if row else done.epoch  # its acceptance may have been lost
