"""The working state of one turn: what its steps have found so far. It lives as long as the turn."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio
import msgspec

from pulpo.contracts.canary import Assignment
from pulpo.contracts.events import Event
from pulpo.contracts.tools import Tool, ToolResult
from pulpo.conversation import Conversation, ToolCall, Turn
from pulpo.store.approvals import Approval
from pulpo.tracing import TraceContext

_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(slots=True, kw_only=True)
class TurnRun:
    """A turn under way. ``started`` is monotonic seconds; ``results`` are what planners may see; ``finished`` are
    all calls ever made in the turn, for the report; both tell an effect once. ``groups`` map effect groups that are
    done or in doubt to the ledger's key of what did it; ``doubts`` map such keys to the titles of what may have
    happened. ``hidden`` and ``refused`` map tools that do not work now to their titles: kept from the planner, or asked
    for all the same.
    ``limited`` says that the assigned variant ran into a loop limit. ``tokens`` and ``cost`` (US dollars) are what
    models used, the two ``attempt_…`` what they used for the variant that is trying now.
    ``approval`` is what the turn is about when it carries an operator's decision out; nobody said anything then.
    ``wished`` are the tools of calls that wait for an operator since this turn. ``proposed`` is the call that waits for
    the user's yes, as the planner wanted it, and ``said`` what the planner answered: shadows are compared with both.
    ``trace`` is the turn's own span, if somebody here records it. ``share`` ends the attempt of the variant that is
    trying now when its share of the deadline is over."""

    turn: Turn
    conversation: Conversation
    assignment: Assignment
    scopes: frozenset[str]
    started: float
    results: list[ToolResult] = field(default_factory=list)
    finished: list[ToolResult] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    approval: Approval | None = None
    trace: TraceContext | None = None
    share: anyio.CancelScope | None = None
    wished: list[Tool] = field(default_factory=list)
    steps: int = 0
    denied: bool = False
    limited: bool = False
    tokens: int = 0
    cost: float = 0.0
    attempt_tokens: int = 0
    attempt_cost: float = 0.0
    proposed: ToolCall | None = None
    said: str = ""
    _seen: set[bytes] = field(default_factory=set)

    def repeats(self, call: ToolCall) -> bool:
        """Whether this attempt has asked for the very same call before; remembers it."""
        identity = _encode((call.tool, call.arguments))  # `_identity` would be one more function call
        if identity in self._seen:
            return True
        self._seen.add(identity)
        return False

    def add(self, result: ToolResult) -> None:
        """Take a finished call in. An effect that is met again, after a takeover or a rescue, is still one effect: the
        call that met it takes the place of what told of it before."""
        if result.effect:
            identity = _identity(result.call)
            for told in (self.results, self.finished):
                told[:] = [it for it in told if not it.effect or _identity(it.call) != identity]
        self.results.append(result)
        self.finished.append(result)

    def spend(self, tokens: int, cost: float) -> None:
        """Count what a call of a model used."""
        self.tokens += tokens
        self.attempt_tokens += tokens
        self.cost += cost
        self.attempt_cost += cost

    def start_over(self) -> None:
        """Forget what the failed variant looked up and keep what it changed, for the variant that rescues it."""
        self.results = [result for result in self.results if result.effect]
        self._seen.clear()
        self.refused.clear()
        self.steps = 0
        self.denied = False
        self.attempt_tokens = 0
        self.attempt_cost = 0.0
        self.proposed = None


def _identity(call: ToolCall) -> bytes:
    """What makes two calls of a turn the same one."""
    return _encode((call.tool, call.arguments))
