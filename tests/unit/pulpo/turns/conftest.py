"""A whole turn on a real SQLite file: only the planner is scripted."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import pulpo
from pulpo.canary.router import Router
from pulpo.consent import read_consent
from pulpo.contracts.canary import Match
from pulpo.errors import StoreUnavailableError
from pulpo.resilience.guards import Guards, standard_guards
from pulpo.store import transcripts
from pulpo.store.migrate import upgrade
from pulpo.store.sqlite import SqliteStore, open_sqlite
from pulpo.turns.executor import ToolExecutor
from pulpo.turns.loop import Limits, TurnLoop, Variant
from pulpo.turns.orchestrator import Orchestrator, Timing
from pulpo.turns.policies import PolicySet
from pulpo.turns.prices import Price
from pulpo.turns.request import TurnAnswer, TurnRequest
from pulpo.turns.stalls import Stalls

Script = Callable[[pulpo.PlanContext], Any]


class Scripted:
    """A planner that asks a function for each step; the function may return a step, several, or raise."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        steps = self._script(context)
        if hasattr(steps, "__await__"):
            steps = await steps
        for step in steps if isinstance(steps, tuple | list) else (steps,):
            yield step


@dataclass
class House:
    """Everything a turn walks through; while the database is ``away`` nobody can read what was said before."""

    store: SqliteStore
    path: Path
    workspace: pulpo.Workspace = field(default_factory=lambda: pulpo.Workspace(id="demo", tz="Europe/Madrid"))
    events: list[pulpo.Event] = field(default_factory=list)
    now: float = 1_795_000_000.0
    patience: float = 5.0
    away: bool = False
    guards: Guards = field(init=False)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.guards = standard_guards(emit=self.events.append)

    def orchestrator(
        self,
        stable: Script,
        *,
        canary: Script | pulpo.Planner | None = None,
        tools: Iterable[pulpo.Tool] = (),
        policies: Iterable[pulpo.Policy] = (),
        timing: Timing | None = None,
        limits: Limits | None = None,
        parallel: int = 8,
        prices: Mapping[str, Price] | None = None,
        tell: bool = False,
    ) -> Orchestrator:
        variants = {"stable": Variant("stable", "scripted", Scripted(stable))}
        if canary is not None:
            variants["canary"] = Variant("canary", "scripted", Scripted(canary) if callable(canary) else canary)
        return Orchestrator(
            store=self.store,
            loop=TurnLoop(
                executor=ToolExecutor(
                    self.store, self.guards, clock=lambda: self.now, parallel=parallel, patience=self.patience
                ),
                policies=PolicySet(policies),
                tools={tool.name: tool for tool in tools},
                history=self._history,
                read_consent=read_consent,
                limits=limits or Limits(),
                prices=prices,
                stalls=Stalls(self.guards.breakers, clock=self.guards.clock),
            ),
            router=Router(decide=lambda _: Match("test"), enabled=canary is not None, variant="canary"),
            variants=variants,
            workspaces={self.workspace.id: self.workspace},
            emit=self.events.append,
            clock=lambda: self.now,
            new_id=lambda: f"id{next(self._ids)}",
            timing=timing or Timing(),
            tell=tell,
        )

    async def _history(self, conversation_id: str, limit: int) -> Any:
        if self.away:
            raise StoreUnavailableError("away")
        return await self.store.database.read(lambda c: transcripts.messages(c, conversation_id, limit))

    def seen(self, kind: type[pulpo.Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy: migrating takes longer than most tests here."""
    path = tmp_path_factory.mktemp("empty") / "pulpo.db"
    upgrade(f"sqlite:///{path}", {})
    return path


@pytest.fixture
async def house(tmp_path: Path, empty_database: Path) -> AsyncIterator[House]:
    path = Path(shutil.copy(empty_database, tmp_path))
    async with open_sqlite(path) as store:
        yield House(store, path)


@pytest.fixture
def ask() -> Callable[..., TurnRequest]:
    def build(message: str, **more: Any) -> TurnRequest:
        return TurnRequest(workspace_id="demo", message=message, **more)

    return build


def texts(answers: Iterable[TurnAnswer]) -> list[str]:
    return [answer.reply for answer in answers]
