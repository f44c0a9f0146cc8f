"""Planners: they decide the next step of a turn, tool calls or an answer.

A planner is asked once a step and yields as it thinks: any number of `Piece`, then one `Calls` or `Answer`. The
results of its calls come with the next question, so a planner keeps nothing between steps and can be replaced
between turns.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from pulpo.contracts.tools import Tool, ToolContext, ToolResult
from pulpo.conversation import Dialogue, Message, ToolCall, Turn

if TYPE_CHECKING:
    from pydantic import BaseModel


class Piece(Struct, frozen=True, tag="piece"):
    """A part of the answer's text, for clients that stream; before a call that needs the user's yes, what is said
    ahead of its summary."""

    text: str


class Calls(Struct, frozen=True, tag="calls"):
    """Tool calls to run together. ``dialogue`` is what the planner has learnt so far (None: unchanged).

    ``tokens`` are those a model used for this step, what it read and what it wrote.
    """

    calls: tuple[ToolCall, ...]
    dialogue: Dialogue | None = None
    tokens: int = 0


class Answer(Struct, frozen=True, tag="answer"):
    """The answer that ends the turn. ``dialogue`` is what must be known next turn (None: unchanged).

    ``confidence`` (0–1) is how sure the planner was of what the user wanted, if it can tell. ``tokens`` are those a
    model used for this step, what it read and what it wrote.
    """

    text: str
    dialogue: Dialogue | None = None
    confidence: float | None = None
    tokens: int = 0


Step: TypeAlias = Piece | Calls | Answer


class PlanContext(Struct, frozen=True):
    """What a planner is given for one step.

    ``tools`` are those available now, by name; ``results`` those of this turn so far, oldest first; ``dialogue``
    is the newest state, with the offers of the latest results already in it; ``consent`` is how the user
    answered the pending call of the last turn: on ``yes`` the runtime has executed it unchanged and its result
    is in ``results``, on ``no`` it is dropped. ``history`` reads the last messages of the conversation (oldest
    first), ``tool_context`` is for the value providers of slots.
    """

    turn: Turn
    dialogue: Dialogue
    tools: Mapping[str, Tool]
    results: Sequence[ToolResult]
    step: int
    consent: Literal["yes", "no"] | None
    history: Callable[[int], Awaitable[Sequence[Message]]]
    tool_context: ToolContext


class Planner(Protocol):
    """A built planner; one instance serves all turns of a variant at once, so it holds no turn's state."""

    def next_step(self, context: PlanContext) -> AsyncIterator[Step]:
        """Yield pieces, then calls or an answer. An exception, or no such end, fails the assigned variant."""
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
