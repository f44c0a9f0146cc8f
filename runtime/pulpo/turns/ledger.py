"""Runs calls that change the world, with a record in the ledger before and after, so that each happens once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio

from pulpo.contracts.tools import Reconcile, Result, Tool, ToolResult
from pulpo.conversation import ToolCall, localized
from pulpo.errors import StoreUnavailableError, ToolError
from pulpo.resilience.guards import Guards
from pulpo.store.effects import Effect, State, effect_key
from pulpo.store.turnstore import TurnStore
from pulpo.turns.invocation import BoundCall, Invoker
from pulpo.turns.results import as_result
from pulpo.turns.run import TurnRun

if TYPE_CHECKING:
    from sqlalchemy import Connection


class EffectInDoubtError(ToolError):
    """An earlier attempt of this very effect may have happened, and nothing says whether it did."""


class GroupDoneError(ToolError):
    """This turn has already changed something of the tool's effect group."""


T = TypeVar("T")

GRACE = 0.25
"""Seconds for which a turn that has no time left still asks what came of its effect."""

PATIENCE = 5.0
"""Seconds: a database that is back by then spares the user the doubt; later the lease is somebody else's."""

PAUSES = (0.01, 0.25)
"""Seconds before the ledger is asked again: at first, and at most (each pause is twice the one before)."""


class Ledger:
    """Runs changing calls against a store's ledger.

    ``clock`` gives UTC seconds. ``patience`` is for how many of them a database that does not answer is asked what
    came of an effect, if the turn has the time.
    """

    def __init__(
        self, store: TurnStore, invoker: Invoker, guards: Guards, *, clock: Callable[[], float], patience: float
    ) -> None:
        self._store = store
        self._invoker = invoker
        self._guards = guards
        self._clock = clock
        self._patience = patience

    async def change(self, run: TurnRun, bound: BoundCall) -> Result:
        """Run a call that may change the world, unless an earlier attempt of it did.

        Raises `GroupDoneError`, `EffectInDoubtError`, or what the tool raised.
        """
        call, tool = bound.call, bound.tool
        key = effect_key(bound.proposed_in or run.turn.id, call)
        if tool.effect_group and run.groups.get(tool.effect_group, key) != key:
            raise _group_done(tool)
        known = await self._intended(run, bound, key)
        if known is None:
            return await self._effect(run, bound, key)
        if known.key != key:
            raise _group_done(tool)
        if known.state == "done":
            return known.result or Result()
        return await self._reconciled(run, bound, key) or await self._again(run, bound, key)

    async def look_again(self, run: TurnRun, tools: Mapping[str, Tool]) -> None:
        """Find out what became of the turn's effects in doubt, where our database or the tool can tell.

        What was done becomes a result that planners see; what our database knows not to have happened is forgotten.
        A tool that finds nothing leaves the doubt: a process that was paused in the middle may still do it.
        """
        for effect in await self._insisting(partial(self._store.effects_of, run.turn.id)):
            tool = tools.get(effect.tool)
            if effect.key not in run.doubts or tool is None or not (tool.atomic or tool.reconciler):
                continue
            call = ToolCall(effect.key, effect.tool, effect.arguments)
            with suppress(ToolError):
                bound = BoundCall(call, tool, tool.bind(effect.arguments))
                found = await self._reconciled(run, bound, effect.key)
                if found is not None:
                    run.add(ToolResult(call, "ok", found, 0.0, effect=found.done))

    async def _intended(self, run: TurnRun, bound: BoundCall, key: str) -> Effect | None:
        """Record the intent; None when the call may be made, else what stands in its way.

        An intent whose confirmation was lost stands there like an earlier attempt's. Those are all known to the turn:
        one that is not is our own, and nothing was done under it.
        """
        known_before = key in run.doubts
        intend = partial(
            self._store.intend,
            key=key,
            turn_id=run.turn.id,
            call=bound.call,
            group=bound.tool.effect_group,
            now=self._clock(),
            epoch=run.conversation.epoch,
        )
        # Shielded: an intent that nobody knows of any more would stand in the way of the same call for ever.
        with anyio.CancelScope(shield=True):
            try:
                return await intend()
            except StoreUnavailableError:
                pass
        known = await self._insisting(intend)
        ours = known is not None and known.key == key and known.state == "intended" and not known_before
        return None if ours else known

    async def _again(self, run: TurnRun, bound: BoundCall, key: str) -> Result:
        """Make a call whose earlier attempt is known to have changed nothing, or may be repeated."""
        if bound.tool.atomic:
            await self._intended(run, bound, key)
        return await self._effect(run, bound, key)

    async def _reconciled(self, run: TurnRun, bound: BoundCall, key: str) -> Result | None:
        """Find out what became of an earlier attempt; None when the call may be made (again).

        Never a blind second attempt: a tool that can neither say nor be repeated leaves the effect in doubt.
        """
        tool = bound.tool
        if tool.atomic:
            record = await self._settle(run, bound, key, "none", None)
            return (record.result or Result()) if record is not None and record.state == "done" else None
        if tool.reconciler is None:
            if tool.hints.idempotent:
                return None
            _doubt(run, bound, key)
            raise EffectInDoubtError(f"an earlier attempt of {tool.name} may have succeeded", tool=tool.name)
        try:
            return await self._told(run, bound, key, tool.reconciler)
        except Exception as error:
            _doubt(run, bound, key)
            raise EffectInDoubtError(f"{tool.name} cannot say what became of it", tool=tool.name) from error

    async def _told(self, run: TurnRun, bound: BoundCall, key: str, reconcile: Reconcile) -> Result | None:
        """Have the tool say what became of an attempt, and record it if it took effect; raises what the tool does."""
        found = await self._invoker.aside(bound, reconcile, self._invoker.context(run, key))
        if found is None:
            return None
        result = as_result(found, tool=bound.tool.name, locale=run.turn.locale)
        await self._settle(run, bound, key, "done", result)
        return result

    async def _effect(self, run: TurnRun, bound: BoundCall, key: str) -> Result:
        attempt = _Attempt(self._store, key, run.conversation.epoch, self._clock, atomic=bound.tool.atomic)
        try:
            context = self._invoker.context(run, key, attempt.commit)
            value = await self._invoker.run(bound, context, attempt.begin)
            attempt.begin()
            result = as_result(value, tool=bound.tool.name, locale=run.turn.locale)
        except BaseException as error:
            record = await self._settle(run, bound, key, attempt.state, attempt.committed)
            # What was committed counts, however the tool's reply got lost afterwards.
            if isinstance(error, Exception) and (found := await self._found(run, bound, key, record)) is not None:
                return found
            raise
        if attempt.committed is None:
            if bound.tool.atomic and result.done:
                await self._settle(run, bound, key, "none", None)
                raise ToolError(f"{bound.tool.name} is atomic and did not commit what it did", tool=bound.tool.name)
            await self._settle(run, bound, key, _state(result), result)
        else:
            self._mark(run, bound, key, _state(attempt.committed))
        return result

    async def _found(self, run: TurnRun, bound: BoundCall, key: str, record: Effect | None) -> Result | None:
        """Return the result of an attempt that failed and took effect all the same, as far as anybody can tell.

        A tool that finds nothing right after its call failed proves nothing: the call may still be on its way.
        """
        if record is not None and record.state == "done":
            return record.result or Result()
        if record is not None and record.state == "unknown" and bound.tool.reconciler is not None:
            with suppress(Exception):
                return await self._told(run, bound, key, bound.tool.reconciler)
        return None

    async def _settle(
        self, run: TurnRun, bound: BoundCall, key: str, state: State, result: Result | None
    ) -> Effect | None:
        """Record what came of an effect, and return the record: a commit on its way is in it by then."""
        self._mark(run, bound, key, "unknown")
        epoch = run.conversation.epoch
        record = await self._insisting(
            lambda: self._store.settle(key=key, state=state, result=result, now=self._clock(), epoch=epoch)
        )
        self._mark(run, bound, key, record.state if record is not None else state)
        return record

    async def _insisting(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the store, again while it cannot answer; raises `StoreUnavailableError` when patience ends.

        A cancelled turn asks too, and for no longer than `GRACE`: what it has changed is recorded.
        """
        began = anyio.current_time()
        pause, longest = PAUSES
        while True:
            waited = anyio.current_time() - began
            try:
                with anyio.CancelScope(shield=waited < GRACE):
                    return await ask()
            except StoreUnavailableError:
                if waited >= self._patience:
                    raise
            with anyio.CancelScope(shield=waited < GRACE):
                await anyio.sleep(pause)
            pause = min(2 * pause, longest)

    def _mark(self, run: TurnRun, bound: BoundCall, key: str, state: State) -> None:
        """Let the turn know, and whoever remembers what has now changed."""
        group = bound.tool.effect_group
        if state == "none" and run.groups.get(group) == key:
            del run.groups[group]
        elif state != "none" and group:
            run.groups[group] = key
        if state == "unknown":
            _doubt(run, bound, key)
        else:
            run.doubts.pop(key, None)
        if state != "none":
            self._guards.cache.changed((self._guards.owner(bound.tool.name), run.turn.workspace.id))


def _state(result: Result) -> State:
    return "done" if result.done else "none"


def _group_done(tool: Tool) -> GroupDoneError:
    return GroupDoneError(f"a {tool.effect_group} change was already made in this turn", tool=tool.name)


def _doubt(run: TurnRun, bound: BoundCall, key: str) -> None:
    run.doubts[key] = localized(bound.tool.title or bound.tool.name, run.turn.locale)


class _Attempt:
    """How an effect's attempt went: whether it may have begun, and what its `ToolContext.commit` came to."""

    __slots__ = ("_atomic", "_clock", "_epoch", "_key", "_store", "begun", "committed", "rolled_back")

    def __init__(self, store: TurnStore, key: str, epoch: int, clock: Callable[[], float], *, atomic: bool) -> None:
        self._atomic = atomic
        self._store = store
        self._key = key
        self._epoch = epoch
        self._clock = clock
        self.begun = False
        self.rolled_back = False
        self.committed: Result | None = None

    @property
    def state(self) -> State:
        """What is known of the effect when the tool gave no result.

        An atomic one has happened if the database says so, which is asked next.
        """
        if self.committed is not None:
            return _state(self.committed)
        return "none" if self._atomic or self.rolled_back or not self.begun else "unknown"

    def begin(self) -> None:
        self.begun = True

    async def commit(self, closure: Callable[[Connection], Result], /) -> Result:
        self.begun = True
        self.rolled_back = False
        try:
            self.committed = await self._store.commit(closure, key=self._key, now=self._clock(), epoch=self._epoch)
        except Exception:
            self.rolled_back = True
            raise
        return self.committed
