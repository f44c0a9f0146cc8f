"""Runs calls that change the world, with a record in the ledger before and after, so that each happens once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio

from pulpo.contracts.tools import Result, Tool
from pulpo.conversation import localized
from pulpo.errors import ToolError
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


class Ledger:
    """Runs changing calls against a store's ledger. ``clock`` gives UTC seconds."""

    def __init__(self, store: TurnStore, invoker: Invoker, guards: Guards, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._invoker = invoker
        self._guards = guards
        self._clock = clock

    async def change(self, run: TurnRun, bound: BoundCall) -> Result:
        """Run a call that may change the world, unless an earlier attempt of it did.

        Raises `GroupDoneError`, `EffectInDoubtError`, or what the tool raised.
        """
        call, tool = bound.call, bound.tool
        key = effect_key(bound.proposed_in or run.turn.id, call)
        if tool.effect_group and run.groups.get(tool.effect_group, key) != key:
            raise _group_done(tool)
        # Shielded: an intent that nobody knows of any more would stand in the way of the same call for ever.
        with anyio.CancelScope(shield=True):
            known = await self._store.intend(
                key=key,
                turn_id=run.turn.id,
                call=call,
                group=tool.effect_group,
                now=self._clock(),
                epoch=run.conversation.epoch,
            )
        if known is None:
            return await self._effect(run, bound, key)
        if known.key != key:
            raise _group_done(tool)
        if known.state == "done":
            return known.result or Result()
        return await self._reconciled(run, bound, key) or await self._effect(run, bound, key)

    async def _reconciled(self, run: TurnRun, bound: BoundCall, key: str) -> Result | None:
        """Find out what became of an earlier attempt; None when the call may be made (again).

        Never a blind second attempt: a tool that can neither say nor be repeated leaves the effect in doubt.
        """
        tool = bound.tool
        if tool.reconciler is None:
            if tool.hints.idempotent:
                return None
            _doubt(run, bound, key)
            raise EffectInDoubtError(f"an earlier attempt of {tool.name} may have succeeded", tool=tool.name)
        try:
            found = await self._invoker.aside(bound, tool.reconciler, self._invoker.context(run, key))
        except Exception as error:
            _doubt(run, bound, key)
            raise EffectInDoubtError(f"{tool.name} cannot say what became of it", tool=tool.name) from error
        if found is None:
            return None
        result = as_result(found, tool=tool.name, locale=run.turn.locale)
        await self._settle(run, bound, key, "done", result)
        return result

    async def _effect(self, run: TurnRun, bound: BoundCall, key: str) -> Result:
        attempt = _Attempt(self._store, key, run.conversation.epoch, self._clock)
        try:
            context = self._invoker.context(run, key, attempt.commit)
            value = await self._invoker.run(bound, context, attempt.begin)
            attempt.begin()
            result = as_result(value, tool=bound.tool.name, locale=run.turn.locale)
        except BaseException as error:
            record = await self._settle(run, bound, key, attempt.state, attempt.committed)
            # What was committed counts, however the tool's reply got lost afterwards.
            if isinstance(error, Exception) and record is not None and record.state == "done":
                return record.result or Result()
            raise
        if attempt.committed is None:
            await self._settle(run, bound, key, _state(result), result)
        else:
            self._mark(run, bound, key, _state(attempt.committed))
        return result

    async def _settle(
        self, run: TurnRun, bound: BoundCall, key: str, state: State, result: Result | None
    ) -> Effect | None:
        """Record what came of an effect, and return the record: a commit on its way is in it by then."""
        self._mark(run, bound, key, "unknown")
        with anyio.CancelScope(shield=True):
            record = await self._store.settle(key=key, state=state, result=result, now=self._clock())
        self._mark(run, bound, key, record.state if record is not None else state)
        return record

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

    __slots__ = ("_clock", "_epoch", "_key", "_store", "begun", "committed", "rolled_back")

    def __init__(self, store: TurnStore, key: str, epoch: int, clock: Callable[[], float]) -> None:
        self._store = store
        self._key = key
        self._epoch = epoch
        self._clock = clock
        self.begun = False
        self.rolled_back = False
        self.committed: Result | None = None

    @property
    def state(self) -> State:
        """What is known of the effect when the tool gave no result."""
        if self.committed is not None:
            return _state(self.committed)
        return "none" if self.rolled_back or not self.begun else "unknown"

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
