"""Carries a rollout out: begins it, follows it, judges it every two seconds, and lets people step in.

The database holds the one truth and every process a copy of it, for the router. Whoever changes a rollout names the
revision that was read, so that of several processes which come to the same judgement one acts. When the database is
away the share stays what it was.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import exp
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import asdict, replace

from pulpo.canary.enrolling import take_in
from pulpo.canary.evidence import Block, Evidence
from pulpo.canary.guardrails import BY_NAME, GUARDRAILS, Bounds
from pulpo.canary.judge import Decision, Reading, RolloutState, State, judge
from pulpo.canary.prospects import shortage
from pulpo.canary.reporting import RolloutEvidence, log_evidence, report
from pulpo.contracts.events import CanaryRolledBack, ConversationsEnded, Event, RolloutChanged, RolloutCounted
from pulpo.contracts.runtime import RolloutReading
from pulpo.errors import RolloutError, StoreUnavailableError
from pulpo.settings import CanarySettings, RolloutSettings
from pulpo.store import counts, rollouts
from pulpo.store.canary import audit, wake
from pulpo.store.counts import TurnCount
from pulpo.store.fold import Folded, expire, fold
from pulpo.store.rollouts import StoredBlock
from pulpo.store.statements import OverSqlalchemy, Run
from pulpo.store.turnstore import TurnStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

EVERY: Final = 2.0
"""Seconds of a block, and between two looks."""

RIPE: Final = 300.0
"""Seconds after which a unit without a bad event counts as clean (or the step's minimum, where that is shorter)."""

BUDGET_WINDOW: Final = 30 * 86400.0
"""Seconds that an error budget is for."""

BUDGET_EVERY: Final = 30.0
"""Seconds between two looks at it; before a step there is one in any case."""

Spent = Callable[[Collection[str], Sequence[TurnCount]], tuple[str, str] | None]
_AUTHOR: Final = "rollout"


class Rollouts:
    """The rollout of this system, if one is configured: ``current``, and ``served`` as the router is to read it.

    ``settings`` returns those in force, ``serving`` whether the canary is neither off nor killed, ``fingerprint`` what
    a variant is made of, and ``clock`` UTC seconds; ``shadowed`` tells how many turns this process compared with a
    variant's shadow, as (all, agreeing), and ``spent`` which of some objectives has no error budget left by the counts
    of its period. ``on_change`` is called after every change.
    """

    def __init__(
        self,
        *,
        store: TurnStore,
        settings: Callable[[], CanarySettings],
        serving: Callable[[], bool],
        fingerprint: Callable[[str], str],
        emit: Callable[[Event], None],
        clock: Callable[[], float],
        new_id: Callable[[], str],
        shadowed: Callable[[str], tuple[int, int]] = lambda _variant: (0, 0),
        spent: Spent = lambda _objectives, _counts: None,
    ) -> None:
        self.current: RolloutState | None = None
        self.served: RolloutState | None = None
        self.on_change: list[Callable[[], None]] = []
        self.problem = ""
        self._store = store
        self._settings = settings
        self._serving = serving
        self._fingerprint = fingerprint
        self._emit = emit
        self._clock = clock
        self._new_id = new_id
        self._shadowed = shadowed
        self._spent = spent
        self._budget: tuple[float, tuple[str, str] | None] = (0.0, None)
        self._born = (clock(), self._wanted())
        self._known = _Known("")
        self._counted: RolloutCounted | None = None
        self._ended: tuple[ConversationsEnded, ...] = ()
        self._tidied = 0.0

    async def run(self) -> None:
        """Count, judge and follow, for ever; run it beside the turns."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """Do once what `run` does; what goes wrong shows in the status."""
        try:
            await self.tick()
            self.problem = ""
        except StoreUnavailableError as error:
            self.problem = str(error)
        except Exception as error:
            # Turns go on, and so must counting: a defect here ends nothing.
            self.problem = f"{type(error).__name__}: {error}"

    async def tick(self) -> None:
        """Count, judge and follow once. Raises `StoreUnavailableError`."""
        now = self._clock()
        await self.refresh()
        await self._begin_if_due(now)
        await fold(self._store, now=now, watch=partial(self._watch, now), committed=self._tell_counted)
        await self._judge(now)
        if not 0 <= now - self._tidied <= counts.HOUR:
            self._tidied = now
            await expire(self._store, now=now)
            await self._store.together(partial(rollouts.forget, before=now - BUDGET_WINDOW))

    async def refresh(self) -> None:
        """Take in what another process has changed."""
        if self._settings().rollout is None:
            self._adopt(None)
            return
        row = await self._store.database.read(lambda connection: rollouts.latest(OverSqlalchemy(connection)))
        self._adopt(None if row is None else RolloutState(**row))

    async def evidence(self, *, workspaces: int | None = None) -> RolloutEvidence | None:
        """Return all that is known for and against the canary, or None without a rollout. ``workspaces`` is how many
        there are, where whole ones stick together."""
        state, plan = self.current, self._settings().rollout
        if state is None or plan is None:
            return None
        now = self._clock()
        known = await self._reading(state, plan, now)
        decision = judge(state, known.reading, plan, _bounds(plan), now=now)
        few = shortage(state, known.reading, plan, _bounds(plan), now=now, workspaces=workspaces)
        return report(
            state,
            known.reading,
            _bounds(plan),
            known.blocks,
            waiting=decision.reason,
            problem=self.problem,
            shortage=few,
        )

    def reading(self) -> RolloutReading | None:
        """Return the state, and the evidence of the last look; None without a rollout."""
        state, plan = self.current, self._settings().rollout
        if state is None or plan is None:
            return None
        if self._known.rollout != state.id:
            return RolloutReading(state.state)
        return RolloutReading(state.state, log_evidence(state, self._known.reading, _bounds(plan)))

    async def pause(self, reason: str = "", *, by: str = _AUTHOR) -> RolloutState:
        """Keep the share where it is until somebody resumes; guardrails go on. Raises `RolloutError`."""
        return await self._turn(self._running("progressing"), "paused", reason, by=by, guardrail="")

    async def resume(self, reason: str = "", *, by: str = _AUTHOR) -> RolloutState:
        """Go on with what was paused or inconclusive, and begin anew after an abort. Raises `RolloutError`."""
        state = self._running("paused", "inconclusive", "aborted")
        if state.state == "aborted":
            return await self._begin(self._clock(), reason or "resumed after an abort", by=by)
        return await self._turn(state, "progressing", reason, by=by, step_started=self._clock(), guardrail="")

    async def abort(self, reason: str = "", *, by: str = _AUTHOR) -> RolloutState:
        """Send everybody back to stable. Raises `RolloutError`."""
        state = self._running("progressing", "paused", "inconclusive", "promoted")
        return await self._turn(state, "aborted", reason, by=by, share=0.0, guardrail="", cooldown_until=self._cooled())

    async def promote(self, reason: str = "", *, by: str = _AUTHOR) -> RolloutState:
        """Give everybody the canary, whatever the evidence says. Raises `RolloutError`."""
        state = self._running("progressing", "paused", "inconclusive")
        return await self._turn(state, "promoted", reason, by=by, share=1.0, guardrail="", step=len(state.steps) - 1)

    def _watch(self, now: float, run: Run, folded: Folded) -> None:
        self._ended = _conversations(folded)
        plan = self._settings().rollout
        if plan is not None:
            self._counted = take_in(run, folded, _bounds(plan), now=now)

    def _tell_counted(self) -> None:
        if self._counted is not None:
            self._emit(self._counted)
        self._counted = None
        for conversations in self._ended:
            self._emit(conversations)

    def _wanted(self) -> tuple[str, str, tuple[float, ...]] | None:
        """What a rollout would be of: the variant, what it is made of, and the steps."""
        settings = self._settings()
        if settings.rollout is None:
            return None
        return settings.variant, self._fingerprint(settings.variant), settings.rollout.steps

    @property
    def _ours(self) -> bool:
        """Whether the rollout is of the variant as this process serves it."""
        state = self.current
        return state is not None and (state.variant, state.fingerprint, state.steps) == self._wanted()

    async def _begin_if_due(self, now: float) -> None:
        wanted = self._wanted()
        if wanted != self._born[1]:
            self._born = (now, wanted)
        state = self.current
        if wanted is None or not self._serving() or self._ours:
            return
        # A changed variant begins anew; the release before, which may still run beside it, does not begin back.
        if state is None or (self._born[0] > state.started and now >= state.cooldown_until):
            await self._begin(now, "began" if state is None else "the variant changed", by=_AUTHOR)

    async def _begin(self, now: float, reason: str, *, by: str) -> RolloutState:
        wanted = self._wanted()
        if wanted is None:
            raise RolloutError("there is no [canary.rollout] in the settings: add one first")
        variant, fingerprint, steps = wanted
        state = RolloutState(
            id=self._new_id(),
            variant=variant,
            fingerprint=fingerprint,
            state="progressing",
            step=0,
            share=steps[0],
            steps=steps,
            started=now,
            step_started=now,
            reason=reason,
        )
        read = self.current

        def begin(connection: Connection) -> bool:
            run = OverSqlalchemy(connection)
            newest = _locked(run)
            if newest is not None and (read is None or newest["started"] != read.started):
                return False
            rollouts.begin(run, asdict(state))
            _note(connection, read, state, action="rollout began", by=by, now=now)
            return True

        await self._store.database.write(begin)
        await self.refresh()
        return self.current or state

    async def _judge(self, now: float) -> None:
        state, plan = self.current, self._settings().rollout
        if state is None or plan is None or not self._serving() or state.state in ("aborted", "promoted"):
            return
        known = await self._reading(state, plan, now)
        decision = judge(state, known.reading, plan, _bounds(plan), now=now)
        if decision.action in ("advance", "thaw") and self._budget[0] != now:
            known.reading = replace(known.reading, spent=await self._look_at_budget(plan, now))
            decision = judge(state, known.reading, plan, _bounds(plan), now=now)
        if decision.action == "rollback":
            await self._roll_back(state, decision)
        elif decision.action == "hold":
            await self._changed(state, "inconclusive", decision.reason, by=_AUTHOR)
        elif decision.action == "freeze":
            await self._changed(state, "paused", decision.reason, by=_AUTHOR, guardrail=decision.guardrail)
        elif decision.action == "thaw":
            await self._changed(state, "progressing", decision.reason, by=_AUTHOR, guardrail="", step_started=now)
        elif decision.action == "advance":
            await self._advance(state, decision.reason, now)

    async def _roll_back(self, state: RolloutState, decision: Decision) -> None:
        changes = {"share": 0.0, "guardrail": decision.guardrail, "cooldown_until": self._cooled()}
        if await self._changed(state, "aborted", decision.reason, by=_AUTHOR, **changes):
            threshold = 1 / BY_NAME[decision.guardrail].alpha
            found = exp(min(decision.evidence, 700.0))
            self._emit(CanaryRolledBack(state.id, state.variant, decision.guardrail, found, threshold))

    async def _advance(self, state: RolloutState, reason: str, now: float) -> None:
        step = state.step + 1
        share = state.steps[step]
        name: State = "promoted" if share >= 1.0 else "progressing"
        await self._changed(state, name, reason, by=_AUTHOR, step=step, share=share, step_started=now)

    async def _turn(self, state: RolloutState, name: State, reason: str, *, by: str, **values: Any) -> RolloutState:
        if not await self._changed(state, name, reason, by=by, **values):
            raise RolloutError("the rollout was changed at the same moment: look at its status and decide again")
        return self.current or state

    async def _changed(self, state: RolloutState, name: State, reason: str, *, by: str, **values: Any) -> bool:
        """Change the rollout if it still is what was read, and note it in the same transaction."""
        after = replace(state, state=name, reason=reason, **values)
        values = {"state": name, "reason": reason, **values}

        def change(connection: Connection) -> bool:
            done = rollouts.change(OverSqlalchemy(connection), state.id, values, revision=state.revision)
            if done:
                _note(connection, state, after, action=f"rollout {name}", by=by, now=self._clock())
            return done

        done = await self._store.database.write(change)
        await self.refresh()
        return done

    async def _reading(self, state: RolloutState, plan: RolloutSettings, now: float) -> _Known:
        if self._known.rollout != state.id:
            self._known = _Known(state.id)
        # Held here: while the database answers, somebody else may ask for another rollout.
        known = self._known

        def read(connection: Connection) -> tuple[Any, ...]:
            run = OverSqlalchemy(connection)
            ripe = rollouts.enrolled(run, state.id, kind="unit", until=now - min(RIPE, plan.minimum_time))
            goals = rollouts.enrolled(run, state.id, kind="goal")
            enrolled = rollouts.enrolled(run, state.id, kind="unit")
            return rollouts.blocks(run, state.id, after=known.number), ripe, goals, enrolled

        blocks, ripe, goals, enrolled = await self._store.database.read(read)
        known.take_in(blocks)
        stable, canary = (sum(both[arm] for both in goals.values()) for arm in (0, 1))
        units = sum(canary for _, canary in ripe.values())
        stale = not 0 <= now - self._budget[0] < BUDGET_EVERY  # a clock that was set back made it stale too
        spent = await self._look_at_budget(plan, now) if stale else self._budget[1]
        known.reading = Reading(known.evidence, units, (stable, canary), enrolled, self._shadowed(state.variant), spent)
        return known

    async def _look_at_budget(self, plan: RolloutSettings, now: float) -> tuple[str, str] | None:
        window = partial(counts.turn_counts, since=now - BUDGET_WINDOW, until=now + 1)
        found = await self._store.database.read(window) if plan.objectives else ()
        self._budget = (now, self._spent(plan.objectives, found))
        return self._budget[1]

    def _running(self, *states: State) -> RolloutState:
        state = self.current
        if state is None:
            raise RolloutError("no rollout is under way: add [canary.rollout] to the settings, and enable the canary")
        if state.state not in states:
            raise RolloutError(f"the rollout is {state.state}: {state.reason or 'nothing to do here'}")
        return state

    def _cooled(self) -> float:
        plan = self._settings().rollout
        return self._clock() + (plan.cooldown if plan else 0.0)

    def _adopt(self, state: RolloutState | None) -> None:
        before, self.current = self.current, state
        # A process of another release follows the share, but what it serves is no evidence about this variant.
        self.served = state if state is None or self._ours else replace(state, id="")
        if state == before:
            return
        if state is not None:
            self._emit(RolloutChanged(state.id, state.variant, state.state, state.step, state.share, state.reason))
        for changed in self.on_change:
            changed()


@dataclass(slots=True)
class _Known:
    """What the blocks of one rollout say, up to their ``number``: the evidence, which blocks, and the last reading."""

    rollout: str
    number: int = 0
    evidence: dict[str, Evidence] = field(default_factory=lambda: {each.name: Evidence() for each in GUARDRAILS})
    blocks: dict[str, Counter[Block]] = field(default_factory=lambda: {each.name: Counter() for each in GUARDRAILS})
    reading: Reading = field(default_factory=Reading)

    def take_in(self, found: Iterable[StoredBlock]) -> None:
        """Add blocks, in order; what somebody else added meanwhile is there already."""
        for each in found:
            if each.number > self.number:
                block = Block(each.stable, each.stable_bad, each.canary, each.canary_bad)
                self.evidence[each.guardrail].add(block)
                self.blocks[each.guardrail][block] += 1
                self.number = each.number


def _bounds(plan: RolloutSettings) -> Bounds:
    return Bounds(plan.latency, plan.tokens, plan.limits)


def _locked(run: Run) -> dict[str, Any] | None:
    """Return the newest rollout while nobody else begins one."""
    if run.dialect == "postgresql":
        run("LOCK TABLE canary_rollouts IN SHARE ROW EXCLUSIVE MODE")
    return rollouts.latest(run)


def _note(
    connection: Connection, before: RolloutState | None, after: RolloutState, *, action: str, by: str, now: float
) -> None:
    audit(connection, now=now, actor=by, action=action, before=_told(before), after=_told(after))
    wake(connection)


def _told(state: RolloutState | None) -> dict[str, Any]:
    if state is None:
        return {}
    return {"rollout": state.id, "state": state.state, "step": state.step, "share": state.share, "reason": state.reason}


def _conversations(folded: Folded) -> tuple[ConversationsEnded, ...]:
    """Sum up the goals that ended."""
    found = Counter((end.variant, end.goal, end.result) for end in folded.goals)
    return tuple(ConversationsEnded(*how, count) for how, count in found.items())
