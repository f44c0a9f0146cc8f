"""Dialogues in this process: each on a system of its own, with an empty database and a clock that stands still."""

from __future__ import annotations

import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import anyio.to_thread
import msgspec
import sqlalchemy as sa

from pulpo.assembly import plugins_of, running
from pulpo.contracts.planners import Planner, PlannerFactory
from pulpo.contracts.tools import Result, Tool, ToolContext
from pulpo.conversation import Dialogue
from pulpo.errors import ToolNotFoundError, ToolTimeoutError
from pulpo.evaluation.cases import Case, Given
from pulpo.evaluation.places import Place, Places
from pulpo.plugins import Catalogue
from pulpo.settings import Settings
from pulpo.store.effects import Effect
from pulpo.store.migrate import upgrade
from pulpo.store.schema import conversations
from pulpo.system import System
from pulpo.turns.request import TurnAnswer, TurnRequest
from pulpo.turns.results import as_result

_decode_dialogue = msgspec.json.Decoder(Dialogue).decode


@dataclass(slots=True)
class HeldClock:
    """A clock that stands at ``at``, or runs with the real time without one; gives UTC seconds."""

    at: datetime | None

    def __call__(self) -> float:
        return time.time() if self.at is None else self.at.timestamp()


@dataclass(frozen=True, slots=True)
class BuiltOnce:
    """A planner factory that builds once for the same settings: a planner holds no turn's state, so the systems of
    all dialogues can share one, and training it at every start would take longer than the dialogues."""

    factory: PlannerFactory
    built: dict[str, Planner] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.factory.name

    @property
    def config(self) -> type[Any] | None:
        return self.factory.config

    def build(self, config: Any, tools: Sequence[Tool]) -> Planner:
        """Return the planner; all systems of a catalogue have the same tools."""
        key = repr(config)
        if key not in self.built:
            self.built[key] = self.factory.build(config, tools)
        return self.built[key]


@asynccontextmanager
async def in_process(settings: Settings, *, catalogue: Catalogue | None = None) -> AsyncIterator[Places]:
    """Hold systems of this process: the same plugins, and for each dialogue an empty database and its own clock.

    The settings' own database is not touched. Raises what `running` raises.
    """
    loaded = catalogue or plugins_of(settings)
    planners = {name: BuiltOnce(factory) for name, factory in loaded.planners.items()}
    loaded = replace(loaded, planners=planners)
    with TemporaryDirectory(prefix="pulpo-eval-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        await anyio.to_thread.run_sync(upgrade, _url(folder / "empty.db"), loaded.migrations)
        yield partial(_system_for, settings=settings, catalogue=loaded, folder=folder)


@asynccontextmanager
async def _system_for(case: Case, *, settings: Settings, catalogue: Catalogue, folder: Path) -> AsyncIterator[Place]:
    path = await anyio.to_thread.run_sync(_empty_database, folder)
    clock = HeldClock(case.now)
    held = settings.model_copy(update={"database_url": _url(path)})
    async with running(held, catalogue=catalogue, clock=clock) as system:
        yield InProcess(system, clock)


def _empty_database(folder: Path) -> Path:
    for old in folder.glob("dialogue.db*"):
        old.unlink()
    return Path(shutil.copyfile(folder / "empty.db", folder / "dialogue.db"))


def _url(path: Path) -> str:
    return f"sqlite:///{path}"


@dataclass(frozen=True, slots=True)
class InProcess:
    """A dialogue's own system."""

    system: System
    clock: HeldClock

    @property
    def sees_inside(self) -> bool:
        return True

    async def chat(self, request: TurnRequest) -> TurnAnswer:
        return await self.system.chat(request)

    async def call(self, case: Case, given: Given, *, conversation_id: str, key: str) -> Result:
        tool = self._tool(given.tool)
        values = tool.bind(given.arguments)
        if tool.context_parameter:
            values = {tool.context_parameter: self._context(case, given, conversation_id, key), **values}
        with anyio.move_on_after(tool.timeout):
            if tool.is_async:
                return as_result(await tool.function(**values))
            return as_result(await anyio.to_thread.run_sync(partial(tool.function, **values), abandon_on_cancel=True))
        raise ToolTimeoutError(tool=tool.name, timeout=tool.timeout)

    async def dialogue(self, conversation_id: str) -> Dialogue:
        query = sa.select(conversations.c.dialogue).where(conversations.c.id == conversation_id)
        raw: bytes = await self.system.database.read(lambda connection: connection.execute(query).scalar_one())
        return _decode_dialogue(raw)

    async def effects(self, turn_id: str) -> tuple[Effect, ...]:
        return tuple(each for each in await self.system.store.effects_of(turn_id) if each.state == "done")

    def set_clock(self, at: datetime) -> None:
        self.clock.at = at

    def _tool(self, name: str) -> Tool:
        offered = {tool.name: tool for source in self.system.catalogue.sources for tool in source.tools}
        tools = {**offered, **self.system.catalogue.tools}
        if name not in tools:
            known = ", ".join(sorted(tools)) or "none"
            raise ToolNotFoundError(f"there is no tool {name!r} here; the tools are: {known}", tool=name)
        return tools[name]

    def _context(self, case: Case, given: Given, conversation_id: str, key: str) -> ToolContext:
        return ToolContext(
            workspace=self.system.workspaces[case.workspace],
            locale=case.locale,
            now=datetime.fromtimestamp(self.clock(), UTC),
            user_id=(case.user_id if given.user_id is None else given.user_id) or None,
            conversation_id=conversation_id,
            idempotency_key=key,
            database=self.system.database,
            commit=self.system.database.write,
        )
