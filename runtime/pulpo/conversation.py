"""The values a chat is made of. They know nothing of plugins, storage or HTTP.

Everything that must outlive a turn stands in `Dialogue`: facts, offers and the pending call belong to the
conversation and not to a planner, so that rescue, rollback or a changed variant go on with the same booking.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

from msgspec import Struct, field

Json: TypeAlias = Any
"""What `json.loads` can return."""

Text: TypeAlias = str | Mapping[str, str]
"""A text for people: one string, or one a language (``{"es": …, "es-AR": …, "en": …}``)."""

Role: TypeAlias = Literal["user", "assistant"]


def localized(text: Text, locale: str) -> str:
    """Return the text for a BCP 47 ``locale``: the exact tag, then its language, then English, then any."""
    if isinstance(text, str):
        return text
    for tag in (locale, locale.partition("-")[0], "en"):
        if tag in text:
            return text[tag]
    return next(iter(text.values()), "")


class Workspace(Struct, frozen=True):
    """A tenant: one business. ``tz`` is an IANA zone, ``region`` an ISO 3166 code such as ``ES-MD``."""

    id: str
    name: str = ""
    languages: tuple[str, ...] = ("es", "en")
    tz: str = "UTC"
    region: str = ""


class ToolCall(Struct, frozen=True):
    """One invocation of a tool that a planner wants. ``id`` is unique within its turn."""

    id: str
    tool: str
    arguments: dict[str, Json]


class Offer(Struct, frozen=True):
    """One choice shown to the user: its ``label`` and the arguments it stands for when taken."""

    label: str
    arguments: dict[str, Json]


class Fact(Struct, frozen=True):
    """A value for an argument, and who gave it: the user, an offer the user took, or a tool's result."""

    value: Json
    source: Literal["user", "offer", "tool"] = "user"


class Pending(Struct, frozen=True):
    """A call that waits for the user's yes. ``summary`` is the question the user was shown; ``turn_id`` is the turn
    that asked it, under which the effect is entered in the ledger: a yes that is said again means the same one."""

    call: ToolCall
    summary: str
    turn_id: str = ""


class Dialogue(Struct, frozen=True):
    """What a conversation knows between two turns.

    ``language`` is the one spoken last (``es``, ``en``). ``goal`` is the tool being prepared, ``facts`` map
    argument names to what is known, ``asked`` the argument asked for last, ``offers`` the choices shown last,
    ``pending`` the call that waits for a yes, and ``notes`` is room for planners (JSON; a planner must work
    without its own notes, for another variant may go on). ``news`` is what became of calls that waited for an
    operator; the next reply begins with it.
    """

    goal: str | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
    asked: str | None = None
    offers: tuple[Offer, ...] = ()
    pending: Pending | None = None
    notes: dict[str, Json] = field(default_factory=dict)
    language: str = ""
    news: tuple[str, ...] = ()


EMPTY_DIALOGUE = Dialogue()


class Message(Struct, frozen=True):
    """One line of a transcript; ``at`` is in UTC."""

    role: Role
    text: str
    at: datetime
    turn_id: str


class Turn(Struct, frozen=True):
    """One user message on its way to an answer. ``at`` (UTC) is when it was accepted; ``locale`` is BCP 47."""

    id: str
    conversation_id: str
    workspace: Workspace
    text: str
    at: datetime
    locale: str = "es"
    user_id: str | None = None
    region: str | None = None
    channel: str | None = None
    attributes: dict[str, Json] = field(default_factory=dict)


class Conversation(Struct, frozen=True):
    """A chat as the store knows it when a turn begins; its messages are read on demand.

    ``variant`` is the variant it is pinned to; ``epoch`` counts the leases given out on it and fences writes.
    """

    id: str
    workspace_id: str
    user_id: str | None
    variant: str
    epoch: int
    dialogue: Dialogue = EMPTY_DIALOGUE
