"""What enters and leaves a turn."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from pulpo.contracts.events import TurnOutcome
from pulpo.contracts.tools import Outcome
from pulpo.conversation import Json
from pulpo.tracing import TraceContext


class TurnRequest(Struct, frozen=True, kw_only=True):
    """One user message as it comes from a door (HTTP, the terminal, a test), already authenticated.

    ``workspace_id`` and ``scopes`` come from the caller's key. Without a ``conversation_id`` a new conversation
    begins. ``locale`` is BCP 47; without one the workspace's first language is used. ``trace`` is the turn's own place
    in a trace, when the door has asked for one (`System.traced`).
    """

    workspace_id: str
    message: str
    conversation_id: str | None = None
    user_id: str | None = None
    locale: str | None = None
    region: str | None = None
    channel: str | None = None
    attributes: dict[str, Json] = field(default_factory=dict)
    idempotency_key: str | None = None
    scopes: frozenset[str] = frozenset()
    trace: TraceContext | None = None


class CallReport(Struct, frozen=True):
    """A tool call as a client sees it; its duration is in milliseconds. ``effect`` says that it changed something."""

    id: str
    tool: str
    arguments: dict[str, Any]
    outcome: Outcome
    duration_ms: float
    effect: bool = False


class TurnAnswer(Struct, frozen=True):
    """The answer to a turn; field for field what ``POST /chat`` returns.

    ``variant`` is the assigned one, ``served_by`` the one that answered (they differ after a rescue).
    """

    conversation_id: str
    turn_id: str
    reply: str
    variant: str
    served_by: str
    outcome: TurnOutcome
    tool_calls: tuple[CallReport, ...]
    duration_ms: float
