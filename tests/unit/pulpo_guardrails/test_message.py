from __future__ import annotations

from datetime import UTC, datetime

import pytest

import pulpo
from pulpo_guardrails.message import MessageSize


def context(text: str) -> pulpo.PolicyContext:
    turn = pulpo.Turn("t", "c", pulpo.Workspace(id="demo"), text, datetime(2026, 11, 24, tzinfo=UTC))
    return pulpo.PolicyContext(turn, pulpo.Dialogue(), "stable")


@pytest.mark.parametrize(("length", "kind"), [(0, "allow"), (10, "allow"), (11, "deny")])
async def test_long_messages_are_refused_with_the_limit(length: int, kind: str) -> None:
    verdict = await MessageSize(limit=10).check_message(context("x" * length))
    assert verdict.kind == kind
    if kind == "deny":
        assert "10" in pulpo.localized(verdict.text, "es")
        assert "10" in pulpo.localized(verdict.text, "en-GB")
