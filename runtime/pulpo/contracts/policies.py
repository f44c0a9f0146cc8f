"""Policies: checks of a message, of each call and of an answer.

A policy that raises denies; only one whose read fails because the database is away has decided nothing, and the client
is told to come again. A verdict's ``reason`` is for operators, its ``text`` is for the user. All policies are asked: a
single deny decides, whatever the others said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Literal

from msgspec import Struct

from pulpo.contracts.tools import Tool, ToolResult
from pulpo.conversation import Dialogue, Message, Text, ToolCall, Turn, Workspace


class Verdict(Struct, frozen=True):
    """What a policy decided; ``needs_approval`` is asked of the user or of an operator (``approver``), ``rewrite``
    (answers only) lets ``text`` take the answer's place. ``show`` names arguments that the summary which the user
    is asked about must tell."""

    kind: Literal["allow", "deny", "needs_approval", "rewrite"]
    reason: str = ""
    text: Text = ""
    approver: Literal["user", "operator"] = "user"
    show: tuple[str, ...] = ()


ALLOW = Verdict("allow")


def deny(reason: str, *, text: Text = "") -> Verdict:
    """Refuse, for ``reason`` (logged and counted); ``text`` is what the user may read."""
    return Verdict("deny", reason, text)


def needs_approval(
    reason: str, *, approver: Literal["user", "operator"] = "user", show: tuple[str, ...] = ()
) -> Verdict:
    """Hold the call until the approver says yes; the arguments named in ``show`` are told with the question."""
    return Verdict("needs_approval", reason, "", approver, show)


def rewrite(answer: str, *, reason: str) -> Verdict:
    """Let ``answer`` take the place of the one that was checked; the policies after this one check the new one."""
    return Verdict("rewrite", reason, answer)


async def _no_history(_limit: int) -> Sequence[Message]:
    return ()


_NO_TOOLS: Mapping[str, Tool] = MappingProxyType({})


class PolicyContext(Struct, frozen=True):
    """What a policy may look at. ``confirmed`` is the call the user has just said yes to, if any;
    ``scopes`` are those of the caller's key; ``tools`` are all there are, by name; ``results`` those of this turn so
    far; ``history`` reads the messages of the conversation's last turns, oldest first, with this turn's."""

    turn: Turn
    dialogue: Dialogue
    variant: str
    confirmed: ToolCall | None = None
    scopes: frozenset[str] = frozenset()
    tools: Mapping[str, Tool] = _NO_TOOLS
    results: Sequence[ToolResult] = ()
    history: Callable[[int], Awaitable[Sequence[Message]]] = _no_history


class Policy:
    """Base of all policies: override what you check. The runtime calls only what a subclass overrides.

    ``changes_only`` policies are not asked about calls of read-only tools.
    """

    name: ClassVar[str] = ""
    changes_only: ClassVar[bool] = False

    def offers(self, workspace: Workspace, scopes: frozenset[str], tool: Tool) -> bool:
        """Say whether callers of a workspace whose key has ``scopes`` may use ``tool`` at all.

        A tool that is not offered is kept from planners, and a call of it is denied. Pure: what it says is kept for
        as long as the workspace and the tools stay the same.
        """
        return True

    async def check_message(self, context: PolicyContext) -> Verdict:
        """Check the user's message (``context.turn.text``) before any planning."""
        return ALLOW

    async def check_call(self, context: PolicyContext, call: ToolCall, tool: Tool) -> Verdict:
        """Check one call, its arguments already validated, before it runs."""
        return ALLOW

    async def check_answer(self, context: PolicyContext, answer: str) -> Verdict:
        """Check the answer before the user sees it; ``context.dialogue`` is what will be remembered with it."""
        return ALLOW
