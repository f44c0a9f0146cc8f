"""The LLM planner with a real model behind it, a small one: that proves the protocol and not the model.

Run by hand: `MODEL=http://127.0.0.1:8081/v1 tox -e integration -- -k real_model`, with any server of the protocol that
can be made to call tools; `tests/support/real_model.py` serves one. Without it nothing is proved, and the tests skip.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pytest

import pulpo
from pulpo_llm.client import Client, Connections
from pulpo_llm.config import LlmConfig
from pulpo_llm.planner import LlmPlanner

URL = os.environ.get("MODEL", "")
pytestmark = pytest.mark.skipif(not URL, reason="no real model: MODEL names no OpenAI-protocol server")
SECONDS = 300.0
"""A loaded machine may take long for a prompt."""


@pulpo.tool(read_only=True)
async def get_price(service: Annotated[Literal["haircut", "shave"], "which service"]) -> str:
    """Tell the price of a service."""
    return f"{service}: 22 €"


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    connections = Connections(most=2)
    yield connections
    await connections.close()


def context(*results: pulpo.ToolResult) -> pulpo.PlanContext:
    async def history(limit: int) -> tuple[pulpo.Message, ...]:
        return ()

    at = datetime(2026, 11, 28, 16, 5, tzinfo=UTC)
    turn = pulpo.Turn("t", "c", pulpo.Workspace(id="demo", name="Salon"), "How much is a haircut?", at, locale="en")
    tool_context: Any = None
    tools = {get_price.name: get_price}
    return pulpo.PlanContext(turn, pulpo.Dialogue(), tools, results, len(results), None, history, tool_context)


async def steps(connections: Connections, given: pulpo.PlanContext, **more: Any) -> list[pulpo.Step]:
    config = LlmConfig(base_url=URL, model="real", timeout=SECONDS, max_output=128, **more)
    planner = LlmPlanner(config, [get_price], Client(config, connections))
    return [step async for step in planner.next_step(given)]


@pytest.mark.parametrize("stream", [False, True])
async def test_it_calls_a_tool_when_it_must(connections: Connections, stream: bool) -> None:
    told, *_, decision = await steps(connections, context(), stream=stream, options={"tool_choice": "required"})
    assert isinstance(told, pulpo.ModelCall)
    assert (told.input_tokens > 50, told.output_tokens > 0, told.finish) == (True, True, "tool_calls")
    assert isinstance(decision, pulpo.Calls)
    assert [call.tool for call in decision.calls] == ["get_price"]
    assert get_price.bind(decision.calls[0].arguments)


@pytest.mark.parametrize("stream", [False, True])
async def test_it_answers_with_what_a_tool_found(connections: Connections, stream: bool) -> None:
    found = pulpo.ToolResult(
        pulpo.ToolCall("c", "get_price", {"service": "haircut"}), "ok", pulpo.Result("22 €", "A haircut is 22 €."), 1.0
    )
    told, decision = await steps(connections, context(found), stream=stream, options={"tool_choice": "none"})
    assert isinstance(told, pulpo.ModelCall)
    assert told.output_tokens > 0
    assert isinstance(decision, pulpo.Answer)
    assert decision.text
