"""Planners: they decide the next step of a turn, tool calls or an answer.

A planner is asked once a step and yields as it thinks: any number of `Piece` and `ModelCall`, then one `Calls` or
`Answer`. The results of its calls come with the next question, so a planner keeps nothing between steps and can be
replaced between turns.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from pulpo.contracts.tools import Tool, ToolContext, ToolResult
from pulpo.conversation import Dialogue, Message, ToolCall, Turn
from pulpo.tracing import TraceContext

if TYPE_CHECKING:
    from pydantic import BaseModel


class Piece(Struct, frozen=True, tag="piece"):
    """A part of the answer's text; before a call that needs the user's yes, what is said ahead of its summary.

    Nobody is sent a piece before the policies have read the whole answer: half of one that is withheld cannot be taken
    back.
    """

    text: str


Finish: TypeAlias = Literal["stop", "tool_calls", "length", "content_filter", "refusal", "error"]
"""Why a model stopped: it was done, wants tools, ran out of room, was stopped by a filter, would not answer, or could
not (no usable response came)."""


class ModelCall(Struct, frozen=True, kw_only=True, tag="model"):
    """A call of a model that a planner made for its step; it is yielded when the call is over, however it went, and
    before the decision that it led to.

    ``started`` is in UTC seconds, ``duration`` in seconds. ``input_tokens`` were read, ``cached_tokens`` of them from
    the provider's cache, and ``output_tokens`` written. ``error`` names what went wrong when ``finish`` is ``error``.
    ``unusable`` are the tools that the model asked for in a way nobody can run (no JSON, no such tool). ``span_id`` is
    the call's place in the turn's trace (16 hexadecimal digits), where the model's server was told one.
    """

    model: str
    started: float
    duration: float
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    finish: Finish = "stop"
    error: str = ""
    unusable: tuple[str, ...] = ()
    span_id: str = ""


class Calls(Struct, frozen=True, tag="calls"):
    """Tool calls to run together. ``dialogue`` is what the planner has learnt so far (None: unchanged).

    ``confidence`` (0–1) is how sure the planner was of what the user wanted, if it can tell.
    """

    calls: tuple[ToolCall, ...]
    dialogue: Dialogue | None = None
    confidence: float | None = None


class Answer(Struct, frozen=True, tag="answer"):
    """The answer that ends the turn. ``dialogue`` is what must be known next turn (None: unchanged).

    ``confidence`` (0–1) is how sure the planner was of what the user wanted, if it can tell.
    """

    text: str
    dialogue: Dialogue | None = None
    confidence: float | None = None


Step: TypeAlias = Piece | ModelCall | Calls | Answer


class PlanContext(Struct, frozen=True):
    """What a planner is given for one step.

    ``tools`` are those available now, by name; ``results`` those of this turn so far, oldest first; ``dialogue``
    is the newest state, with the offers of the latest results already in it; ``consent`` is how the user
    answered the pending call of the last turn: on ``yes`` the runtime has executed it unchanged and its result
    is in ``results``, on ``no`` it is dropped. ``history`` reads the last messages of the conversation (oldest
    first), ``tool_context`` is for the value providers of slots. ``trace`` is the turn's own span, where somebody here
    records it: a call of a model goes out with the headers of a span below it, or of `pulpo.trace_headers` without one.
    """

    turn: Turn
    dialogue: Dialogue
    tools: Mapping[str, Tool]
    results: Sequence[ToolResult]
    step: int
    consent: Literal["yes", "no"] | None
    history: Callable[[int], Awaitable[Sequence[Message]]]
    tool_context: ToolContext
    trace: TraceContext | None = None


class Planner(Protocol):
    """A built planner; one instance serves all turns of a variant at once, so it holds no turn's state."""

    def next_step(self, context: PlanContext) -> AsyncIterator[Step]:
        """Yield pieces and calls of models, then calls of tools or an answer. An exception, or no such end, fails the
        assigned variant."""
        ...


class PlannerFactory(Protocol):
    """What a plugin registers. A variant names it and gives the settings that ``config`` validates (None: it has no
    settings)."""

    @property
    def name(self) -> str: ...

    @property
    def config(self) -> type[BaseModel] | None: ...

    def build(self, config: Any, tools: Sequence[Tool]) -> Planner:
        """Build a planner for a catalogue of tools (called at start, once for all variants with the same settings)."""
        ...
