"""One variant's attempt at a turn: ask the planner, check its calls, run them, until there is an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from math import inf
from time import monotonic
from typing import Literal, Protocol, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pulpo.canary.router import STABLE
from pulpo.contracts.events import ModelCalled, PlannerStepped, TurnOutcome
from pulpo.contracts.planners import Answer, Calls, ModelCall, Piece, PlanContext, Planner, Step
from pulpo.contracts.policies import PolicyContext, Verdict
from pulpo.contracts.tools import Result, Summary, Tool, ToolContext, ToolResult
from pulpo.conversation import Dialogue, Message, Pending, ToolCall, localized
from pulpo.errors import LoopLimitError, PlannerError, StoreUnavailableError, ToolArgumentsError
from pulpo.foreign import overreach
from pulpo.store.approvals import Approval
from pulpo.turns import texts
from pulpo.turns.approvals import Waiting, outcome_text
from pulpo.turns.invocation import BoundCall
from pulpo.turns.notices import with_notices
from pulpo.turns.policies import PolicySet
from pulpo.turns.prices import Price, cost_of
from pulpo.turns.results import finished
from pulpo.turns.run import TurnRun
from pulpo.turns.stalls import Stalls
from pulpo.turns.summaries import completed, described

Consent: TypeAlias = Literal["yes", "no"] | None
ReadConsent: TypeAlias = Callable[[str, Mapping[Literal["yes", "no"], Sequence[str]]], Consent]
History: TypeAlias = Callable[[str, int], Awaitable[Sequence[Message]]]


_encode = msgspec.json.Encoder().encode
_reread = msgspec.json.Decoder(Dialogue).decode


class Reply(Struct, frozen=True):
    """What a turn will answer and remember."""

    text: str
    dialogue: Dialogue
    outcome: TurnOutcome = "ok"


class Variant(Struct, frozen=True):
    """A named planner, built with its settings."""

    name: str
    planner_name: str
    planner: Planner


class Limits(Struct, frozen=True):
    """Most planner steps and tool calls of one attempt, and what its models may use: tokens, and US dollars."""

    steps: int = 8
    calls: int = 8
    tokens: float = inf
    cost: float = inf


class Executor(Protocol):
    """Who answers an attempt's calls: `executor.ToolExecutor` executes them, `shadow.DryRun` does not."""

    @property
    def context(self) -> Callable[[TurnRun], ToolContext]:
        """What planners, previews and value providers may know."""
        ...

    async def run(self, run: TurnRun, calls: Sequence[BoundCall]) -> None:
        """Add a result to each call, in their order."""
        ...

    async def preview(self, run: TurnRun, bound: BoundCall) -> Summary | Result | None:
        """Tell what a call would do, if its tool can tell; it may raise."""
        ...

    async def look_again(self, run: TurnRun, tools: Mapping[str, Tool]) -> None:
        """Find out what became of the effects that are in doubt, as far as anybody can tell."""
        ...

    def available(self, run: TurnRun, tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
        """Return the tools that would be called now."""
        ...

    def failed(self, run: TurnRun, bound: BoundCall, error: Exception, started: float, ended: float) -> ToolResult:
        """Return the result of a call that raised."""
        ...


class TurnLoop:
    """Runs attempts. ``tools`` are the tools available now, by name; ``history`` reads a conversation's last
    messages; ``read_consent`` tells a plain yes or no from anything else, knowing the answers a tool declares;
    ``stalls`` keeps turns from waiting for a planner that hangs; ``waiting`` lets calls wait for an operator, and
    without it what an operator should approve is refused; ``prices`` are those of models; ``clock`` gives the monotonic
    seconds that turns are timed with."""

    def __init__(
        self,
        *,
        executor: Executor,
        policies: PolicySet,
        tools: Mapping[str, Tool],
        history: History,
        read_consent: ReadConsent,
        limits: Limits,
        stalls: Stalls | None = None,
        waiting: Waiting | None = None,
        prices: Mapping[str, Price] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._executor = executor
        self._policies = policies
        self._tools = tools
        self._history = history
        self._read_consent = read_consent
        self._limits = limits
        self.goals = {name: tool.goal for name, tool in tools.items() if tool.goal}
        self._stalls = stalls
        self._waiting = waiting
        self._prices = prices or {}
        self._clock = clock

    async def attempt(self, run: TurnRun, variant: Variant) -> Reply:
        """Answer the turn with one variant.

        Raises `PlannerError` (also `LoopLimitError`), whatever the planner raised, or `StoreUnavailableError` when the
        turn itself cannot go on without the database; calls already made stay in ``run``.
        """
        if run.doubts:
            await self.look_again(run)
        known = dialogue = run.conversation.dialogue
        checked = self._policy_context(run, variant, known)
        verdict = await self._policies.message(run, checked)
        if verdict.kind != "allow":
            return _refusal(run, dialogue, verdict)
        consent, dialogue = await self._settle_pending(run, variant, dialogue)
        reply = await self._steps(run, variant, dialogue, consent)
        run.said = reply.text
        if run.doubts or run.refused or run.hidden:
            reply = replace(reply, text=with_notices(run, reply.text, reply.dialogue))
        if reply.dialogue is not known:
            checked = self._policy_context(run, variant, reply.dialogue)
        verdict = await self._policies.answer(run, checked, reply.text)
        if verdict.kind == "allow":
            return reply
        if verdict.kind == "rewrite":
            return replace(reply, text=localized(verdict.text, run.turn.locale))
        return self._withheld(run, reply.dialogue, verdict)

    async def look_again(self, run: TurnRun) -> None:
        """Find out what became of the effects that are in doubt, as far as anybody can tell."""
        await self._executor.look_again(run, self._tools)

    async def carry_out(self, run: TurnRun, variant: Variant, approval: Approval) -> Reply:
        """Do what an operator decided of a call that waited, and say what became of it; no planner is asked.

        The call runs unchanged. Policies are asked once more: what one of them forbids by now is not done.
        """
        dialogue = run.conversation.dialogue
        checked = self._policy_context(run, variant, dialogue, approval.wish.call)
        bound = self._bind(run, approval.wish.call, approval.wish.proposed_in) if approval.state == "approved" else None
        if bound is not None:
            verdict = await self._policies.call(run, checked, bound.call, bound.tool)
            if verdict.kind == "deny":
                _refuse(run, bound, verdict)
            else:
                await self._executor.run(run, [bound])
        title = self.title(approval.wish.call.tool, run.turn.locale)
        text = with_notices(run, outcome_text(run, approval, title), dialogue)
        verdict = await self._policies.answer(run, checked, text)
        if verdict.kind == "deny":
            return self._withheld(run, dialogue, verdict)
        if verdict.kind == "rewrite":
            text = localized(verdict.text, run.turn.locale)
        return self._reply(run, text, replace(dialogue, news=(*dialogue.news, text)))

    def title(self, tool: str, locale: str) -> str:
        """Return what users call ``tool``, also when it is no longer there."""
        found = self._tools.get(tool)
        return localized(found.title or tool, locale) if found else tool

    def _withheld(self, run: TurnRun, dialogue: Dialogue, verdict: Verdict) -> Reply:
        """Refuse an answer, but never hide what was done."""
        refusal = _refusal(run, dialogue, verdict)
        done = dict.fromkeys(self.title(it.call.tool, run.turn.locale) for it in run.results if it.effect)
        notice = localized(texts.DONE, run.turn.locale).format(titles=", ".join(done))
        return replace(refusal, text=f"{refusal.text}\n\n{notice}") if done else refusal

    async def _settle_pending(self, run: TurnRun, variant: Variant, dialogue: Dialogue) -> tuple[Consent, Dialogue]:
        """Read the user's answer to the pending call; on a yes run it exactly as it was shown."""
        pending = dialogue.pending
        if pending is None:
            return None, dialogue
        tool = self._tools.get(pending.call.tool)
        consent = self._read_consent(run.turn.text, tool.answers if tool else {})
        if consent is None:
            return None, dialogue
        dialogue = replace(dialogue, pending=None)
        if consent == "yes":
            held = await self._calls(run, variant, dialogue, (pending.call,), confirmed=pending)
            dialogue = _with_offers(run, await self._hold(run, dialogue, held))
        return consent, dialogue

    async def _steps(self, run: TurnRun, variant: Variant, dialogue: Dialogue, consent: Consent) -> Reply:
        context = self._executor.context(run)
        for step in range(self._limits.steps):
            plan = self._plan_context(run, dialogue, step, consent, context)
            if self._stalls is None or variant.name == STABLE:  # whom nobody can stand in for is asked in any case
                said, decision = await self._decide(run, variant, plan)
            else:
                with self._stalls.watching(run, variant.name):
                    said, decision = await self._decide(run, variant, plan)
            if decision.dialogue is not None:
                dialogue = self._learnt(variant, dialogue, decision.dialogue)
            if isinstance(decision, Answer):
                return self._reply(run, decision.text, dialogue)
            if run.attempt_tokens > self._limits.tokens or run.attempt_cost > self._limits.cost:
                raise self._overspent(run, variant)
            held = await self._calls(run, variant, dialogue, decision.calls)
            dialogue = _with_offers(run, await self._hold(run, dialogue, held))
            if held is not None and dialogue.pending is not None:
                return self._reply(run, said, dialogue)
        raise LoopLimitError(
            f"{variant.planner_name} took {self._limits.steps} steps without an answer",
            planner=variant.planner_name,
            limit="steps",
        )

    def _learnt(self, variant: Variant, dialogue: Dialogue, learnt: Dialogue) -> Dialogue:
        """Take in what the planner wants remembered. A planner may drop the call that waits for a yes, and never put
        one there: a yes would run what nobody has checked or seen."""
        if learnt.pending is not None and learnt.pending != dialogue.pending:
            raise self._broken(variant, "put a call into the dialogue that waits for a yes; propose it in Calls")
        try:
            _reread(_encode(learnt))
        except (TypeError, ValueError, msgspec.MsgspecError) as error:  # or no later turn could begin
            raise self._broken(variant, "wants remembered what cannot be written and read again") from error
        return learnt

    async def _decide(self, run: TurnRun, variant: Variant, context: PlanContext) -> tuple[str, Answer | Calls]:
        """Ask the planner once; return the pieces it said and its decision, the last thing it yields."""
        start = self._clock()
        decision: Answer | Calls | None = None
        said = ""
        steps = variant.planner.next_step(context)
        try:
            async for step in steps:
                if decision is not None:
                    await _stopped(steps, self._broken(variant, "went on after its decision"))
                match step:  # its patterns make no call of a function, as isinstance would
                    case Piece():
                        said += step.text
                    case ModelCall():
                        if not _counts(step):
                            await _stopped(steps, self._broken(variant, "counted tokens that are no numbers"))
                        if self._spend(run, variant, context.step, step):
                            await _stopped(steps, self._overspent(run, variant))
                    case _:
                        decision = step
        except StoreUnavailableError as error:
            # The planner's failure and not the turn's: another one may need no database.
            raise self._broken(variant, "could not read what it needs") from error
        except BaseException as error:
            if did := overreach(error):
                raise self._broken(variant, did) from error
            raise
        run.steps += 1
        run.events.append(
            PlannerStepped(
                run.turn.id,
                variant.planner_name,
                variant.name,
                context.step,
                self._clock() - start,
                start - run.started,
                decision.confidence if decision is not None else None,
            )
        )
        # Written once while it still is the planner's: where the turn is stored it is too late for a rescue.
        try:
            match decision:
                case Answer():
                    _encode(decision.text + said)
                case Calls():
                    _encode((said, decision.calls))
                case _:
                    raise self._broken(variant, "ended without calls or an answer")
        except (TypeError, ValueError) as error:
            raise self._broken(variant, "said what cannot be written down") from error
        return said, decision

    def _spend(self, run: TurnRun, variant: Variant, step: int, call: ModelCall) -> bool:
        """Count a call of a model; return whether the limits were overstepped before it. What the call that goes over
        a limit says may still be used: it is paid for."""
        over = run.attempt_tokens > self._limits.tokens or run.attempt_cost > self._limits.cost
        cost = cost_of(call, self._prices)
        run.spend(call.input_tokens + call.output_tokens, cost or 0.0)
        run.events.append(
            ModelCalled(run.turn.id, run.turn.workspace.id, variant.planner_name, variant.name, step, call, cost)
        )
        return over

    def _overspent(self, run: TurnRun, variant: Variant) -> LoopLimitError:
        limit = "tokens" if run.attempt_tokens > self._limits.tokens else "cost"
        used = f"{run.attempt_tokens} tokens" if limit == "tokens" else f"{run.attempt_cost:.4f} US dollars"
        return LoopLimitError(
            f"{variant.planner_name} used {used} without an answer", planner=variant.planner_name, limit=limit
        )

    @staticmethod
    def _broken(variant: Variant, how: str) -> PlannerError:
        return PlannerError(f"{variant.planner_name} {how}", planner=variant.planner_name)

    async def _calls(
        self,
        run: TurnRun,
        variant: Variant,
        dialogue: Dialogue,
        calls: tuple[ToolCall, ...],
        *,
        confirmed: Pending | None = None,
    ) -> BoundCall | None:
        """Check the calls and run those that may run; return the one that needs the user's yes, if any.

        A tool that wants confirmation gets it whatever the policies say: they can only ask for more.
        """
        self._check_limits(run, variant, calls)
        context = self._policy_context(run, variant, dialogue, confirmed.call if confirmed else None)
        admitted: list[BoundCall] = []
        held: BoundCall | None = None
        for call in calls:
            bound = self._bind(run, call, confirmed.turn_id if confirmed else "")
            if bound is None:
                continue
            verdict = await self._policies.call(run, context, call, bound.tool)
            wanted = confirmed is not None or not bound.tool.confirm
            waits = verdict.kind == "needs_approval" and verdict.approver == "operator" and wanted
            asks = verdict.kind == "needs_approval" and not waits
            if waits and self._waiting is not None:
                await self._waiting.ask(run, bound, verdict)
            elif verdict.kind == "allow" and wanted:
                admitted.append(bound)
            elif (asks or verdict.kind == "allow") and held is None:
                held = replace(bound, show=verdict.show) if verdict.show else bound
            else:
                run.denied = True
                _refuse(run, bound, verdict)
        if admitted:
            await self._executor.run(run, admitted)
        return held

    def _check_limits(self, run: TurnRun, variant: Variant, calls: tuple[ToolCall, ...]) -> None:
        limit = "repeated" if any(map(run.repeats, calls)) else "calls"
        if limit == "repeated" or len(run.results) + len(calls) > self._limits.calls:
            raise LoopLimitError(
                f"{variant.planner_name} ran into the limit of tool calls ({limit})",
                planner=variant.planner_name,
                limit=limit,
            )

    def _bind(self, run: TurnRun, call: ToolCall, proposed_in: str) -> BoundCall | None:
        """Find the tool and validate the arguments; a call that fits nothing becomes its own result."""
        tool = self._tools.get(call.tool)
        if tool is None:
            run.add(finished(run, call, "invalid", Result(), 0.0, f"there is no tool {call.tool!r}", None))
            return None
        try:
            return BoundCall(call, tool, tool.bind(call.arguments), proposed_in)
        except ToolArgumentsError as error:
            run.add(finished(run, call, "invalid", Result(), 0.0, str(error), tool))
            return None

    async def _hold(self, run: TurnRun, dialogue: Dialogue, bound: BoundCall | None) -> Dialogue:
        """Let a call wait for the user's yes, in place of whatever waited before."""
        return dialogue if bound is None else replace(dialogue, pending=await self._summary(run, bound))

    async def _summary(self, run: TurnRun, bound: BoundCall) -> Pending | None:
        """Say what a call will do, as its preview tells, or as well as we can tell; None when it is pointless."""
        start = self._clock()
        run.proposed = bound.call
        try:
            shown = await self._executor.preview(run, bound)
        except Exception as error:
            run.add(self._executor.failed(run, bound, error, start, self._clock()))
            return None
        if shown is None:
            return Pending(bound.call, described(bound.tool, bound.call.arguments, run.turn.locale), run.turn.id)
        if isinstance(shown, Summary):
            text = completed(shown.text, bound.tool, shown.arguments, bound.show, run.turn.locale)
            return Pending(replace(bound.call, arguments=shown.arguments), text, run.turn.id)
        run.add(finished(run, bound.call, "ok", shown, self._clock() - start, "", None, start))
        return None

    def _reply(self, run: TurnRun, text: str, dialogue: Dialogue) -> Reply:
        """End the turn; a call that still waits is asked about again, so that a yes always answers a question."""
        if dialogue.pending is not None and dialogue.pending.summary not in text:
            text = f"{text}\n\n{dialogue.pending.summary}" if text else dialogue.pending.summary
        return Reply(text, dialogue, "refused" if run.denied else "ok")

    def _policy_context(
        self, run: TurnRun, variant: Variant, dialogue: Dialogue, confirmed: ToolCall | None = None
    ) -> PolicyContext:
        def history(limit: int) -> Awaitable[Sequence[Message]]:
            return self._history(run.conversation.id, limit)

        return PolicyContext(run.turn, dialogue, variant.name, confirmed, run.scopes, self._tools, run.results, history)

    def _plan_context(
        self, run: TurnRun, dialogue: Dialogue, step: int, consent: Consent, context: ToolContext
    ) -> PlanContext:
        def history(limit: int) -> Awaitable[Sequence[Message]]:
            return self._history(run.conversation.id, limit)

        tools = self._executor.available(run, self._policies.offered(run.turn, run.scopes, self._tools))
        return PlanContext(run.turn, dialogue, tools, run.results, step, consent, history, context, run.trace)


async def _stopped(steps: AsyncIterator[Step], fault: PlannerError) -> None:
    await steps.aclose()  # type: ignore[attr-defined]  # an async generator, as the contract says
    raise fault


def _counts(call: ModelCall) -> bool:
    return all(isinstance(tokens, int) and tokens >= 0 for tokens in (call.input_tokens, call.output_tokens))


def _with_offers(run: TurnRun, dialogue: Dialogue) -> Dialogue:
    """Put the offers of the newest result that has any into the dialogue."""
    for result in reversed(run.results):
        if offers := result.result.offers:
            return dialogue if offers == dialogue.offers else replace(dialogue, offers=offers)
    return dialogue


def _refuse(run: TurnRun, bound: BoundCall, verdict: Verdict) -> None:
    text = localized(verdict.text or texts.REFUSED, run.turn.locale)
    run.add(finished(run, bound.call, "denied", Result(text=text, done=False), 0.0, verdict.reason, bound.tool))


def _refusal(run: TurnRun, dialogue: Dialogue, verdict: Verdict) -> Reply:
    return Reply(localized(verdict.text or texts.REFUSED, run.turn.locale), dialogue, "refused")
