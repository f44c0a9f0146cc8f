"""Calls that wait for an operator: asked for in one turn, decided at any time, carried out in a turn of their own.

A decision is carried out by a turn without a message, in the conversation that asked: so it has the conversation's
lease, its effect is entered in the ledger under the turn that proposed it, its text stands in the transcript, and its
idempotency key makes that happen once, whichever process begins it again after a crash.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Final, Literal, TypeAlias

import anyio
from msgspec.structs import replace

from pulpo.contracts.events import ApprovalChanged, PolicyChecked
from pulpo.contracts.policies import Verdict
from pulpo.contracts.storage import Database
from pulpo.contracts.tools import Result, Tool
from pulpo.conversation import Dialogue, localized
from pulpo.errors import (
    ApprovalDecidedError,
    ApprovalNotFoundError,
    ConversationNotFoundError,
    PulpoError,
    StoreUnavailableError,
    WorkspaceNotFoundError,
)
from pulpo.store import approvals
from pulpo.store.approvals import Approval, ApprovalState, Settled, Wish
from pulpo.store.effects import effect_key
from pulpo.turns import texts
from pulpo.turns.invocation import BoundCall
from pulpo.turns.request import TurnAnswer, TurnRequest
from pulpo.turns.results import finished
from pulpo.turns.run import TurnRun

Decision: TypeAlias = Literal["approve", "deny"]
CarryOut: TypeAlias = Callable[[TurnRequest, Approval], Awaitable[TurnAnswer]]
"""Runs the turn that carries a decision out."""

INTERVAL: Final = 2.0
"""Seconds between two looks for decisions that nobody carried out."""

LATER: Final = 60.0
"""Seconds until a decision is tried again that failed by a defect: it will most likely fail again."""

_log = logging.getLogger(__name__)

STATES: Final[dict[Decision, Literal["approved", "denied"]]] = {"approve": "approved", "deny": "denied"}


class Waiting:
    """Lets calls wait for an operator. ``clock`` gives UTC seconds; nobody need answer after ``lifetime`` seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float], lifetime: float) -> None:
        self._database = database
        self._clock = clock
        self._lifetime = lifetime

    async def ask(self, run: TurnRun, bound: BoundCall, verdict: Verdict) -> None:
        """Store the call and tell the user that it waits; raises `StoreUnavailableError`."""
        wish = self._wish(run, bound, verdict)
        with anyio.CancelScope(shield=True):
            new = await self._database.write(partial(approvals.ask, wish=wish))
        if new:
            run.events.append(_event(wish, "waiting", verdict.reason))
        title = localized(bound.tool.title or bound.tool.name, run.turn.locale)
        text = localized(texts.WAITING, run.turn.locale).format(title=title)
        waits = Result(text=text, done=False)
        run.wished.append(bound.tool)
        run.add(finished(run, bound.call, "denied", waits, 0.0, "it waits for an operator", bound.tool))

    def _wish(self, run: TurnRun, bound: BoundCall, verdict: Verdict) -> Wish:
        turn, proposed_in = run.turn, bound.proposed_in or run.turn.id
        checks = (it for it in reversed(run.events) if isinstance(it, PolicyChecked) and it.verdict == "needs_approval")
        now = self._clock()
        return Wish(
            id=effect_key(proposed_in, bound.call),
            workspace_id=turn.workspace.id,
            conversation_id=turn.conversation_id,
            turn_id=turn.id,
            proposed_in=proposed_in,
            user_id=turn.user_id,
            locale=turn.locale,
            scopes=run.scopes,
            attributes=turn.attributes,
            call=bound.call,
            policy=next((it.policy for it in checks), ""),
            reason=verdict.reason,
            asked_at=now,
            expires_at=now + self._lifetime,
        )


class Approvals:
    """What operators see and decide. ``clock`` gives UTC seconds; ``carry_out`` runs turns."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], float],
        emit: Callable[[ApprovalChanged], None],
        carry_out: CarryOut,
    ) -> None:
        self._database = database
        self._clock = clock
        self._emit = emit
        self._carry_out = carry_out
        self._put_off: dict[str, float] = {}

    async def recent(self, workspace_id: str, *, state: ApprovalState | None, limit: int) -> tuple[Approval, ...]:
        """Return the workspace's approvals, the latest first."""
        return await self._database.read(partial(approvals.recent, workspace_id=workspace_id, state=state, limit=limit))

    async def decide(
        self, approval_id: str, workspace_id: str, decision: Decision, *, reason: str, by: str
    ) -> Approval:
        """Decide, carry it out if that can be done now, and return how it stands.

        To decide the same again changes nothing. Raises `ApprovalNotFoundError`, `ApprovalDecidedError` and
        `StoreUnavailableError`.
        """
        state = STATES[decision]
        decided = await self._database.write(
            lambda c: approvals.decide(
                c, approval_id, workspace_id, state=state, reason=reason, by=by, now=self._clock()
            )
        )
        found = await self._found(approval_id, workspace_id)
        if decided:
            self._emit(_event(found.wish, state, reason, by))
        elif found.state != state:
            raise ApprovalDecidedError(approval_id, state=found.state if found.state != "waiting" else "expired")
        await self._try(found)  # decided it is; if this fails, whoever looks next carries it out
        return await self._found(approval_id, workspace_id)

    async def settle(self, approval: Approval) -> None:
        """Carry a decision out, once, and record that it was. Raises what a turn raises when it cannot be now."""
        if approval.settled is not None:
            return
        wish = approval.wish
        try:
            answer = await self._carry_out(_request(wish), approval)
        except (ConversationNotFoundError, WorkspaceNotFoundError):
            settled: Settled = "failed"  # erased, or not served here any more: nobody is left to tell
        else:
            done = any(call.effect for call in answer.tool_calls)
            settled = "told" if approval.state != "approved" else ("done" if done else "failed")
        first = await self._database.write(partial(approvals.settle, approval_id=wish.id, settled=settled))
        if first and settled != "told":
            self._emit(_event(wish, settled))

    async def look(self) -> None:
        """Carry out what was decided and left, and let go of what nobody decided in time."""
        if await self._database.read(partial(approvals.overdue, now=self._clock())):
            for approval in await self._database.write(partial(approvals.expire, now=self._clock())):
                self._emit(_event(approval.wish, "expired"))
        last: Approval | None = None
        while found := await self._database.read(partial(approvals.due, after=last)):
            for approval in found:
                if self._put_off.get(approval.wish.id, 0.0) <= self._clock():
                    await self._try(approval)
            last = found[-1]

    async def follow(self) -> None:
        """Look for ever; a database that is away for a moment is asked again."""
        while True:
            await anyio.sleep(INTERVAL)
            with suppress(StoreUnavailableError):
                await self.look()

    async def _try(self, approval: Approval) -> None:
        """Carry a decision out if that can be done now. A defect in one must not keep the others waiting."""
        name = approval.wish.id
        self._put_off.pop(name, None)
        try:
            await self.settle(approval)
        except PulpoError:
            pass  # the conversation is busy, perhaps with this very thing elsewhere
        except Exception:
            self._put_off[name] = self._clock() + LATER
            _log.exception("the decision about %s could not be carried out; it is tried again in %g s", name, LATER)

    async def _found(self, approval_id: str, workspace_id: str) -> Approval:
        found = await self._database.read(partial(approvals.find, approval_id=approval_id, workspace_id=workspace_id))
        if found is None:
            raise ApprovalNotFoundError(approval_id)
        return found


def let_go(dialogue: Dialogue, wished: Iterable[Tool]) -> Dialogue:
    """End what was being prepared once it waits for an operator, or the next message would prepare it again; what is
    worth remembering stays."""
    for tool in wished:
        if dialogue.goal == tool.name:
            forgotten = {name for name, slot in tool.slots.items() if not slot.remember}
            facts = {name: fact for name, fact in dialogue.facts.items() if name not in forgotten}
            dialogue = replace(dialogue, goal=None, asked=None, offers=(), facts=facts)
    return dialogue


def outcome_text(run: TurnRun, approval: Approval, title: str) -> str:
    """Say to the user what became of a call that waited: what was decided, and what the tool says if it ran."""
    if approval.state != "approved":
        text = texts.NOT_APPROVED if approval.state == "denied" else texts.APPROVAL_EXPIRED
        return localized(text, run.turn.locale).format(title=title)
    ran = run.results[-1] if run.results else None
    # What is in doubt must not be called undone; the notice beside this text says that nobody knows.
    worked = run.doubts or (ran is not None and ran.effect)
    text = texts.APPROVED if worked else texts.APPROVED_IN_VAIN
    said = ran.result.text if ran is not None else ""
    return " ".join(filter(None, (localized(text, run.turn.locale).format(title=title), said)))


def _request(wish: Wish) -> TurnRequest:
    return TurnRequest(
        workspace_id=wish.workspace_id,
        message="",
        conversation_id=wish.conversation_id,
        user_id=wish.user_id,
        locale=wish.locale,
        attributes=wish.attributes,
        # No client can send such a key: theirs are printable ASCII.
        idempotency_key=f"\x1fapproval {wish.id}",
        scopes=wish.scopes,
    )


def _event(
    wish: Wish,
    state: Literal["waiting", "approved", "denied", "expired", "done", "failed"],
    reason: str = "",
    by: str = "",
) -> ApprovalChanged:
    return ApprovalChanged(wish.id, wish.workspace_id, wish.conversation_id, wish.call.tool, state, reason, by)
