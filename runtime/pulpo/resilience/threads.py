"""Threads for sync tools: a few for each plugin, and one that hangs keeps its place until it ends.

anyio's own pool gives the place back as soon as the waiting task is cancelled, so a tool that hangs for good leaves
a thread behind with every call. Here a plugin never has more than ``per_owner`` threads, however many of its calls
were given up, and other plugins have their own. The threads are daemons: one that hangs does not keep the process
from ending.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from contextvars import Context, copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeVar

import anyio
from anyio import from_thread
from anyio.lowlevel import EventLoopToken, current_token

from pulpo.errors import ToolBusyError
from pulpo.resilience.room import Room

T = TypeVar("T")


class Threads(Protocol):
    """Runs a sync function away from the event loop; a simulation has its own."""

    @property
    def stuck(self) -> Collection[str]:
        """The owners whose threads all hang in calls that were given up."""
        ...

    async def run(self, function: Callable[[], T], *, owner: str, tool: str) -> T:
        """Return what ``function`` returns, or raise what it raises. ``owner`` is the plugin of ``tool``."""
        ...


class ThreadPool:
    """The real one. ``idle`` is after how many seconds an unused thread ends; ``changed`` is told on the event loop
    when an owner becomes stuck, and when it no longer is."""

    def __init__(
        self,
        *,
        per_owner: int = 8,
        idle: float = 10.0,
        changed: Callable[[str, bool], None] = lambda owner, stuck: None,
    ) -> None:
        self.stuck: set[str] = set()
        self._per_owner = per_owner
        self._changed = changed
        self._lanes: dict[str, _Lane] = {}
        self._resting = _Resting(idle)

    async def run(self, function: Callable[[], T], *, owner: str, tool: str) -> T:
        """Run ``function``, after waiting for a thread if need be; a cancelled call leaves its thread to itself.

        Raises `ToolBusyError` when all threads of ``owner`` hang in calls that were given up.
        """
        lane = self._lanes.get(owner) or self._lanes.setdefault(owner, _Lane(owner, Room(self._per_owner)))
        if not await self._entered(lane):
            raise ToolBusyError(f"all threads for {tool} hang in earlier calls", tool=tool)
        job = _Job(function, lane, copy_context(), current_token(), self._ended)
        try:
            self._resting.hand(job)
        except BaseException:
            lane.room.leave()
            raise
        try:
            await job.over.wait()
        except BaseException:
            self._abandon(job)
            raise
        if job.error is not None:
            raise job.error
        return job.value  # type: ignore[no-any-return]

    def abandoned(self, owner: str) -> int:
        """Return how many threads of ``owner`` are in calls nobody waits for any more."""
        lane = self._lanes.get(owner)
        return lane.abandoned if lane else 0

    async def _entered(self, lane: _Lane) -> bool:
        return lane.room.enter() or (lane.abandoned < self._per_owner and await lane.room.wait())

    def _abandon(self, job: _Job) -> None:
        if job.over.is_set():
            return
        job.abandoned = True
        job.lane.abandoned += 1
        if job.lane.abandoned >= self._per_owner:
            job.lane.room.turn_away()
            self.stuck.add(job.lane.owner)
            self._changed(job.lane.owner, True)

    def _ended(self, job: _Job) -> None:
        job.lane.abandoned -= job.abandoned
        if job.abandoned and job.lane.owner in self.stuck:
            self.stuck.remove(job.lane.owner)
            self._changed(job.lane.owner, False)
        job.over.set()
        job.lane.room.leave()


@dataclass(slots=True)
class _Lane:
    """One plugin's threads: their places, and how many hang in calls that were given up."""

    owner: str
    room: Room
    abandoned: int = 0


class _Job:
    """A function on its way through a thread; all but `run` happens on the event loop."""

    __slots__ = ("_context", "_ended", "_function", "_token", "abandoned", "error", "lane", "over", "value")

    def __init__(
        self,
        function: Callable[[], Any],
        lane: _Lane,
        context: Context,
        token: EventLoopToken,
        ended: Callable[[_Job], None],
    ) -> None:
        self._function = function
        self._context = context
        self._token = token
        self._ended = ended
        self.lane = lane
        self.over = anyio.Event()
        self.abandoned = False
        self.value: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.value = self._context.run(self._function)
        except BaseException as error:
            self.error = error

    def report(self) -> None:
        """Tell the event loop; raises `RuntimeError` when it is gone."""
        from_thread.run_sync(self._ended, self, token=self._token)


class _Resting:
    """Threads that wait for a job, the last one to rest first: the others may reach the end of their time."""

    def __init__(self, idle: float) -> None:
        self._idle = idle
        self._resting: deque[_Worker] = deque()

    def hand(self, job: _Job) -> None:
        """Give ``job`` to a resting thread, or to a new one."""
        try:
            worker = self._resting.pop()
        except IndexError:
            worker = _Worker(self)
            worker.start()
        worker.jobs.put(job)

    def rest(self, worker: _Worker) -> None:
        self._resting.append(worker)

    def next(self, worker: _Worker) -> _Job | None:
        """Wait for the thread's next job; None when it has rested long enough."""
        try:
            return worker.jobs.get(timeout=self._idle)
        except Empty:
            try:
                self._resting.remove(worker)
            except ValueError:  # somebody has just taken it off the list: a job is on its way
                return worker.jobs.get()
            return None


class _Worker(Thread):
    def __init__(self, resting: _Resting) -> None:
        super().__init__(name="pulpo-tool", daemon=True)
        self._resting = resting
        self.jobs: SimpleQueue[_Job] = SimpleQueue()

    def run(self) -> None:
        while (job := self._resting.next(self)) is not None:
            job.run()
            self._resting.rest(self)
            try:
                job.report()
            except RuntimeError:  # the event loop has ended, and with it whoever waited
                return
            del job
