"""A turn as the planner is given it, and a model that says what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

import pulpo
from pulpo_llm.config import LlmConfig
from unit.pulpo_llm.shop import TOOLS

SATURDAY = datetime(2026, 11, 28, 16, 5, tzinfo=UTC)


Context = Callable[..., pulpo.PlanContext]


@pytest.fixture
def context() -> Context:
    """Make a context; ``said`` are earlier messages as (role, text), turn ``t0``."""

    def make(text: str = "hola", *, said: Sequence[tuple[Any, str]] = (), **more: Any) -> pulpo.PlanContext:
        workspace = pulpo.Workspace(id="demo", name="Salón Sol", tz="Europe/Madrid")
        turn = pulpo.Turn("t1", "c", workspace, text, SATURDAY, locale=more.pop("locale", "es"))
        lines = [pulpo.Message(role, line, SATURDAY, "t0") for role, line in said]
        lines.append(pulpo.Message("user", text, SATURDAY, "t1"))

        async def history(limit: int) -> Sequence[pulpo.Message]:
            return lines

        given: dict[str, Any] = {
            "dialogue": pulpo.Dialogue(),
            "tools": TOOLS,
            "results": (),
            "step": 0,
            "consent": None,
        }
        tool_context: Any = None
        return pulpo.PlanContext(turn=turn, history=history, tool_context=tool_context, **{**given, **more})

    return make


@pytest.fixture
def config() -> Callable[..., LlmConfig]:
    """Make a configuration."""

    def make(**more: Any) -> LlmConfig:
        return LlmConfig(**{"base_url": "http://127.0.0.1:8080/v1", "model": "m", **more})

    return make
