"""Group commit: one task and one connection write what all turns of this process want to have written.

While one batch is under way the next one gathers, so that the more turns there are the fewer statements each costs.
Jobs of a kind share one statement, which is a transaction of its own; when it fails, each of them is tried alone,
so that nobody pays for a neighbour. When the database is away everybody who waits is told at once: a queue that
grows while nothing is served helps nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from pulpo.errors import StoreUnavailableError
from pulpo.store.postgres.link import LOCKED, PATIENCE, RETRIED, is_away, sqlstate, unavailable

BATCH = 256
"""Most jobs in one round: bounds how long the first of them waits."""

ATTEMPTS = 5
"""How often a job may lose to a rival: each time the rival has got further, so it will not lose for long."""

_RIVAL = (*RETRIED, "23505")
"""A unique violation is a rival too: somebody has just inserted what was not there a moment ago."""


class Job:
    """What one caller wants written, and the future it waits on."""

    __slots__ = ("asked", "future", "tries")

    def __init__(self, asked: Any, future: asyncio.Future[Any]) -> None:
        self.asked = asked
        self.future = future
        self.tries = 0

    def succeed(self, value: Any = None) -> None:
        if not self.future.done():
            self.future.set_result(value)

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


Write: TypeAlias = Callable[[Any, Sequence[Job]], Awaitable[None]]
"""Writes jobs of one kind over a connection in one durable statement, and lets each succeed or fail."""


class Committer:
    """Runs writes in batches; each `submit` returns after its rows are durable. ``connect`` opens a connection, and a
    batch may take ``patience`` seconds."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], *, patience: float = PATIENCE) -> None:
        self._connect = connect
        self._patience = patience
        self._connection: Any = None
        self._waiting: list[tuple[Write, Job]] = []
        self._wake = asyncio.Event()
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the task; call it on the event loop that will submit."""
        self._task = asyncio.get_running_loop().create_task(self._work(), name="pulpo-committer")

    async def submit(self, write: Write, asked: Any) -> Any:
        """Have ``write`` done for ``asked`` and return what it found, once it is durable.

        Raises what the write makes of the job, or `StoreUnavailableError` when the database is away or closed.
        """
        if self._closed:
            raise StoreUnavailableError("the database is closed")
        job = Job(asked, asyncio.get_running_loop().create_future())
        self._waiting.append((write, job))
        self._wake.set()
        return await job.future

    async def close(self) -> None:
        """Write what waits, refuse the rest and close the connection."""
        self._closed = True
        self._wake.set()
        if self._task is not None:
            await self._task
        self._drop()

    async def _work(self) -> None:
        while self._waiting or not self._closed:
            await self._wake.wait()
            # Whoever else submits in this round of the loop shares the statement.
            await asyncio.sleep(0)
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            if not self._waiting and not self._closed:
                self._wake.clear()
            if batch:
                await self._write(batch)

    async def _write(self, batch: Sequence[tuple[Write, Job]]) -> None:
        kinds: dict[Write, list[Job]] = {}
        for write, job in batch:
            kinds.setdefault(write, []).append(job)
        try:
            async with asyncio.timeout(self._patience):
                connection = await self._opened()
                for write, jobs in kinds.items():
                    await self._together(connection, write, jobs)
        except Exception as error:
            self._give_up(batch, error)

    async def _together(self, connection: Any, write: Write, jobs: Sequence[Job]) -> None:
        try:
            await write(connection, jobs)
        except Exception as error:  # what cannot be encoded, say, is one job's fault and not the database's
            if is_away(error):
                raise
            await self._alone(connection, write, jobs, error)

    async def _alone(self, connection: Any, write: Write, jobs: Sequence[Job], error: Exception) -> None:
        if len(jobs) > 1:
            for job in jobs:
                if not job.future.done():
                    await self._together(connection, write, [job])
            return
        (job,) = jobs
        job.tries += 1
        if sqlstate(error) in _RIVAL and job.tries < ATTEMPTS:
            await self._together(connection, write, jobs)
        else:
            job.fail(unavailable(error) if sqlstate(error) == LOCKED else error)

    async def _opened(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    def _give_up(self, batch: Sequence[tuple[Write, Job]], error: Exception) -> None:
        """Nobody can tell how far this got: tell the batch and all who wait, and begin anew with another connection."""
        waiting, self._waiting = self._waiting, []
        for _, job in (*batch, *waiting):
            job.fail(unavailable(error) if is_away(error) else error)
        self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
