"""Calls that wait for an operator, as operators see and decide them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from pulpo.errors import ApprovalDecidedError, ApprovalNotFoundError
from pulpo.http.operations import Call, Operation
from pulpo.http.problems import ProblemError
from pulpo.store.approvals import Approval as Stored
from pulpo.store.approvals import ApprovalState

Reason = Annotated[str, Meta(max_length=500, pattern="^[^\\u0000]*$", description="Why; kept with the decision.")]


class Approval(Struct, frozen=True, kw_only=True):
    """A call as its policy held it, with that policy's ``reason``, and what became of it. ``outcome`` is null until
    the decision was carried out: ``done`` or ``failed`` after an approval, ``told`` when nothing had to be done.
    Times are in UTC."""

    id: str
    workspace: str
    conversation_id: str
    turn_id: str
    user_id: str | None
    tool: str
    arguments: dict[str, Any]
    policy: str
    reason: str
    state: ApprovalState
    asked_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: str
    decision_reason: str
    outcome: Literal["done", "failed", "told"] | None


class ApprovalList(Struct, frozen=True):
    """The workspace's approvals, the latest first."""

    approvals: tuple[Approval, ...]


class ApprovalsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which approvals to return."""

    state: Annotated[ApprovalState | None, Meta(description="Only those in this state; all without it.")] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="At most this many.")] = 50


class ApprovalDecision(Struct, frozen=True, forbid_unknown_fields=True):
    """``approve`` runs the stored call unchanged, once; ``deny`` does nothing. The user is told either way."""

    decision: Literal["approve", "deny"]
    reason: Reason = ""


async def list_approvals(call: Call) -> ApprovalList:
    """Return what waits and what was decided in the caller's workspace."""
    found = await call.door.system.approvals.recent(
        call.caller.workspace.id, state=call.query.state, limit=call.query.limit
    )
    return ApprovalList(tuple(map(_shown, found)))


async def decide_approval(call: Call) -> Approval:
    """Decide; what was decided the same way before is told again."""
    decision = call.body
    try:
        found = await call.door.system.approvals.decide(
            call.path["approval_id"],
            call.caller.workspace.id,
            decision.decision,
            reason=decision.reason,
            by=call.caller.key_id,
        )
    except ApprovalNotFoundError as error:
        raise ProblemError(404, str(error)) from error
    except ApprovalDecidedError as error:
        title = {"en": "Decided already", "es": "Ya está decidido"}
        detail = f"It does not wait any more: it is {error.state}."
        raise ProblemError(409, detail, title=title) from error
    return _shown(found)


def _shown(stored: Stored) -> Approval:
    wish = stored.wish
    return Approval(
        id=wish.id,
        workspace=wish.workspace_id,
        conversation_id=wish.conversation_id,
        turn_id=wish.turn_id,
        user_id=wish.user_id,
        tool=wish.call.tool,
        arguments=wish.call.arguments,
        policy=wish.policy,
        reason=wish.reason,
        state=stored.state,
        asked_at=_utc(wish.asked_at),
        expires_at=_utc(wish.expires_at),
        decided_at=None if stored.decided_at is None else _utc(stored.decided_at),
        decided_by=stored.decided_by,
        decision_reason=stored.decision_reason,
        outcome=stored.settled,
    )


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


APPROVAL_OPERATIONS = (
    Operation(
        method="GET",
        path="/admin/approvals",
        scope="admin",
        handler=list_approvals,
        id="listApprovals",
        tag="admin",
        summary="List the calls that wait for an operator, and those that were decided",
        query=ApprovalsQuery,
        response=ApprovalList,
    ),
    Operation(
        method="POST",
        path="/admin/approvals/{approval_id}",
        scope="admin",
        handler=decide_approval,
        id="decideApproval",
        tag="admin",
        summary="Approve or deny a call that waits",
        description="The stored call runs unchanged, once. While its conversation is busy it runs a little later.",
        body=ApprovalDecision,
        response=Approval,
        errors=(409, 503),
    ),
)
