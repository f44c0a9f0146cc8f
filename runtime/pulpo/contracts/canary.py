"""Canary strategies: how the variant of a new conversation is chosen.

A strategy is compiled once into a pure, synchronous function; no I/O happens on the way of a turn. A strategy
that raises, or answers nonsense, means stable and is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from msgspec import Struct, field

from pulpo.conversation import Json

if TYPE_CHECKING:
    from pydantic import BaseModel


class CanaryContext(Struct, frozen=True):
    """Whom the decision is about. ``unit`` is what sticks: the user if known, else the conversation."""

    workspace_id: str
    conversation_id: str
    user_id: str | None = None
    region: str | None = None
    channel: str | None = None
    locale: str = "es"
    attributes: Mapping[str, Json] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        return self.user_id or self.conversation_id


class Match(Struct, frozen=True):
    """What a strategy says of a conversation: in the canary, because of ``reason`` (logged and shown), or, if not
    ``inside``, that it is not about this one at all, which then counts neither for the canary nor as its control."""

    reason: str
    inside: bool = True


Decide: TypeAlias = Callable[[CanaryContext], Match | None]


class CanaryStrategy(Protocol):
    """What a plugin registers. ``config`` validates the fields of ``[canary]`` it names and all of
    ``[canary.settings]`` (None: it has no settings). An attribute ``unit = "workspace"`` says that workspaces stick
    together; without it users do, or conversations where no user is known. One that draws nobody may say by an
    attribute ``share`` which part it sends to the canary."""

    @property
    def name(self) -> str: ...

    @property
    def config(self) -> type[BaseModel] | None: ...

    def compile(self, config: Any) -> Decide:
        """Return the decision for a validated ``config``; called in a thread, at start and at each change of it.

        One that raises, or takes more than a second, leaves everybody on stable.
        """
        ...


Reason: TypeAlias = Literal[
    "killed", "disabled", "aborted", "denied", "allowed", "pinned", "matched", "not_matched", "strategy_error", "shadow"
]
"""Why a turn got its variant, nearly in the order in which the reasons are looked at. ``shadow``: the rollout is at
its step of share 0, so the canary only plans what nobody sees."""


class Pin(Struct, frozen=True):
    """How a conversation was served so far: its variant, and the rollout and step it was drawn in ("" and 0: none).
    ``idle`` is seconds since its last message."""

    variant: str
    rollout: str = ""
    step: int = 0
    idle: float = 0.0


class Assignment(Struct, frozen=True):
    """The choice made for a turn: which variant, why, and under which configuration revision.

    ``rollout`` is the rollout by whose random split the conversation got its variant, either of the two, and ``step``
    the one it was at then; empty when something else decided (an override, an older pin), so that the turn is no
    evidence. ``unit`` is what the split is by, and thus what evidence counts.
    """

    variant: str
    reason: Reason
    revision: int = 0
    rollout: str = ""
    step: int = 0
    unit: str = ""
