"""One tool's function, run: with what it may know, under its deadline, in a thread when it is sync."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from msgspec import Struct

from pulpo.contracts.tools import Commit, Result, Tool, ToolContext
from pulpo.conversation import ToolCall
from pulpo.errors import ToolBusyError, ToolError, ToolTimeoutError
from pulpo.foreign import overreach
from pulpo.resilience.guards import Guards
from pulpo.resilience.room import Room
from pulpo.store.turnstore import TurnStore
from pulpo.turns.run import TurnRun
from pulpo.turns.zone import user_zone

if TYPE_CHECKING:
    from sqlalchemy import Connection


class BoundCall(Struct, frozen=True):
    """A call whose arguments were validated; ``values`` are the function's keyword arguments. ``proposed_in`` is the
    turn that asked for the user's yes to it, when this one got it; ``show`` are arguments which that question must
    tell."""

    call: ToolCall
    tool: Tool
    values: dict[str, Any]
    proposed_in: str = ""
    show: tuple[str, ...] = ()


class Invoker:
    """Runs the functions of bound calls."""

    def __init__(self, store: TurnStore, guards: Guards) -> None:
        self._store = store
        self._guards = guards
        self._rooms: dict[str, Room] = {}

    def context(self, run: TurnRun, key: str = "", commit: Commit | None = None) -> ToolContext:
        """Return what a tool may know; without a ledger ``key`` it cannot commit."""
        turn = run.turn
        return ToolContext(
            workspace=turn.workspace,
            locale=turn.locale,
            now=turn.at,
            user_id=turn.user_id,
            timezone=user_zone(turn.attributes) if turn.attributes else None,
            conversation_id=turn.conversation_id,
            turn_id=turn.id,
            idempotency_key=key,
            scopes=run.scopes,
            database=self._store.database,
            commit=commit or _refuse_to_commit,
        )

    async def run(self, bound: BoundCall, context: ToolContext, begun: Callable[[], None] | None = None) -> Any:
        """Run the tool, again if it may be, all within its deadline and not too often at once.

        ``begun`` is called when the function may have begun. Raises `ToolTimeoutError`, `ToolBusyError` or what
        the tool raised.
        """
        tool = bound.tool
        once = partial(self._once, tool, tool.function, _arguments(bound, context), begun)
        room = self._rooms.get(tool.name) or self._rooms.setdefault(tool.name, Room(tool.concurrency))
        entered = False
        with anyio.move_on_after(tool.timeout):
            entered = room.enter() or await room.wait()
            try:
                return await (self._guards.retries.run(tool.name, once) if tool.hints.idempotent else once())
            finally:
                room.leave()
        if entered:
            raise ToolTimeoutError(tool=tool.name, timeout=tool.timeout)
        raise ToolBusyError(f"{tool.concurrency} calls of {tool.name} are running already", tool=tool.name)

    async def aside(self, bound: BoundCall, function: Callable[..., Awaitable[Any]], context: ToolContext) -> Any:
        """Run a tool's preview or reconciliation under the tool's deadline; it may raise."""
        tool = bound.tool
        with anyio.move_on_after(tool.timeout):
            return await self._once(tool, function, _arguments(bound, context), None)
        raise ToolTimeoutError(tool=tool.name, timeout=tool.timeout)

    async def _once(
        self, tool: Tool, function: Callable[..., Any], values: Mapping[str, Any], begun: Callable[[], None] | None
    ) -> Any:
        try:
            if tool.is_async or function is not tool.function:
                return await function(**values)
            return await self._guards.threads.run(
                partial(function, **values), owner=self._guards.owner(tool.name), tool=tool.name
            )
        except ToolBusyError:
            raise
        except BaseException as error:
            if begun is not None:
                begun()
            _contain(tool, error)
            raise


def _contain(tool: Tool, error: BaseException) -> None:
    """Raise something milder for a tool that exits, or that is cancelled by itself: it ends its call, not the turn."""
    if did := overreach(error):
        raise ToolError(f"{tool.name} {did}", tool=tool.name) from None


def _arguments(bound: BoundCall, context: ToolContext) -> dict[str, Any]:
    parameter = bound.tool.context_parameter
    return {parameter: context, **bound.values} if parameter else bound.values


async def _refuse_to_commit(closure: Callable[[Connection], Result], /) -> Result:
    raise RuntimeError(
        "a read-only tool, a preview or a value provider cannot commit: declare the tool read_only=False"
    )
