"""An agent for tests: few plugins, a database of its own, no server."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal
from anyio.to_thread import run_sync

from pulpo.contracts.tools import Tool, ToolContext
from pulpo.conversation import Json, Workspace
from pulpo.errors import ToolNotFoundError, ToolTimeoutError
from pulpo.testing.clock import FakeClock

# What loads pydantic, sqlalchemy and the plugins is imported when an agent is made: pytest imports this module
# at every start.
if TYPE_CHECKING:
    from pulpo.plugins import Catalogue
    from pulpo.settings import Settings
    from pulpo.system import System
    from pulpo.turns.request import TurnAnswer

T = TypeVar("T")

DEFAULT_WORKSPACE = "demo"
DEFAULT_PLANNER = "rules"
DEFAULT_PLANNER_PLUGIN = "pulpo_rules"


def new_agent(
    *,
    plugins: Sequence[str | object],
    directory: Path,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    planner: str = DEFAULT_PLANNER,
    now: datetime | FakeClock | None = None,
) -> Agent:
    """Return an agent with ``plugins`` (entry-point names, or modules and objects with hooks) and no others.

    ``directory`` is where its database goes, ``settings`` are the ``[plugins.<name>]`` tables, ``planner`` is
    who answers in `Agent.say`, and ``now`` holds the time still, or moves it with a `FakeClock`.

    Raises `RequiredPluginError` when one of the plugins is not installed or is broken, with the reason.
    """
    from pulpo.plugins import load_plugins

    names = [plugin for plugin in plugins if isinstance(plugin, str)]
    given = [(_name_of(plugin), plugin) for plugin in plugins if not isinstance(plugin, str)]
    required = [*names, *(name for name, _ in given)]
    catalogue = load_plugins(only=names, extra=given, required=required, sections=settings or {})
    clock = FakeClock(now) if isinstance(now, datetime) else now
    return Agent(catalogue, directory=directory, planner=planner, clock=clock or time.time)


class Agent:
    """What the fixture ``agent`` gives. Its tools and turns run in a thread with an event loop of its own, as in
    a server, so it works under any async test runner; leaving it as a context manager closes everything."""

    def __init__(self, catalogue: Catalogue, *, directory: Path, planner: str, clock: Callable[[], float]) -> None:
        self._catalogue = catalogue
        self._directory = directory
        self._planner = planner
        self._clock = clock
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None
        self._system: System | None = None
        self._conversation: str | None = None
        self._user: str | None = None

    def __enter__(self) -> Agent:
        self._portal = self._stack.enter_context(start_blocking_portal())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self._portal = self._system = None

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools there are now, sorted."""
        return tuple(sorted(self._tools()))

    async def call(
        self, tool: str, arguments: Mapping[str, Json] | None = None, *, user_id: str | None = None, locale: str = "es"
    ) -> Any:
        """Run ``tool`` and return exactly what its function returns, without planner, policies or confirmation.

        Raises `ToolNotFoundError`, `ToolArgumentsError` naming each bad argument, `ToolTimeoutError`, or whatever
        the function raises.
        """
        found = self._tools().get(tool)
        if found is None:
            known = ", ".join(self.tools) or "none"
            raise ToolNotFoundError(f"there is no tool {tool!r} here; the tools are: {known}", tool=tool)
        values = found.bind(arguments or {})
        return await self._inside(partial(self._run, found, values, user_id=user_id, locale=locale))

    async def say(self, message: str, *, user_id: str | None = None, locale: str = "es") -> TurnAnswer:
        """Send ``message`` through the real runtime and return its answer; ``reply`` is the text.

        Each call goes on with the same conversation and user; `start_over` begins a new one.
        """
        from pulpo.turns.request import TurnRequest

        self._user = user_id or self._user
        request = TurnRequest(
            workspace_id=self._workspace_id(),
            message=message,
            conversation_id=self._conversation,
            user_id=self._user,
            locale=locale,
            scopes=frozenset({"chat"}),
        )
        answer = await self._inside(partial(self._chat, request))
        self._conversation = answer.conversation_id
        return answer

    def start_over(self) -> None:
        """Let the next `say` begin a new conversation, with nobody known."""
        self._conversation = self._user = None

    async def _inside(self, function: Callable[[], Awaitable[T]]) -> T:
        if self._portal is None:
            raise RuntimeError("this agent is closed: use it inside the test whose fixture it is, or in a with block")
        return await run_sync(self._portal.call, function)

    async def _chat(self, request: Any) -> TurnAnswer:
        return await (await self._running()).chat(request)

    async def _run(self, tool: Tool, values: dict[str, Any], *, user_id: str | None, locale: str) -> Any:
        # Starting the system costs a database: a tool that could not tell is run without.
        if self._catalogue.lifespans or tool.context_parameter:
            system = await self._running()
            if tool.context_parameter:
                values = {tool.context_parameter: self._context(system, user_id=user_id, locale=locale), **values}
        with anyio.move_on_after(tool.timeout):
            if tool.is_async:
                return await tool.function(**values)
            return await run_sync(partial(tool.function, **values), abandon_on_cancel=True)
        raise ToolTimeoutError(tool=tool.name, timeout=tool.timeout)

    def _context(self, system: System, *, user_id: str | None, locale: str) -> ToolContext:
        return ToolContext(
            workspace=system.workspaces[self._workspace_id()],
            locale=locale,
            now=datetime.fromtimestamp(self._clock(), UTC),
            user_id=user_id,
            idempotency_key=uuid4().hex,
            database=system.database,
            commit=system.database.write,
        )

    async def _running(self) -> System:
        if self._system is None:
            from pulpo.assembly import running

            assert self._portal is not None
            context = running(self._settings(), catalogue=self._with_planner(), clock=self._clock)
            manager = self._portal.wrap_async_context_manager(context)
            self._system = await run_sync(self._stack.enter_context, manager)
        return self._system

    def _settings(self) -> Settings:
        from pulpo.settings import Settings, VariantSettings

        return Settings(
            database_url=f"sqlite:///{self._directory / 'agent.db'}",
            default_workspace=self._workspace_id(),
            variants={"stable": VariantSettings(planner=self._planner)},
        )

    def _with_planner(self) -> Catalogue:
        """Add the embedded planner, and nothing else of its plugin, unless the author chose another."""
        from pulpo.plugins import load_plugins

        if self._planner != DEFAULT_PLANNER or DEFAULT_PLANNER in self._catalogue.planners:
            return self._catalogue
        shipped = load_plugins(only=[DEFAULT_PLANNER_PLUGIN], required=[DEFAULT_PLANNER_PLUGIN])
        return replace(self._catalogue, planners={**shipped.planners, **self._catalogue.planners})

    def _tools(self) -> dict[str, Tool]:
        offered = {tool.name: tool for source in self._catalogue.sources for tool in source.tools}
        return {**offered, **self._catalogue.tools}

    def _workspace_id(self) -> str:
        known: Mapping[str, Workspace] = self._catalogue.workspaces
        return DEFAULT_WORKSPACE if DEFAULT_WORKSPACE in known else next(iter(known), DEFAULT_WORKSPACE)


def _name_of(plugin: object) -> str:
    name = plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__name__
    return name.rpartition(".")[2]
