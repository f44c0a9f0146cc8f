"""A store that goes on before it commits, as the one on SQLite does: one process, one transaction for all who come at
the same moment, and a turn that runs while its acceptance is being written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import anyio

from pulpo.errors import LeaseLostError, StoreUnavailableError
from pulpo.store import conversations
from pulpo.store.sqlite import _goes_on
from simulation.faults import Fate, Killed
from simulation.store import SLOWEST, Bug, DirectStore

T = TypeVar("T")

Spawn = Callable[[Callable[[], Any]], object]


class Job:
    """A closure that has run in the transaction that is open; ``over`` when that came to its end."""

    def __init__(self, what: str, value: Any) -> None:
        self.what = what
        self.value = value
        self.error: StoreUnavailableError | None = None
        self.over = anyio.Event()


class GroupStore(DirectStore):
    """``spawn`` begins tasks of the process. The database has nobody else while this one lives."""

    def __init__(self, connection: sqlite3.Connection, fate: Fate, name: str, bug: Bug, spawn: Spawn) -> None:
        super().__init__(connection, fate, name, bug)
        self._spawn = spawn
        self._batch: list[Job] = []
        self._written: anyio.Event | None = None
        self._lost: set[str] = set()
        connection.execute("UPDATE conversations SET lease_until = 0 WHERE lease_turn IS NOT NULL")

    async def finish(self, done: conversations.Finish) -> None:
        try:
            await super().finish(done)
        except LeaseLostError:
            if done.turn_id in self._lost:
                raise StoreUnavailableError("not written when this turn began") from None
            raise

    def die(self) -> None:
        """Vanish; what was being written at that moment is in the database, or it is not."""
        super().die()
        if self._connection.in_transaction:
            kept = self._written is not None and self._fate.random.random() < 0.5
            self._connection.execute("COMMIT" if kept else "ROLLBACK")

    async def _submit(self, what: str, closure: Callable[[sqlite3.Connection], T]) -> T:
        await self._hold()
        while self._written is not None:
            await self._written.wait()
            await self._hold()
        job = self._run(what, closure)
        if self._bug == "early" or (what == "accept" and _goes_on(job.value)):
            return job.value  # type: ignore[no-any-return]
        try:
            await job.over.wait()
        except anyio.get_cancelled_exc_class():
            self._fate.note(f"{self._name} {what}: nobody waits")
            raise
        await self._hold()
        if job.error is not None:
            raise job.error
        return job.value  # type: ignore[no-any-return]

    def _run(self, what: str, closure: Callable[[sqlite3.Connection], Any]) -> Job:
        """Run in a savepoint of the transaction that is open, and open one if there is none."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
            self._spawn(self._write)
        self._connection.execute("SAVEPOINT job")
        try:
            job = Job(what, closure(self._connection))
        except Exception as error:
            self._connection.execute("ROLLBACK TO job")
            self._fate.note(f"{self._name} {what}: {type(error).__name__}")
            raise
        finally:
            self._connection.execute("RELEASE job")
        self._batch.append(job)
        self._fate.note(f"{self._name} {what}")
        return job

    async def _write(self) -> None:
        """Commit once all have come who come in this moment; now and then that fails, for all of them."""
        with suppress(Killed):
            await self._fate.pause(SLOWEST / 5)
            self._written = anyio.Event()
            await self._fate.pause(SLOWEST)
            await self._hold()
            self._end(failed=self._fate.strikes(0.05))
        batch, self._batch = self._batch, []
        written, self._written = self._written, None
        for event in (*(job.over for job in batch), *([written] if written else [])):
            event.set()

    def _end(self, *, failed: bool) -> None:
        self._connection.execute("ROLLBACK" if failed else "COMMIT")
        names = ", ".join(job.what for job in self._batch)
        self._fate.note(f"{self._name} {'lost' if failed else 'written'}: {names}")
        for job in self._batch if failed else ():
            job.error = StoreUnavailableError("full")
            if isinstance(job.value, conversations.Accepted):
                self._lost.add(job.value.turn_id)
