"""Calls that wait for an operator: asked, decided, and what came of them; closures for `Database`.

::

    waiting ── approve ──► approved ──► settled: done | failed
       │  └─── deny ─────► denied ────► settled: told
       └─ time runs out ─► expired ───► settled: told

A decision is a commit of its own, and what follows from it is carried out afterwards, by whoever finds it not settled
yet. Times are UTC seconds since the epoch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from pulpo.conversation import Json, ToolCall
from pulpo.store.effects import encode
from pulpo.store.schema import approvals

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

ApprovalState: TypeAlias = Literal["waiting", "approved", "denied", "expired"]
Settled: TypeAlias = Literal["done", "failed", "told"]


class Wish(Struct, frozen=True, kw_only=True):
    """A call that a policy wants an operator to see. ``id`` is its key in the effect ledger; ``proposed_in`` the turn
    under which its effect is entered, ``turn_id`` the one that asked. ``policy`` and ``reason`` say why."""

    id: str
    workspace_id: str
    conversation_id: str
    turn_id: str
    proposed_in: str
    user_id: str | None
    locale: str
    scopes: frozenset[str]
    attributes: dict[str, Json]
    call: ToolCall
    policy: str
    reason: str
    asked_at: float
    expires_at: float


class Approval(Struct, frozen=True, kw_only=True):
    """A wish and what became of it; ``settled`` is None until that was carried out and the conversation knows."""

    wish: Wish
    state: ApprovalState
    decided_at: float | None
    decided_by: str
    decision_reason: str
    settled: Settled | None


def ask(connection: Connection, wish: Wish) -> bool:
    """Record a wish; False when the very same one of this conversation waits already."""
    columns = approvals.c
    arguments = encode(wish.call.arguments)
    same = (columns.conversation_id == wish.conversation_id, columns.tool == wish.call.tool)
    waiting = sa.select(columns.id).where(*same, columns.arguments == arguments, columns.state == "waiting")
    known = sa.select(columns.id).where(columns.id == wish.id)
    if connection.execute(waiting.union(known)).first() is not None:
        return False
    connection.execute(sa.insert(approvals).values(**_columns(wish, arguments)))
    return True


def find(connection: Connection, approval_id: str, workspace_id: str) -> Approval | None:
    """Return the workspace's approval of that id."""
    this = (approvals.c.id == approval_id, approvals.c.workspace_id == workspace_id)
    row = connection.execute(sa.select(approvals).where(*this)).one_or_none()
    return None if row is None else _approval(row)


def recent(
    connection: Connection, workspace_id: str, *, state: ApprovalState | None, limit: int
) -> tuple[Approval, ...]:
    """Return the workspace's approvals (in ``state``), the latest first."""
    query = sa.select(approvals).where(approvals.c.workspace_id == workspace_id)
    if state is not None:
        query = query.where(approvals.c.state == state)
    rows = connection.execute(query.order_by(approvals.c.asked_at.desc(), approvals.c.id).limit(limit))
    return tuple(map(_approval, rows))


def decide(
    connection: Connection,
    approval_id: str,
    workspace_id: str,
    *,
    state: Literal["approved", "denied"],
    reason: str,
    by: str,
    now: float,
) -> bool:
    """Decide what still waits and has not run out; False when there is nothing to decide any more."""
    columns = approvals.c
    this = (columns.id == approval_id, columns.workspace_id == workspace_id)
    open_ = (columns.state == "waiting", columns.expires_at > now)
    decided = {"state": state, "decided_at": now, "decided_by": by, "decision_reason": reason}
    return connection.execute(sa.update(approvals).where(*this, *open_).values(decided)).rowcount == 1


def expire(connection: Connection, *, now: float) -> tuple[Approval, ...]:
    """Let go of what nobody decided in time, and return it."""
    late = (approvals.c.state == "waiting", approvals.c.expires_at <= now)
    gone = sa.update(approvals).where(*late).values(state="expired", decided_at=now).returning(approvals.c.id)
    ids = connection.execute(gone).scalars().all()
    rows = connection.execute(sa.select(approvals).where(approvals.c.id.in_(ids))).all() if ids else ()
    return tuple(map(_approval, rows))


def overdue(connection: Connection, *, now: float) -> bool:
    """Whether something waits that nobody decided in time."""
    late = (approvals.c.state == "waiting", approvals.c.expires_at <= now)
    return connection.execute(sa.select(approvals.c.id).where(*late).limit(1)).first() is not None


def due(connection: Connection, *, after: Approval | None = None, limit: int = 20) -> tuple[Approval, ...]:
    """Return what was decided and is not carried out yet, the oldest first, from behind ``after`` on."""
    place = (approvals.c.decided_at, approvals.c.id)
    query = sa.select(approvals).where(approvals.c.state != "waiting", approvals.c.settled.is_(None))
    if after is not None:
        query = query.where(sa.tuple_(*place) > sa.tuple_(sa.literal(after.decided_at), sa.literal(after.wish.id)))
    return tuple(map(_approval, connection.execute(query.order_by(*place).limit(limit))))


def settle(connection: Connection, approval_id: str, settled: Settled) -> bool:
    """Record that a decision was carried out; False when somebody did before."""
    open_ = (approvals.c.id == approval_id, approvals.c.settled.is_(None))
    return connection.execute(sa.update(approvals).where(*open_).values(settled=settled)).rowcount == 1


def _columns(wish: Wish, arguments: bytes) -> dict[str, Any]:
    kept = msgspec.structs.asdict(wish)
    call: ToolCall = kept.pop("call")
    return {
        **kept,
        "scopes": " ".join(sorted(wish.scopes)),
        "attributes": encode(wish.attributes),
        "call_id": call.id,
        "tool": call.tool,
        "arguments": arguments,
        "state": "waiting",
        "decided_by": "",
        "decision_reason": "",
    }


def _approval(row: Row[Any]) -> Approval:
    names = ("id", "workspace_id", "conversation_id", "turn_id", "proposed_in", "user_id", "locale", "policy", "reason")
    return Approval(
        wish=Wish(
            **{name: getattr(row, name) for name in names},
            scopes=frozenset(row.scopes.split()),
            attributes=msgspec.json.decode(row.attributes),
            call=ToolCall(row.call_id, row.tool, msgspec.json.decode(row.arguments)),
            asked_at=row.asked_at,
            expires_at=row.expires_at,
        ),
        state=row.state,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decision_reason=row.decision_reason,
        settled=row.settled,
    )
