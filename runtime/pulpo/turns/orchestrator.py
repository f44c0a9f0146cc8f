"""One turn, from the request to the committed answer. This is where a turn starts.

::

    run ── accept (one commit: message, assignment, lease)
         ├─ attempt of the assigned variant        → `loop`
         ├─ rescue by the stable variant, if that failed
         ├─ finish (one commit: answer, dialogue, lease gone)
         └─ events to the sinks
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from time import monotonic as real_monotonic
from typing import Protocol

import anyio
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pulpo import tracing
from pulpo.canary.router import STABLE, Router
from pulpo.contracts.canary import Assignment, CanaryContext, Pin
from pulpo.contracts.events import (
    Event,
    TurnAbandoned,
    TurnFinished,
    TurnRescued,
    TurnTold,
    VariantAssigned,
    VariantFailed,
)
from pulpo.contracts.tools import Result, ToolResult
from pulpo.conversation import Conversation, Dialogue, ToolCall, Turn, Workspace, localized
from pulpo.errors import LoopLimitError, StoreUnavailableError
from pulpo.language import answer_locale
from pulpo.store.approvals import Approval
from pulpo.store.conversations import Accept, Accepted, Finish, Replayed
from pulpo.store.effects import Effect
from pulpo.store.turnstore import TurnStore
from pulpo.turns import texts
from pulpo.turns.approvals import let_go
from pulpo.turns.endings import ending
from pulpo.turns.executor import utc
from pulpo.turns.ledger import GRACE
from pulpo.turns.loop import Reply, TurnLoop, Variant
from pulpo.turns.notices import with_notices
from pulpo.turns.request import CallReport, TurnAnswer, TurnRequest
from pulpo.turns.run import TurnRun
from pulpo.turns.shadow import Shadows
from pulpo.turns.turnstile import Turnstile

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode_answer = msgspec.json.Decoder(TurnAnswer).decode


class Timing(Struct, frozen=True, kw_only=True):
    """All in seconds: a turn's deadline, the assigned variant's share of it, the lease on a conversation, and how
    long a turn may queue behind another one of its conversation."""

    deadline: float = 20.0
    assigned_deadline: float = 12.0
    lease: float = 5.0
    wait: float = 10.0


class Served(Struct, frozen=True):
    """A reply and the variant that gave it."""

    reply: Reply
    served_by: str


class Ids(Protocol):
    """Makes new ids, unique for ever: one for each turn and conversation."""

    def __call__(self) -> str: ...


class Orchestrator:
    """Runs turns. ``clock`` gives UTC seconds, ``monotonic`` those that deadlines are counted in, ``emit`` hands
    events to the sinks; ``tell`` says that one of them wants to know what is said (`TurnTold`)."""

    def __init__(
        self,
        *,
        store: TurnStore,
        loop: TurnLoop,
        router: Router,
        variants: Mapping[str, Variant],
        workspaces: Mapping[str, Workspace],
        emit: Callable[[Event], None],
        clock: Callable[[], float],
        new_id: Ids,
        timing: Timing,
        monotonic: Callable[[], float] = real_monotonic,
        shadows: Shadows | None = None,
        tell: bool = False,
    ) -> None:
        self._store = store
        self._loop = loop
        self._router = router
        self._variants = variants
        self._workspaces = workspaces
        self._emit = emit
        self._clock = clock
        self._new_id = new_id
        self._timing = timing
        self._monotonic = monotonic
        self._shadows = shadows
        self._tell = tell
        self._turnstile = Turnstile()
        self._held: set[tuple[str, int]] = set()

    async def run(self, request: TurnRequest, approval: Approval | None = None) -> TurnAnswer:
        """Answer one message, or carry out what an operator decided; the answer is stored before it is returned.

        Raises `ConversationNotFoundError`, `ConversationBusyError`, `IdempotencyConflictError`,
        `StoreUnavailableError` or `LeaseLostError`. Failing planners and tools raise nothing: they are answered.
        """
        started = self._monotonic()
        if request.trace is not None:
            tracing.current.set(request.trace)
        async with self._one_at_a_time(request):
            asked = self._asked(request)
            accepted = await self._store.accept(asked, lambda pin: self._assign(request, asked, pin))
            if isinstance(accepted, Replayed):
                return _decode_answer(accepted.answer)
            run = await self._begin(request, asked, accepted, started)
            run.approval = approval
            # By epoch too: a turn that lost its lease may still run here beside the one that took it over.
            held = (run.conversation.id, run.conversation.epoch)
            self._held.add(held)
            try:
                return await self._finish(run, _with_news(run, await self._serve(run)))
            except BaseException as error:
                run.events.append(self._abandoned(run, error))
                raise
            finally:
                self._held.remove(held)
                for event in run.events:
                    self._emit(event)

    async def keep_leases(self) -> None:
        """Renew the leases of all running turns, for ever; run it beside the turns."""
        while True:
            await anyio.sleep(self._timing.lease / 3)
            if self._held:
                # A database that is away for a moment must not end the renewals: the next one may be in time.
                with suppress(StoreUnavailableError):
                    await self._store.renew(tuple(self._held), now=self._clock(), lease=self._timing.lease)

    async def _serve(self, run: TurnRun) -> Served:
        """Let the assigned variant answer, and stable if that fails; if stable fails too, say so politely."""
        assigned = run.assignment.variant
        try:
            return Served(await self._attempt(run, assigned), assigned)
        except StoreUnavailableError:
            raise  # not the variant's fault, and stable could do no better
        except Exception as error:
            failure = error
            run.limited = isinstance(error, LoopLimitError)
            run.events.append(_failed(run, assigned, error))
        if assigned == STABLE:
            return Served(await self._apology(run, failure), STABLE)
        return await self._rescue(run, failure)

    async def _rescue(self, run: TurnRun, failure: Exception) -> Served:
        """Run the same turn with stable, which is told what already took effect and nothing else."""
        run.events.append(
            TurnRescued(
                run.turn.id,
                run.assignment.variant,
                STABLE,
                type(failure).__name__,
                self._monotonic() - run.started,
            )
        )
        run.start_over()
        try:
            reply = await self._attempt(run, STABLE)
        except StoreUnavailableError:
            raise
        except Exception as error:
            run.events.append(_failed(run, STABLE, error))
            return Served(await self._apology(run, error), STABLE)
        return Served(replace(reply, outcome="rescued"), STABLE)

    async def _attempt(self, run: TurnRun, variant: str) -> Reply:
        with anyio.move_on_after(self._share(run, variant)) as run.share:
            if run.approval is not None:
                return await self._loop.carry_out(run, self._variants[variant], run.approval)
            return await self._loop.attempt(run, self._variants[variant])
        raise TimeoutError

    async def _finish(self, run: TurnRun, served: Served) -> TurnAnswer:
        seconds = self._monotonic() - run.started
        trace = tracing.current.get()
        answer = TurnAnswer(
            conversation_id=run.conversation.id,
            turn_id=run.turn.id,
            reply=served.reply.text,
            variant=run.assignment.variant,
            served_by=served.served_by,
            outcome=served.reply.outcome,
            tool_calls=tuple(map(_report, run.finished)),
            duration_ms=round(seconds * 1000, 3),
        )
        dialogue = let_go(_lasting(served.reply, run.turn.locale), run.wished)
        await self._store.finish(
            Finish(
                turn_id=run.turn.id,
                conversation_id=run.conversation.id,
                epoch=run.conversation.epoch,
                outcome=answer.outcome,
                answer=_encode(answer),
                dialogue=dialogue,
                ending=ending(
                    run, served_by=served.served_by, dialogue=dialogue, seconds=seconds, goals=self._loop.goals
                ),
                now=self._clock(),
            )
        )
        if self._tell:
            run.events.append(_told(run, answer))
        run.events.append(
            TurnFinished(
                run.turn.id,
                run.conversation.id,
                run.turn.workspace.id,
                answer.variant,
                answer.served_by,
                answer.outcome,
                run.steps,
                len(run.finished),
                seconds,
                trace.trace_id if trace is not None and trace.flags & tracing.SAMPLED else "",
            )
        )
        if self._router.rules.shadow and self._shadows is not None:
            self._shadows.offer(run, served.reply)
        return answer

    def _asked(self, request: TurnRequest) -> Accept:
        workspace = self._workspaces[request.workspace_id]
        return Accept(
            turn_id=self._new_id(),
            conversation_id=request.conversation_id or self._new_id(),
            new=request.conversation_id is None,
            workspace_id=workspace.id,
            user_id=request.user_id,
            locale=request.locale or workspace.languages[0],
            # Neither its trace nor its key's scopes, which may change meanwhile, make a message another one.
            request=_encode(replace(request, scopes=frozenset(), trace=None)),
            idempotency_key=request.idempotency_key,
            now=self._clock(),
            lease=self._timing.lease,
        )

    def _assign(self, request: TurnRequest, asked: Accept, pin: Pin | None) -> Assignment:
        return self._router.assign(
            CanaryContext(
                workspace_id=asked.workspace_id,
                conversation_id=asked.conversation_id,
                user_id=asked.user_id,
                region=request.region,
                channel=request.channel,
                locale=asked.locale,
                attributes=request.attributes,
            ),
            pin,
        )

    async def _begin(self, request: TurnRequest, asked: Accept, accepted: Accepted, started: float) -> TurnRun:
        conversation, assignment = accepted.conversation, accepted.assignment
        turn = Turn(
            id=accepted.turn_id,
            conversation_id=conversation.id,
            workspace=self._workspaces[request.workspace_id],
            text=request.message,
            at=utc(asked.now),
            locale=self._locale(request, conversation),
            user_id=request.user_id,
            region=request.region,
            channel=request.channel,
            attributes=request.attributes,
        )
        run = TurnRun(
            turn=turn,
            conversation=conversation,
            assignment=assignment,
            scopes=request.scopes,
            started=started,
            trace=request.trace,
        )
        run.events.append(
            VariantAssigned(
                turn.id,
                conversation.id,
                turn.workspace.id,
                assignment.variant,
                assignment.reason,
                assignment.revision,
            )
        )
        if accepted.turn_id != asked.turn_id:
            self._recall(run, await self._store.effects_of(turn.id))
        return run

    def _abandoned(self, run: TurnRun, error: BaseException) -> TurnAbandoned:
        return TurnAbandoned(
            run.turn.id,
            run.conversation.id,
            run.turn.workspace.id,
            run.assignment.variant,
            type(error).__name__,
            self._monotonic() - run.started,
        )

    def _locale(self, request: TurnRequest, conversation: Conversation) -> str:
        return answer_locale(
            request.message,
            given=request.locale,
            before=conversation.dialogue.language or None,
            languages=self._workspaces[request.workspace_id].languages,
        )

    def _one_at_a_time(self, request: TurnRequest) -> AbstractAsyncContextManager[None]:
        if request.conversation_id is None:
            return nullcontext()
        return self._turnstile.through(
            request.conversation_id, workspace_id=request.workspace_id, wait=self._timing.wait
        )

    def _share(self, run: TurnRun, variant: str) -> float:
        """Seconds left for ``variant``."""
        left = self._timing.deadline - (self._monotonic() - run.started)
        return left if variant == STABLE else min(left, self._timing.assigned_deadline)

    async def _apology(self, run: TurnRun, failure: Exception) -> Reply:
        """Say that it did not work; or, when it did before the planner failed, what was done.

        Raises `StoreUnavailableError` when all that was missing is the database, and there is nothing to tell.
        """
        away = failure.__cause__
        if isinstance(away, StoreUnavailableError) and not run.doubts and not any(it.effect for it in run.results):
            raise away
        if run.doubts:
            with anyio.move_on_after(GRACE), suppress(StoreUnavailableError):
                await self._loop.look_again(run)
        limit = isinstance(failure, LoopLimitError)
        apology = localized(texts.LIMIT if limit else texts.FAILED, run.turn.locale).format(reference=run.turn.id)
        done = [result.result.text for result in run.results if result.effect and result.result.text]
        dialogue = run.conversation.dialogue
        text = with_notices(run, "\n\n".join(done) or apology, dialogue)
        return Reply(text, dialogue, "limit" if limit else "error")

    def _recall(self, run: TurnRun, effects: tuple[Effect, ...]) -> None:
        """Take in what an earlier attempt of this turn, in a process that is gone, did or may have done."""
        for effect in effects:
            if effect.state == "none":
                continue
            if effect.group:
                run.groups[effect.group] = effect.key
            if effect.state == "done":
                call = ToolCall(effect.key, effect.tool, effect.arguments)
                run.add(ToolResult(call, "ok", effect.result or Result(), 0.0, effect=True))
            else:
                run.doubts[effect.key] = self._loop.title(effect.tool, run.turn.locale)


def _with_news(run: TurnRun, served: Served) -> Served:
    """Begin the first reply after an operator's decision with what became of it: nobody may have seen it arrive."""
    news, reply = run.conversation.dialogue.news, served.reply
    if not news or run.approval is not None:
        return served
    text = "\n\n".join((*news, reply.text))
    return replace(served, reply=replace(reply, text=text, dialogue=replace(reply.dialogue, news=())))


def _lasting(reply: Reply, locale: str) -> Dialogue:
    """What the conversation remembers: the language it is in, and a waiting call only if this very reply asks it."""
    dialogue, language = reply.dialogue, locale.partition("-")[0]
    if dialogue.pending is not None and dialogue.pending.summary not in reply.text:
        dialogue = replace(dialogue, pending=None)
    return dialogue if dialogue.language == language else replace(dialogue, language=language)


def _failed(run: TurnRun, variant: str, error: Exception) -> VariantFailed:
    trace = "".join(traceback.format_exception(error))
    return VariantFailed(run.turn.id, run.turn.workspace.id, variant, type(error).__name__, trace)


def _told(run: TurnRun, answer: TurnAnswer) -> TurnTold:
    return TurnTold(
        turn_id=answer.turn_id,
        conversation_id=answer.conversation_id,
        workspace_id=run.turn.workspace.id,
        variant=answer.variant,
        served_by=answer.served_by,
        outcome=answer.outcome,
        locale=run.turn.locale,
        message=run.turn.text,
        reply=answer.reply,
        calls=tuple(run.finished),
    )


def _report(result: ToolResult) -> CallReport:
    call = result.call
    return CallReport(call.id, call.tool, call.arguments, result.outcome, result.duration_ms, result.effect)
