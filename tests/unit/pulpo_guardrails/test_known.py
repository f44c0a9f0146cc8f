from __future__ import annotations

from collections.abc import Callable

import pulpo
from pulpo_guardrails.known import unknown


async def test_history_is_read_only_for_what_is_not_known_otherwise(
    context: Callable[..., pulpo.PolicyContext],
) -> None:
    asked = context("uno", said=["dos"])
    read: list[int] = []

    async def history(limit: int) -> list[pulpo.Message]:
        read.append(limit)
        return list(await asked.history(limit))

    watched = pulpo.PolicyContext(asked.turn, asked.dialogue, "stable", history=history)
    told = str.__contains__
    assert await unknown(["uno"], watched, public_tools=(), told=told) == []
    assert read == []
    assert await unknown(["uno", "dos", "tres"], watched, public_tools=(), told=told) == ["tres"]
    assert len(read) == 1
