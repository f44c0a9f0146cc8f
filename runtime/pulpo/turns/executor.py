"""Runs tool calls: deadlines, threads for sync tools, the effect ledger, and no lost siblings.

A call never raises: whatever happens becomes a `ToolResult`, so that one bad tool costs one result and not the
turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import msgspec
from msgspec import Struct

from pulpo.contracts.events import ToolCalled
from pulpo.contracts.tools import Outcome, Result, Tool, ToolContext, ToolResult
from pulpo.conversation import ToolCall
from pulpo.errors import CommitUnknownError, ToolError, ToolTimeoutError
from pulpo.store.effects import State, effect_key
from pulpo.store.turnstore import TurnStore
from pulpo.turns.run import TurnRun

if TYPE_CHECKING:
    from sqlalchemy import Connection


class BoundCall(Struct, frozen=True):
    """A call whose arguments were validated; ``values`` are the function's keyword arguments."""

    call: ToolCall
    tool: Tool
    values: dict[str, Any]


class EffectInDoubtError(ToolError):
    """An earlier attempt of this very effect may have happened, and nothing says whether it did."""


class GroupDoneError(ToolError):
    """This turn has already changed something of the tool's effect group."""


class ToolExecutor:
    """Runs bound calls against a store's ledger. ``clock`` gives UTC seconds; ``threads`` bounds sync tools."""

    def __init__(self, store: TurnStore, *, clock: Callable[[], float], threads: int = 32) -> None:
        self._store = store
        self._clock = clock
        self._threads = threads
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, run: TurnRun, calls: Sequence[BoundCall]) -> None:
        """Run the calls and add their results in the order they were asked for.

        Read-only calls run together; the others one after the other, in the planner's order, beside them.
        """
        if len(calls) == 1:
            run.add(await self._call(run, calls[0]))
            return
        results: dict[str, ToolResult] = {}

        async def one_after_the_other(chain: Sequence[BoundCall]) -> None:
            for bound in chain:
                results[bound.call.id] = await self._call(run, bound)

        async with anyio.create_task_group() as group:
            for bound in calls:
                if bound.tool.hints.read_only:
                    group.start_soon(one_after_the_other, [bound])
            group.start_soon(one_after_the_other, [bound for bound in calls if not bound.tool.hints.read_only])
        for bound in calls:
            run.add(results[bound.call.id])

    async def preview(self, run: TurnRun, bound: BoundCall) -> Any:
        """Run the tool's preview under the tool's deadline; it may raise."""
        return await self._within_deadline(bound.tool, bound.tool.previewer, self.context(run), bound.values)

    def context(self, run: TurnRun, key: str = "", commit: Any = None) -> ToolContext:
        """Return what a tool may know; without a ledger ``key`` it cannot commit."""
        turn = run.turn
        return ToolContext(
            workspace=turn.workspace,
            locale=turn.locale,
            now=turn.at,
            user_id=turn.user_id,
            conversation_id=turn.conversation_id,
            turn_id=turn.id,
            idempotency_key=key,
            scopes=run.scopes,
            database=self._store.database,
            commit=commit or _refuse_to_commit,
        )

    async def _call(self, run: TurnRun, bound: BoundCall) -> ToolResult:
        start = monotonic()
        outcome: Outcome = "ok"
        result, error = Result(), ""
        attempt = self._read if bound.tool.hints.read_only else self._change
        try:
            result = await attempt(run, bound)
        except ToolTimeoutError as caught:
            outcome, error = "timeout", str(caught)
        except GroupDoneError as caught:
            outcome, error = "denied", str(caught)
        except Exception as caught:
            outcome, error = "error", f"{type(caught).__name__} in {bound.call.tool}"
        return finished(run, bound.call, outcome, result, monotonic() - start, error, bound.tool)

    async def _read(self, run: TurnRun, bound: BoundCall) -> Result:
        value = await self._within_deadline(bound.tool, bound.tool.function, self.context(run), bound.values)
        return as_result(value)

    async def _change(self, run: TurnRun, bound: BoundCall) -> Result:
        """Run a call that may change the world, with its record in the ledger before and after it."""
        call, tool = bound.call, bound.tool
        key = effect_key(run.turn.id, call)
        if tool.effect_group and tool.effect_group in run.groups:
            raise GroupDoneError(f"a {tool.effect_group} change was already made in this turn", tool=tool.name)
        known = await self._store.intend(
            key=key,
            turn_id=run.turn.id,
            call=call,
            group=tool.effect_group,
            now=self._clock(),
            epoch=run.conversation.epoch,
        )
        if known is not None and known.state == "done" and known.result is not None:
            return known.result
        if known is not None and known.state != "none" and not tool.hints.idempotent:
            raise EffectInDoubtError(f"an earlier attempt of {tool.name} may have succeeded", tool=tool.name)
        return await self._effect(run, bound, key)

    async def _effect(self, run: TurnRun, bound: BoundCall, key: str) -> Result:
        commit = _Commit(self._store, key, run.conversation.epoch, self._clock)
        state: State = "unknown"
        result: Result | None = None
        try:
            context = self.context(run, key, commit)
            value = await self._within_deadline(bound.tool, bound.tool.function, context, bound.values)
            result = as_result(value)
            state = "done" if result.done else "none"
        finally:
            state = "none" if commit.failed else state
            if bound.tool.effect_group and state != "none":
                run.groups.add(bound.tool.effect_group)
            if not commit.succeeded:
                with anyio.CancelScope(shield=True):
                    await self._store.settle(key=key, state=state, result=result, now=self._clock())
        return result

    async def _within_deadline(
        self, tool: Tool, function: Callable[..., Any] | None, context: ToolContext, values: dict[str, Any]
    ) -> Any:
        assert function is not None  # noqa: S101 - callers look before they call
        arguments = {tool.context_parameter: context, **values} if tool.context_parameter else values
        with anyio.move_on_after(tool.timeout):
            if tool.is_async or function is tool.previewer:
                return await function(**arguments)
            return await self._in_thread(partial(function, **arguments))
        raise ToolTimeoutError(tool=tool.name, timeout=tool.timeout)

    async def _in_thread(self, function: Callable[[], Any]) -> Any:
        self._limiter = self._limiter or anyio.CapacityLimiter(self._threads)
        return await anyio.to_thread.run_sync(function, abandon_on_cancel=True, limiter=self._limiter)


class _Commit:
    """`ToolContext.commit` of one effect, and how it went."""

    __slots__ = ("_clock", "_epoch", "_key", "_store", "failed", "succeeded")

    def __init__(self, store: TurnStore, key: str, epoch: int, clock: Callable[[], float]) -> None:
        self._store = store
        self._key = key
        self._epoch = epoch
        self._clock = clock
        self.failed = False
        self.succeeded = False

    async def __call__(self, closure: Callable[[Connection], Result], /) -> Result:
        try:
            result = await self._store.commit(closure, key=self._key, now=self._clock(), epoch=self._epoch)
        except CommitUnknownError:
            raise
        except Exception:
            self.failed = True
            raise
        self.succeeded = True
        return result


async def _refuse_to_commit(closure: Callable[[Connection], Result], /) -> Result:
    raise RuntimeError(
        "a read-only tool, a preview or a value provider cannot commit: declare the tool read_only=False"
    )


def finished(
    run: TurnRun, call: ToolCall, outcome: Outcome, result: Result, seconds: float, error: str, tool: Tool | None
) -> ToolResult:
    """Return a call's result and note the event."""
    run.events.append(ToolCalled(run.turn.id, run.turn.workspace.id, call.tool, outcome, seconds, error))
    effect = outcome == "ok" and result.done and tool is not None and not tool.hints.read_only
    return ToolResult(call, outcome, result, round(seconds * 1000, 3), error, effect)


def as_result(value: Any) -> Result:
    """Turn whatever a tool returned into a `Result`: a string is its own text, anything else plain JSON."""
    if isinstance(value, Result):
        return value
    if isinstance(value, str):
        return Result(value, value)
    return Result(msgspec.to_builtins(value, enc_hook=_encode_other))


def _encode_other(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise TypeError(f"a tool returned a {type(value).__name__}, which is not JSON")
    return dump(mode="json")


def utc(seconds: float) -> datetime:
    """Return an aware datetime for UTC seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)
