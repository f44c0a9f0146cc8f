from __future__ import annotations

from datetime import UTC, datetime

import pytest

import pulpo
from pulpo_guardrails.confirmation import Confirmation
from pulpo_guardrails.message import MessageSize


@pulpo.tool
async def book(day: str) -> str:
    """Book."""
    return day


@pulpo.tool(read_only=True)
async def look(day: str) -> str:
    """Look."""
    return day


@pulpo.tool(confirm=False)
async def note(day: str) -> str:
    """Note something nobody need confirm."""
    return day


def context(text: str = "", confirmed: pulpo.ToolCall | None = None) -> pulpo.PolicyContext:
    turn = pulpo.Turn("t", "c", pulpo.Workspace(id="demo"), text, datetime(2026, 11, 24, tzinfo=UTC))
    return pulpo.PolicyContext(turn, pulpo.Dialogue(), "stable", confirmed)


CALL = pulpo.ToolCall("c1", "book", {"day": "2026-11-24"})


@pytest.mark.parametrize(
    ("tool", "confirmed", "kind"),
    [
        (book, None, "needs_approval"),
        (book, pulpo.ToolCall("c0", "book", {"day": "2026-11-24"}), "allow"),
        (book, pulpo.ToolCall("c0", "book", {"day": "2026-11-25"}), "needs_approval"),
        (book, pulpo.ToolCall("c0", "cancel", {"day": "2026-11-24"}), "needs_approval"),
        (look, None, "allow"),
        (note, None, "allow"),
    ],
)
async def test_a_yes_is_good_for_the_very_call_that_was_shown(tool: pulpo.Tool, confirmed, kind: str) -> None:
    assert (await Confirmation().check_call(context(confirmed=confirmed), CALL, tool)).kind == kind


@pytest.mark.parametrize(("length", "kind"), [(0, "allow"), (10, "allow"), (11, "deny")])
async def test_long_messages_are_refused_with_the_limit(length: int, kind: str) -> None:
    verdict = await MessageSize(limit=10).check_message(context("x" * length))
    assert verdict.kind == kind
    if kind == "deny":
        assert "10" in pulpo.localized(verdict.text, "es")
        assert "10" in pulpo.localized(verdict.text, "en-GB")
