"""Runs tool calls: breaker, cache, deadlines, the effect ledger, and no lost siblings.

A call never raises: whatever happens becomes a `ToolResult`, so that one bad tool costs one result and not the
turn. On the way to the function a call passes, from the outside in, the cache, its rate limit, the breaker, the ledger
(if it changes something), the tool's deadline, its limit of concurrent calls, and the retries.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from typing import cast

import anyio

from pulpo import tracing
from pulpo.contracts.tools import Outcome, Result, Summary, Tool, ToolContext, ToolResult
from pulpo.conversation import localized
from pulpo.errors import (
    LeaseLostError,
    StoreUnavailableError,
    ToolBusyError,
    ToolLimitedError,
    ToolOpenError,
    ToolTimeoutError,
)
from pulpo.resilience.breaker import Verdict
from pulpo.resilience.guards import Guards
from pulpo.resilience.limiter import Limiter
from pulpo.store.effects import canonical
from pulpo.store.turnstore import TurnStore
from pulpo.tracing import TraceContext
from pulpo.turns.invocation import BoundCall, Invoker
from pulpo.turns.ledger import PATIENCE, EffectInDoubtError, GroupDoneError, Ledger
from pulpo.turns.notices import unavailable
from pulpo.turns.results import as_result, finished, packed, read
from pulpo.turns.run import TurnRun
from pulpo.turns.zone import user_zone

OUTCOMES: tuple[tuple[type[Exception], Outcome], ...] = (
    (ToolTimeoutError, "timeout"),
    (ToolOpenError, "open"),
    (ToolBusyError, "limited"),
    (GroupDoneError, "denied"),
)
"""How a call ended that raised one of these; their messages are ours. Anything else is an ``error``."""

NOT_ITS_FAULT = (ToolBusyError, GroupDoneError, EffectInDoubtError, StoreUnavailableError, LeaseLostError)
"""What says nothing about the health of a tool."""


LEEWAY = 0.1
"""Seconds that who waits for somebody else's call of a tool has on top of the tool's deadline."""


class ToolExecutor:
    """Runs bound calls. ``clock`` gives UTC seconds; at most ``parallel`` read-only calls of a turn run at once;
    ``patience`` is the `Ledger`'s."""

    def __init__(
        self,
        store: TurnStore,
        guards: Guards,
        *,
        clock: Callable[[], float],
        parallel: int = 8,
        patience: float = PATIENCE,
    ) -> None:
        self._guards = guards
        self._invoker = Invoker(store, guards)
        self._ledger = Ledger(store, self._invoker, guards, clock=clock, patience=patience)
        self._parallel = parallel
        self.context: Callable[[TurnRun], ToolContext] = self._invoker.context
        """What planners, previews and value providers may know."""

    async def run(self, run: TurnRun, calls: Sequence[BoundCall]) -> None:
        """Run the calls and add their results in the order they were asked for.

        Read-only calls run together; the others one after the other, in the planner's order, beside them.
        """
        call = self._call if run.trace is None else self._traced
        if len(calls) == 1:
            run.add(await call(run, calls[0]))
            return
        results: dict[int, ToolResult] = {}

        async def one_after_the_other(left: Iterator[tuple[int, BoundCall]]) -> None:
            for number, bound in left:
                results[number] = await call(run, bound)

        looking = [it for it in enumerate(calls) if it[1].tool.hints.read_only]
        changing = [it for it in enumerate(calls) if not it[1].tool.hints.read_only]
        left = iter(looking)
        async with anyio.create_task_group() as group:
            for _ in looking[: self._parallel]:
                group.start_soon(one_after_the_other, left)
            group.start_soon(one_after_the_other, iter(changing))
        for number in range(len(calls)):
            run.add(results[number])

    async def preview(self, run: TurnRun, bound: BoundCall) -> Summary | Result | None:
        """Run the tool's preview, if it has one, under the tool's deadline; it may raise.

        Raises `ToolOpenError` when the tool itself would be refused: nobody should be asked to say yes to that.
        """
        breaker = self._guards.breakers.of(run.turn.workspace.id, bound.tool.name)
        if not breaker.available:
            raise ToolOpenError(tool=bound.tool.name, retry_after=breaker.retry_after)
        if bound.tool.previewer is None:
            return None
        shown = await self._invoker.aside(bound, bound.tool.previewer, self.context(run))
        if not isinstance(shown, Summary):
            return as_result(shown, tool=bound.tool.name, locale=run.turn.locale)
        packed(shown, bound.tool.name)  # what cannot be written down cannot wait for a yes
        return shown

    async def look_again(self, run: TurnRun, tools: Mapping[str, Tool]) -> None:
        """Find out what became of the effects that are in doubt, as far as anybody can tell."""
        await self._ledger.look_again(run, tools)

    def available(self, run: TurnRun, tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
        """Return the tools that would be called now; the turn remembers those that would be refused."""
        run.hidden = {}
        stuck = self._guards.threads.stuck
        if self._guards.breakers.all_well and not stuck:
            return tools
        available = self._guards.breakers.available(run.turn.workspace.id, tools)
        if stuck:
            available = {name: tool for name, tool in available.items() if self._guards.owner(name) not in stuck}
        run.hidden = {name: _title(run, tool) for name, tool in tools.items() if name not in available}
        return available

    def failed(
        self, run: TurnRun, bound: BoundCall, error: Exception, started: float, ended: float, span_id: str = ""
    ) -> ToolResult:
        """Return the result of a call that raised: planners get the kind of error, users what they should know."""
        outcome: Outcome = next((it for kind, it in OUTCOMES if isinstance(error, kind)), "error")
        text = f"{type(error).__name__} in {bound.call.tool}" if outcome == "error" else str(error)
        result = Result()
        if outcome == "open" or isinstance(error, ToolLimitedError):
            run.refused[bound.tool.name] = _title(run, bound.tool)
            result = Result(text=unavailable(run, run.refused.values()), done=False)
        return finished(run, bound.call, outcome, result, ended - started, text, bound.tool, started, span_id)

    async def _traced(self, run: TurnRun, bound: BoundCall) -> ToolResult:
        """Run a call in a span of its own, so that what the tool asks of others stands below it."""
        turn = cast("TraceContext", run.trace)
        # Made of what is unique in the turn, so that ids need no source of their own here.
        name = f"{turn.span_id}/{len(run.events)}/{bound.call.id}"
        span_id = blake2b(name.encode(errors="replace"), digest_size=8).hexdigest()
        token = tracing.current.set(turn.under(span_id))
        try:
            return await self._call(run, bound, span_id)
        finally:
            tracing.current.reset(token)

    async def _call(self, run: TurnRun, bound: BoundCall, span_id: str = "") -> ToolResult:
        clock = self._guards.clock
        started = clock()
        try:
            result = await (self._cached(run, bound) if bound.tool.cache else self._guarded(run, bound))
        except Exception as error:
            return self.failed(run, bound, error, started, clock(), span_id)
        return finished(run, bound.call, "ok", result, clock() - started, "", bound.tool, started, span_id)

    async def _cached(self, run: TurnRun, bound: BoundCall) -> Result:
        turn, tool = run.turn, bound.tool
        asker = None if tool.cache_shared else (turn.user_id, run.scopes, user_zone(turn.attributes))
        key = (turn.workspace.id, turn.locale, asker, canonical(bound.call))

        async def find() -> bytes:
            return packed(await self._guarded(run, bound), tool.name)

        cache, scope = self._guards.cache, (self._guards.owner(tool.name), turn.workspace.id)
        get = partial(cache.get, key, scope, tool.cache, find, of=tool.name)
        return read(await (_in_time(tool, get) if cache.finding(key) else get()), turn.locale)

    async def _guarded(self, run: TurnRun, bound: BoundCall) -> Result:
        """Run a call if its breaker lets it, and tell the breaker how it went."""
        if self._guards.limiter is not None:
            await self._within_rate(self._guards.limiter, run, bound.tool.name)
        breaker = self._guards.breakers.of(run.turn.workspace.id, bound.tool.name)
        permit = breaker.admit()
        if permit is None:
            raise ToolOpenError(tool=bound.tool.name, retry_after=breaker.retry_after)
        verdict: Verdict = "cancelled"
        try:
            if bound.tool.hints.read_only:
                value = await self._invoker.run(bound, self.context(run))
                result = as_result(value, tool=bound.tool.name, locale=run.turn.locale)
            else:
                result = await self._ledger.change(run, bound)
            verdict = "success"
        except Exception as error:
            verdict = "cancelled" if isinstance(error, NOT_ITS_FAULT) else "failure"
            raise
        finally:
            breaker.settle(permit, verdict)
        return result

    @staticmethod
    async def _within_rate(limiter: Limiter, run: TurnRun, tool: str) -> None:
        standing = await limiter.tool(run.turn.workspace.id, tool)
        if standing is not None and standing.wait:
            raise ToolLimitedError(tool=tool, retry_after=standing.wait)


async def _in_time(tool: Tool, get: Callable[[], Awaitable[bytes]]) -> bytes:
    """Wait for what somebody else is finding out, and do it oneself if that fails, all in the time that one call has.

    A call's own deadline, which its breaker counts, comes first.
    """
    with anyio.move_on_after(tool.timeout + LEEWAY):
        return await get()
    raise ToolTimeoutError(tool=tool.name, timeout=tool.timeout)


def _title(run: TurnRun, tool: Tool) -> str:
    return localized(tool.title or tool.name, run.turn.locale)


def utc(seconds: float) -> datetime:
    """Return an aware datetime for UTC seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)
