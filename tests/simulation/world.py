"""Clients who insist on an answer, processes that are paused, killed and replaced, and one database."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import anyio
import trio
import trio.testing
from trio._core import _run as scheduler

import pulpo
from pulpo.canary.router import Router
from pulpo.consent import read_consent
from pulpo.contracts.canary import Match
from pulpo.errors import PulpoError
from pulpo.resilience.guards import standard_guards
from pulpo.turns.executor import ToolExecutor
from pulpo.turns.loop import Limits, TurnLoop, Variant
from pulpo.turns.orchestrator import Orchestrator, Timing
from pulpo.turns.policies import PolicySet
from pulpo.turns.request import TurnAnswer, TurnRequest
from simulation.faults import Fate, Killed
from simulation.planners import Senseless
from simulation.store import Bug, DirectStore, opened
from simulation.tools import FakeThreads, Outside, hostile_tools
from simulation.writer import GroupStore

TIMING = Timing(deadline=4.0, assigned_deadline=2.5, lease=2.0, wait=3.0)
START = 1_795_000_000.0
CALM_AFTER = 12.0
PATIENCE = (1.5, 5.0)
CLIENTS, TURNS = 3, 3


@dataclass
class Run:
    """One attempt at a turn in one process."""

    key: str
    started: float
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    over: anyio.Event = field(default_factory=anyio.Event)
    ended: float = math.nan
    disturbed: bool = False
    answer: TurnAnswer | None = None


@dataclass
class Process:
    """What one server holds in memory."""

    name: str
    store: DirectStore
    orchestrator: Orchestrator
    runs: list[Run] = field(default_factory=list)

    @property
    def under_way(self) -> list[Run]:
        return [run for run in self.runs if not run.over.is_set()]

    def disturb(self) -> None:
        for run in self.under_way:
            run.disturbed = True


class World:
    """Everything there is in one simulation; `simulate` runs it to its end.

    Odd seeds have one process at a time, over a store like SQLite's; even ones have two over a store like PostgreSQL's.
    """

    def __init__(self, seed: int, database: bytes, bug: Bug) -> None:
        self.fate = Fate(seed)
        self.outside = Outside()
        self.database = opened(database)
        self.runs: list[Run] = []
        self.answers: dict[str, list[TurnAnswer]] = {}
        self._bug = bug
        self._alone = seed % 2 == 1
        self._numbers = itertools.count(1)
        tools = hostile_tools(self.fate, self.outside)
        off: dict[str, Any] = {"group": {"effect_group": ""}, "atomic": {"atomic": False}}.get(bug, {})
        self._tools = {name: replace(tool, **off) for name, tool in tools.items()}
        self._leases: dict[str, anyio.CancelScope] = {}
        self._processes: list[Process] = []

    async def run(self) -> None:
        """Let clients talk while chaos reigns, until all have their answers."""
        async with anyio.create_task_group() as group:
            self._group = group
            for _ in range(1 if self._alone else 2):
                self._start()
            async with anyio.create_task_group() as people:
                for number in range(CLIENTS):
                    people.start_soon(self._client, number)
                people.start_soon(self._chaos)
            await self._all_over()
            for process in self._processes:
                self._leases[process.name].cancel()

    async def _client(self, number: int) -> None:
        conversation: str | None = None
        for turn in range(TURNS):
            key = f"client{number}-{turn}"
            request = TurnRequest(workspace_id="demo", message=key, conversation_id=conversation, idempotency_key=key)
            answer = None
            while answer is None:
                answer = await self._ask(request)
                await self.fate.pause(1.0)
            conversation = answer.conversation_id

    async def _ask(self, request: TurnRequest) -> TurnAnswer | None:
        """Send the request once; a client that loses patience asks again, whatever becomes of the first time."""
        process = self.fate.random.choice(self._processes)
        run = Run(request.idempotency_key or "", anyio.current_time())
        process.runs.append(run)
        self.runs.append(run)
        self._group.start_soon(self._serve, process, request, run)
        with anyio.move_on_after(self.fate.random.uniform(*PATIENCE)):
            await run.over.wait()
        return run.answer

    async def _serve(self, process: Process, request: TurnRequest, run: Run) -> None:
        with run.scope:
            try:
                await self._answer(process, request, run)
            except* Killed:
                self.fate.note(f"{process.name} {run.key}: killed")
        run.ended = anyio.current_time()
        run.over.set()

    async def _answer(self, process: Process, request: TurnRequest, run: Run) -> None:
        try:
            run.answer = await process.orchestrator.run(request)
        except PulpoError as error:
            self.fate.note(f"{process.name} {run.key}: {type(error).__name__}")
            return
        self.answers.setdefault(run.key, []).append(run.answer)
        self.fate.note(f"{process.name} {run.key}: {run.answer.outcome} {run.answer.reply[:200]!r}")

    async def _chaos(self) -> None:
        """Kill, pause and cancel until it is time for calm."""
        while anyio.current_time() < CALM_AFTER:
            await self.fate.pause(1.5)
            process = self.fate.random.choice(self._processes)
            way = self.fate.random.choice(["kill", "pause", "pause", "cancel", "cancel", "nothing"])
            self.fate.note(f"{way} {process.name}")
            if way == "kill":
                self._kill(process)
            elif way == "pause":
                process.store.paused_until = anyio.current_time() + self.fate.random.uniform(1.0, 6.0)
                process.disturb()
            elif way == "cancel" and process.under_way:
                run = self.fate.random.choice(process.under_way)
                run.disturbed = True
                run.scope.cancel()
        self.fate.calm = True

    def _kill(self, process: Process) -> None:
        process.store.die()
        process.disturb()
        self._processes.remove(process)
        self._leases[process.name].cancel()
        for run in process.under_way:
            run.scope.cancel()
        self._start()

    def _start(self) -> None:
        name = f"p{next(self._numbers)}"
        if self._alone:
            spawn = self._group.start_soon
            store: DirectStore = GroupStore(self.database, self.fate, name, self._bug, spawn)
        else:
            store = DirectStore(self.database, self.fate, name, self._bug)
        process = Process(name, store, self._orchestrator(store))
        self._processes.append(process)
        scope = self._leases[name] = anyio.CancelScope()
        self._group.start_soon(self._keep_leases, process, scope)

    async def _keep_leases(self, process: Process, scope: anyio.CancelScope) -> None:
        with scope, suppress(Killed):
            await process.orchestrator.keep_leases()

    async def _all_over(self) -> None:
        for run in self.runs:
            await run.over.wait()

    def _orchestrator(self, store: DirectStore) -> Orchestrator:
        guards = standard_guards(
            emit=lambda event: self.fate.note(str(event)),
            clock=anyio.current_time,
            threads=FakeThreads(self.fate),
            random=Random(self.fate.seed + 1),  # noqa: S311
        )

        async def history(conversation_id: str, limit: int) -> tuple[pulpo.Message, ...]:
            return ()

        planner: Any = Senseless(self.fate)
        return Orchestrator(
            store=store,
            loop=TurnLoop(
                executor=ToolExecutor(store, guards, clock=_now),
                policies=PolicySet([]),
                tools=self._tools,
                history=history,
                read_consent=read_consent,
                limits=Limits(),
                clock=anyio.current_time,
            ),
            router=Router(decide=lambda _: Match("test"), enabled=True, variant="canary"),
            variants={name: Variant(name, "senseless", planner) for name in ("stable", "canary")},
            workspaces={"demo": pulpo.Workspace(id="demo")},
            emit=lambda _: None,
            clock=_now,
            new_id=lambda: f"id{next(self._numbers)}",
            timing=TIMING,
            monotonic=anyio.current_time,
        )


def _now() -> float:
    return START + anyio.current_time()


def simulate(seed: int, database: bytes, *, bug: Bug = "", check: Callable[[World], None]) -> World:
    """Run the world of ``seed`` in simulated time and ``check`` it; everything that chance decides is decided by
    the seed, also which task trio lets go first (as trio's hypothesis plugin does it)."""
    scheduler._ALLOW_DETERMINISTIC_SCHEDULING = True  # type: ignore[misc]
    scheduler._r.seed(seed)

    async def main() -> World:
        before = trio.lowlevel.current_statistics().tasks_living
        world = World(seed, database, bug)
        with trio.move_on_after(300) as patience:
            await world.run()
        assert not patience.cancelled_caught, "somebody waits for ever"
        assert trio.lowlevel.current_statistics().tasks_living == before, "a task was left behind"
        check(world)
        return world

    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
