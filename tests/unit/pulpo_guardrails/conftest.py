"""What a policy is given, made up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

import pulpo

AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def context() -> Callable[..., pulpo.PolicyContext]:
    """Make a context; ``said`` and ``replied`` are what stands in the conversation already."""

    def make(
        text: str = "hola",
        *,
        said: Sequence[str] = (),
        replied: Sequence[str] = (),
        locale: str = "es",
        pending: pulpo.Pending | None = None,
        **more: Any,
    ) -> pulpo.PolicyContext:
        turn = pulpo.Turn("t", "c", pulpo.Workspace(id="demo"), text, AT, locale=locale)

        async def history(_limit: int) -> Sequence[pulpo.Message]:
            return [
                *(pulpo.Message("user", each, AT, "before") for each in said),
                *(pulpo.Message("assistant", each, AT, "before") for each in replied),
            ]

        return pulpo.PolicyContext(turn, pulpo.Dialogue(pending=pending), "stable", history=history, **more)

    return make
