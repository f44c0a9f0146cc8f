"""Policies: checks of a message, of each call and of an answer.

A policy that raises denies. A verdict's ``reason`` is for operators, its ``text`` is for the user.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct

from pulpo.contracts.tools import Tool
from pulpo.conversation import Dialogue, Text, ToolCall, Turn


class Verdict(Struct, frozen=True):
    """What a policy decided; ``needs_approval`` is asked of the user or of an operator (``approver``)."""

    kind: Literal["allow", "deny", "needs_approval"]
    reason: str = ""
    text: Text = ""
    approver: Literal["user", "operator"] = "user"


ALLOW = Verdict("allow")


def deny(reason: str, *, text: Text = "") -> Verdict:
    """Refuse, for ``reason`` (logged and counted); ``text`` is what the user may read."""
    return Verdict("deny", reason, text)


def needs_approval(reason: str, *, approver: Literal["user", "operator"] = "user") -> Verdict:
    """Hold the call until the approver says yes."""
    return Verdict("needs_approval", reason, "", approver)


class PolicyContext(Struct, frozen=True):
    """What a policy may look at. ``confirmed`` is the call the user has just said yes to, if any;
    ``scopes`` are those of the caller's key."""

    turn: Turn
    dialogue: Dialogue
    variant: str
    confirmed: ToolCall | None = None
    scopes: frozenset[str] = frozenset()


class Policy:
    """Base of all policies: override what you check. The runtime calls only what a subclass overrides."""

    name: ClassVar[str] = ""

    async def check_message(self, context: PolicyContext) -> Verdict:
        """Check the user's message (``context.turn.text``) before any planning."""
        return ALLOW

    async def check_call(self, context: PolicyContext, call: ToolCall, tool: Tool) -> Verdict:
        """Check one call, its arguments already validated, before it runs."""
        return ALLOW

    async def check_answer(self, context: PolicyContext, answer: str) -> Verdict:
        """Check the answer before the user sees it."""
        return ALLOW
