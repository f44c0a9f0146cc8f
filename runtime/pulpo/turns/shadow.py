"""Shadow planning: another variant plans a turn that stable has answered, and nobody sees it.

It goes through the same loop as every attempt, with an executor that executes nothing (`DryRun`): calls that stable
made too are answered with what was recorded, other calls that would change something with what would have been called,
and a look that stable never took ends the shadow, for nobody knows what it would have seen. There is no store, ledger,
breaker, rate limit or policy in its reach, and of its events only calls of models are told: somebody pays for them.
What a planner does behind the contract's back (a file, a service of its own) nobody can keep it from, in the shadow or
out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import anyio
import msgspec
from anyio.abc import TaskGroup
from msgspec import Struct
from msgspec.structs import replace

from pulpo.canary.router import STABLE, Router
from pulpo.canary.shadow import Planned, Tallies, compare
from pulpo.contracts.canary import Assignment
from pulpo.contracts.events import Event, ModelCalled, PlannerStepped, ShadowCompared, ShadowDropped
from pulpo.contracts.policies import ALLOW, PolicyContext, Verdict, needs_approval
from pulpo.contracts.storage import Database
from pulpo.contracts.tools import Result, Summary, Tool, ToolContext, ToolResult
from pulpo.conversation import Message, Pending, ToolCall, Turn
from pulpo.errors import PulpoError
from pulpo.store.effects import canonical
from pulpo.turns.invocation import BoundCall
from pulpo.turns.loop import Executor, History, Limits, ReadConsent, Reply, TurnLoop, Variant
from pulpo.turns.policies import PolicySet
from pulpo.turns.prices import Price
from pulpo.turns.run import TurnRun

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")

MOST: Final = 8
"""Shadows that a process has under way; a turn beyond them is not compared."""

PAUSE: Final = 0.005
"""Seconds a shadow lets everybody else go first, the answer of its own turn above all."""

LATE: Final = 0.01
"""Seconds by which the loop may be late after the pause; a busier process compares nothing."""


class NotRecordedError(PulpoError):
    """The shadow wants to see what stable did not look at."""


class Job(Struct, frozen=True):
    """A turn that stable answered, and the reply it was given."""

    run: TurnRun
    reply: Reply
    variant: str


class Shadows:
    """Takes turns (`offer`) and compares them (`work`). ``context`` tells planners what tools may know, ``history``
    reads messages, ``random`` gives fractions and ``monotonic`` seconds; a shadow may take ``deadline`` of these."""

    def __init__(
        self,
        *,
        router: Router,
        variants: Mapping[str, Variant],
        tools: Mapping[str, Tool],
        policies: PolicySet,
        context: Callable[[TurnRun], ToolContext],
        history: History,
        read_consent: ReadConsent,
        limits: Limits,
        prices: Mapping[str, Price],
        tallies: Tallies,
        emit: Callable[[Event], None],
        random: Callable[[], float],
        monotonic: Callable[[], float],
        deadline: float,
    ) -> None:
        self.tallies = tallies
        self._router = router
        self._variants = variants
        self._tools = tools
        self._policies = policies
        self._context = context
        self._history = history
        self._read_consent = read_consent
        self._limits = limits
        self._prices = prices
        self._emit = emit
        self._random = random
        self._monotonic = monotonic
        self._deadline = deadline
        self._under_way = 0
        self._group: TaskGroup | None = None

    def offer(self, run: TurnRun, reply: Reply) -> None:
        """Have a committed turn compared, if it is one of the share, and if there is room."""
        rules, rollout = self._router.rules, self._router.rollout()
        planned = run.assignment.variant == STABLE and run.steps and reply.outcome in ("ok", "refused")
        # A variant that was rolled back may be one that ends processes.
        if not planned or (rollout is not None and rollout.state == "aborted") or self._random() >= rules.shadow:
            return
        if self._under_way >= MOST or self._group is None:
            self._drop(rules.variant)
            return
        self._under_way += 1
        self._group.start_soon(self._compared, Job(run, reply, rules.variant))

    async def work(self) -> None:
        """Compare what is offered, for ever; run it beside the turns."""
        try:
            async with anyio.create_task_group() as self._group:
                await anyio.sleep_forever()
        finally:
            self._group = None  # a turn that is offered meanwhile is dropped, and not told that it failed

    async def _compared(self, job: Job) -> None:
        try:
            due = self._monotonic() + PAUSE
            await anyio.sleep(PAUSE)
            if self._monotonic() - due > LATE:
                self._drop(job.variant)
                return
            shadow = await self.plan(job)
        finally:
            self._under_way -= 1
        stable = _planned(job.run, job.reply)
        found = ShadowCompared(
            job.run.turn.id,
            job.run.turn.conversation_id,
            job.run.turn.workspace.id,
            job.variant,
            compare(stable, shadow),
            (stable.seconds, shadow.seconds),
            (stable.tokens, shadow.tokens),
            shadow.error,
        )
        self.tallies[job.variant].add(found)
        self._emit(found)

    async def plan(self, job: Job) -> Planned:
        """Return what the other variant makes of the turn; whatever it raises is part of that.

        It is given copies: what a careless planner changes in place must be nobody else's.
        """
        turn, conversation = job.run.turn, job.run.conversation
        run = TurnRun(
            turn=replace(turn, attributes=_copied(turn.attributes)),
            conversation=replace(conversation, dialogue=_copied(conversation.dialogue)),
            assignment=Assignment(job.variant, "shadow"),
            scopes=job.run.scopes,
            started=self._monotonic(),
        )
        try:
            with anyio.move_on_after(self._deadline):
                return _planned(run, await self._loop(job).attempt(run, self._variants[job.variant]))
            raise TimeoutError
        except NotRecordedError:
            return _planned(run, None)
        except Exception as error:
            return _planned(run, None, type(error).__name__)
        finally:
            for event in run.events:
                if isinstance(event, ModelCalled):
                    self._emit(event)

    def executor(self, job: Job) -> Executor:
        """Return who answers a shadow's calls."""
        return DryRun(job, self._context)

    def _loop(self, job: Job) -> TurnLoop:
        return TurnLoop(
            executor=self.executor(job),
            policies=Recorded(job, self._policies),
            tools=self._tools,
            history=_before(job.run.turn, self._history),
            read_consent=self._read_consent,
            limits=self._limits,
            prices=self._prices,
        )

    def _drop(self, variant: str) -> None:
        self.tallies[variant].dropped += 1
        self._emit(ShadowDropped(variant))


class DryRun:
    """Answers calls from what was recorded of a turn, and executes nothing."""

    def __init__(self, job: Job, context: Callable[[TurnRun], ToolContext]) -> None:
        self._run = job.run
        self._pending = job.reply.dialogue.pending
        self._context = context
        self._recorded = {canonical(result.call): result for result in job.run.finished}

    def context(self, run: TurnRun) -> ToolContext:
        """Return what planners may know; its database can be read."""
        context = self._context(run)
        return replace(context, database=ReadOnly(context.database))

    async def run(self, run: TurnRun, calls: Sequence[BoundCall]) -> None:
        """Add a result to each call. Raises `NotRecordedError` when one is unknown."""
        unknown = ""
        for bound in calls:
            result = self._recorded.get(canonical(bound.call))
            if result is not None:
                run.denied = run.denied or (result.outcome == "denied" and self._run.denied)
                run.add(replace(_copied(result), call=bound.call))
            else:
                unknown = bound.tool.name if bound.tool.hints.read_only else unknown
                run.add(_dry(bound))
        if unknown:
            raise NotRecordedError(f"stable did not call {unknown} like this")

    async def preview(self, run: TurnRun, bound: BoundCall) -> Summary | Result | None:
        """Return what stable's preview of the same call said, or None: then the call describes itself."""
        if self._pending is not None and _proposed(self._run) == canonical(bound.call):
            return Summary(self._pending.summary, _copied(self._pending.call.arguments))
        result = self._recorded.get(canonical(bound.call))
        if result is not None and result.outcome != "ok":
            raise NotRecordedError(result.error)
        return None if result is None else _copied(result.result)

    async def look_again(self, run: TurnRun, tools: Mapping[str, Tool]) -> None:
        """Leave doubts to the turn itself."""

    def available(self, run: TurnRun, tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
        """Return the tools that stable had."""
        run.hidden = self._run.hidden
        return {name: tool for name, tool in tools.items() if name not in run.hidden} if run.hidden else tools

    def failed(self, run: TurnRun, bound: BoundCall, error: Exception, started: float, ended: float) -> ToolResult:
        """Return what was recorded of a call that failed."""
        return replace(self._recorded.get(canonical(bound.call)) or _dry(bound), call=bound.call)


class Recorded(PolicySet):
    """What policies said of the turn: a call that they let wait waits in the shadow too, and nobody is asked again."""

    def __init__(self, job: Job, policies: PolicySet) -> None:
        super().__init__(())
        self._proposed = _proposed(job.run)
        self._policies = policies

    async def call(self, run: TurnRun, context: PolicyContext, call: ToolCall, tool: Tool) -> Verdict:
        """Let the call pass, or wait as stable's did."""
        waits = self._proposed and context.confirmed is None and self._proposed == canonical(call)
        return needs_approval("recorded") if waits else ALLOW

    def offered(self, turn: Turn, scopes: frozenset[str], tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
        """Return the tools this turn's caller may use."""
        return self._policies.offered(turn, scopes, tools)


class ReadOnly:
    """A database that refuses to write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, closure: Callable[[Connection], T]) -> T:
        """Run ``closure`` on a read-only connection and return its value."""
        return await self._database.read(closure)

    async def write(self, closure: Callable[[Connection], T]) -> T:
        """Raise."""
        raise RuntimeError("a shadow writes nothing: plan with what is read")


def _copied(value: T) -> T:
    return msgspec.json.decode(msgspec.json.encode(value), type=type(value))


def _before(turn: Turn, history: History) -> History:
    """The conversation up to this turn's message; by now the answer, and perhaps more, stands behind it."""

    async def read(conversation_id: str, limit: int) -> Sequence[Message]:
        messages = await history(conversation_id, limit + MOST)
        said = [number for number, it in enumerate(messages) if (it.turn_id, it.role) == (turn.id, "user")]
        known = messages[: said[-1] + 1] if said else ()
        turns = tuple(dict.fromkeys(it.turn_id for it in known))[-limit:]
        return [it for it in known if it.turn_id in turns]

    return read


def _planned(run: TurnRun, reply: Reply | None, error: str = "") -> Planned:
    calls = [result.call for result in run.finished] + ([run.proposed] if run.proposed else [])
    return Planned(
        calls=frozenset(map(canonical, calls)),
        tools=frozenset(call.tool for call in calls),
        outcome=reply.outcome if reply else "",
        waits=_waiting(reply.dialogue.pending) if reply else b"",
        text=run.said,
        seconds=sum(event.duration for event in run.events if isinstance(event, PlannerStepped)),
        tokens=run.tokens,
        error=error,
    )


def _waiting(pending: Pending | None) -> bytes:
    return b"" if pending is None else canonical(pending.call)


def _proposed(run: TurnRun) -> bytes:
    return b"" if run.proposed is None else canonical(run.proposed)


def _dry(bound: BoundCall) -> ToolResult:
    call = bound.call
    return ToolResult(
        call, "ok", Result({"dry_run": {"tool": call.tool, "arguments": call.arguments}}, done=False), 0.0
    )
