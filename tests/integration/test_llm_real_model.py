"""The LLM planner with a real model behind it, a small one: that proves the protocol and not the model.

Run by hand: `MODEL=http://127.0.0.1:8081/v1 tox -e integration -- -k real_model`, with a server of the protocol that
can hold its model to a JSON schema; `tests/support/real_model.py` serves one. Without it the test skips.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

import pytest

import pulpo
from pulpo_llm.client import Client, Connections
from pulpo_llm.config import LlmConfig
from pulpo_llm.planner import LlmPlanner

URL = os.environ.get("MODEL", "")
pytestmark = pytest.mark.skipif(not URL, reason="no real model: MODEL names no OpenAI-protocol server")

SCHEMA = {
    "type": "object",
    "properties": {"service": {"enum": ["haircut", "shave"]}},
    "required": ["service"],
    "additionalProperties": False,
}
"""What the model is held to: left to itself a small one talks until it is cut, which is a fault and not an answer."""


@pytest.mark.parametrize("stream", [False, True])
async def test_a_real_model_answers_whole_and_in_pieces(stream: bool) -> None:
    async def history(limit: int) -> tuple[pulpo.Message, ...]:
        return ()

    at = datetime(2026, 11, 28, 16, 5, tzinfo=UTC)
    turn = pulpo.Turn("t", "c", pulpo.Workspace(id="demo", name="Salon"), "How much is a haircut?", at, locale="en")
    tool_context: Any = None
    context = pulpo.PlanContext(turn, pulpo.Dialogue(), {}, (), 0, None, history, tool_context)
    held = {"type": "json_schema", "json_schema": {"name": "wanted", "strict": True, "schema": SCHEMA}}
    config = LlmConfig(
        base_url=URL, model="real", timeout=300, max_output=48, stream=stream, options={"response_format": held}
    )
    connections = Connections(most=1)
    try:
        *told, answer = [each async for each in LlmPlanner(config, [], Client(config, connections)).next_step(context)]
    finally:
        await connections.close()
    # One that rambled until it was cut was told so, and asked once more.
    assert [each.finish for each in told if isinstance(each, pulpo.ModelCall)] in (["stop"], ["length", "stop"])
    assert all(isinstance(it, pulpo.ModelCall) and it.input_tokens > 100 and it.output_tokens > 0 for it in told)
    assert isinstance(answer, pulpo.Answer)
    assert json.loads(answer.text)["service"] in SCHEMA["properties"]["service"]["enum"]  # type: ignore[index]
