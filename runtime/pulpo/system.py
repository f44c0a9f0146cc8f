"""The running system: what every door talks to once `assembly` has put it together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from msgspec.structs import replace

from pulpo import tracing
from pulpo.canary.live import Live
from pulpo.canary.rollout import Rollouts
from pulpo.canary.shadow import Tallies
from pulpo.contracts.events import Event
from pulpo.contracts.runtime import Readings
from pulpo.contracts.storage import Database
from pulpo.contracts.tools import Tool
from pulpo.conversation import Workspace
from pulpo.errors import OverloadedError, WorkspaceNotFoundError
from pulpo.observability.events import BeginTrace
from pulpo.observability.recent import Recent
from pulpo.observability.watchdog import Watchdog
from pulpo.plugins import Catalogue
from pulpo.resilience.breakers import Breakers
from pulpo.resilience.guards import Guards
from pulpo.resilience.limits import RateLimits
from pulpo.resilience.orders import Orders
from pulpo.settings import Settings
from pulpo.store import transcripts
from pulpo.store.approvals import Approval
from pulpo.store.transcripts import ConversationSummary, Transcript
from pulpo.store.turnstore import TurnStore
from pulpo.tracing import TraceContext
from pulpo.turns.approvals import Approvals
from pulpo.turns.orchestrator import Orchestrator
from pulpo.turns.request import TurnAnswer, TurnRequest

DRAIN_SECONDS = 18.0
"""Running turns get to finish once the process was asked to stop: it is to be gone within 20. One that is cut off
then is as one whose process was killed: sent again with its key, it is taken over."""


@dataclass(slots=True, kw_only=True)
class System:
    """The running runtime: what every door (HTTP, terminal, test) talks to. ``clock`` gives UTC seconds."""

    settings: Settings
    catalogue: Catalogue
    workspaces: Mapping[str, Workspace]
    emit: Callable[[Event], None]
    clock: Callable[[], float]
    store: TurnStore
    tools: Mapping[str, Tool]
    orders: Orders
    limits: RateLimits
    guards: Guards
    canary: Live
    recent: Recent
    watchdog: Watchdog
    rollouts: Rollouts
    shadows: Tallies
    begin_trace: BeginTrace | None = None
    drained_by: float | None = None
    _orchestrator: Orchestrator
    _turns: set[asyncio.Task[TurnAnswer]] = field(default_factory=set)

    @property
    def database(self) -> Database:
        """The database as plugins and doors may use it."""
        return self.store.database

    @property
    def approvals(self) -> Approvals:
        """The calls that wait for an operator, to be seen and decided."""
        return Approvals(self.database, clock=self.clock, emit=self.emit, carry_out=self.carry_out)

    @property
    def breakers(self) -> Breakers:
        """The circuit breakers of all tools."""
        return self.guards.breakers

    def readings(self) -> Readings:
        """Tell how things are now."""
        caches = {"tools": self.guards.cache.size}
        return Readings(
            turns_in_flight=self.in_flight,
            breakers=self.breakers.counts(),
            caches=caches,
            rollout=self.rollouts.reading(),
        )

    @property
    def in_flight(self) -> int:
        """How many turns are running now."""
        return len(self._turns)

    @property
    def draining(self) -> bool:
        """Whether the process was asked to stop."""
        return self.drained_by is not None

    async def chat(self, request: TurnRequest) -> TurnAnswer:
        """Run a turn to its end, even if the caller goes away meanwhile.

        Raises what `Orchestrator.run` raises, `WorkspaceNotFoundError` and `OverloadedError`.
        """
        if len(self._turns) >= self.settings.turns.max_in_flight:
            raise OverloadedError(len(self._turns))
        if request.workspace_id not in self.workspaces:
            raise WorkspaceNotFoundError(request.workspace_id, known=tuple(self.workspaces))
        return await self._detached(request)

    def traced(self) -> TraceContext | None:
        """Return a turn's place in the caller's trace, or in a new one; None when nothing here records traces. A door
        that wants to tell it to its client asks, and puts it into the request."""
        return None if self.begin_trace is None else self.begin_trace(tracing.current.get())

    async def _detached(self, request: TurnRequest, approval: Approval | None = None) -> TurnAnswer:
        if self.begin_trace is not None and request.trace is None:
            request = replace(request, trace=self.traced())
        loop = asyncio.get_running_loop()
        turn = loop.create_task(self._orchestrator.run(request, approval))
        self._turns.add(turn)
        answer: asyncio.Future[TurnAnswer] = loop.create_future()
        turn.add_done_callback(partial(self._ended, answer))
        return await answer

    async def carry_out(self, request: TurnRequest, approval: Approval) -> TurnAnswer:
        """Run the turn that carries an operator's decision out; raises what `chat` raises."""
        if request.workspace_id not in self.workspaces:
            raise WorkspaceNotFoundError(request.workspace_id, known=tuple(self.workspaces))
        return await self._detached(request, approval)

    async def transcript(self, conversation_id: str, workspace_id: str) -> Transcript | None:
        """Return a conversation with all its messages, or None."""
        return await self.database.read(lambda c: transcripts.transcript(c, conversation_id, workspace_id))

    async def conversations(self, workspace_id: str, limit: int) -> tuple[ConversationSummary, ...]:
        """Return the workspace's latest conversations."""
        return await self.database.read(lambda c: transcripts.recent(c, workspace_id, limit))

    async def erase(self, conversation_id: str, workspace_id: str) -> bool:
        """Delete a conversation and all that was said in it; False when there is none."""
        return await self.store.erase(conversation_id, workspace_id)

    def begin_draining(self) -> None:
        """Tell whoever asks that no more requests are wanted; those that come nevertheless are still served."""
        if self.drained_by is None:
            self.drained_by = time.monotonic() + DRAIN_SECONDS

    async def drain(self) -> None:
        """Let the running turns finish, for `DRAIN_SECONDS` since the draining began."""
        self.begin_draining()
        while self._turns and (left := (self.drained_by or 0.0) - time.monotonic()) > 0:
            await asyncio.wait(self._turns, timeout=left)

    def _ended(self, answer: asyncio.Future[TurnAnswer], turn: asyncio.Task[TurnAnswer]) -> None:
        """Tell whoever still waits, as `asyncio.shield` would for half as much again as the task costs."""
        self._turns.discard(turn)
        error = asyncio.CancelledError() if turn.cancelled() else turn.exception()
        if answer.done():
            return  # its caller left; the error was read above, or it would be reported as never retrieved
        if error is None:
            answer.set_result(turn.result())
        else:
            answer.set_exception(error)
