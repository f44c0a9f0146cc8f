"""What is sent, and how long one waits; what responses lead to is tried in `functional/test_llm_faults`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest

import pulpo
from pulpo_llm.config import LlmConfig
from pulpo_llm.errors import ModelError, ModelStatusError, ModelUnreachableError
from pulpo_llm.planner import Clocks, LlmPlanner
from pulpo_llm.protocol import Completion, completion
from support import models
from support.models import Says
from unit.pulpo_llm.conftest import Context
from unit.pulpo_llm.shop import TOOLS

Make = Callable[..., LlmConfig]


class Scripted:
    """A client that raises or returns what a test says, in order."""

    def __init__(self, *answers: Says | ModelError) -> None:
        self.answers = list(answers)
        self.bodies: list[dict[str, Any]] = []
        self.waited: list[float] = []
        self.traces: list[Mapping[str, str]] = []

    async def ask(self, body: bytes, trace: Mapping[str, str]) -> Completion:
        self.bodies.append(json.loads(body))
        self.traces.append(trace)
        answer = self.answers.pop(0)
        if isinstance(answer, ModelError):
            raise answer
        return completion(models.completion(answer))

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    async def steps(self, config: LlmConfig, context: pulpo.PlanContext) -> list[pulpo.Step]:
        clocks = Clocks(now=lambda: 1000.0, elapsed=lambda: 5.0, sleep=self.sleep)
        drawn = count(1)
        planner = LlmPlanner(
            config, list(TOOLS.values()), self, clocks=clocks, random=lambda size: next(drawn).to_bytes(size, "big")
        )
        return [step async for step in planner.next_step(context)]


async def test_a_request_says_what_the_settings_say(config: Make, context: Context) -> None:
    client = Scripted(Says(text="hi"))
    await client.steps(config(temperature=0.3, options={"seed": 7, "top_p": 0.9}), context())
    body = client.bodies[0]
    assert {key: body[key] for key in body if key not in ("messages", "tools")} == {
        "model": "m",
        "max_tokens": 1024,
        "temperature": 0.3,
        "seed": 7,
        "top_p": 0.9,
    }


async def test_what_a_server_does_not_know_is_left_out(config: Make, context: Context) -> None:
    client = Scripted(Says(text="hi"))
    await client.steps(config(temperature=None, options={"max_completion_tokens": 9}), context(tools={}))
    assert set(client.bodies[0]) == {"model", "max_completion_tokens", "messages"}
    client = Scripted(Says(text="hi"))
    await client.steps(config(stream=True), context())
    assert client.bodies[0]["stream_options"] == {"include_usage": True}


async def test_text_before_calls_is_a_piece_and_ids_are_ours(config: Make, context: Context) -> None:
    client = Scripted(Says(text="Let me see.", calls=(("price", {"item": "tea"}),)))
    call, piece, calls = await client.steps(config(), context(step=2))
    assert call == pulpo.ModelCall(
        model="m",
        started=1000.0,
        duration=0.0,
        input_tokens=120,
        cached_tokens=100,
        output_tokens=8,
        finish="tool_calls",
    )
    assert piece == pulpo.Piece("Let me see.")
    assert isinstance(calls, pulpo.Calls)
    assert calls.calls == (pulpo.ToolCall("m20", "price", {"item": "tea"}),)


async def test_each_request_is_a_span_of_its_own_below_the_turn(config: Make, context: Context) -> None:
    turn = pulpo.TraceContext(trace_id="a" * 32, span_id="b" * 16, flags=1, state="vendor=opaque")
    client = Scripted(ModelUnreachableError("gone"), Says(text="hi"))
    failed, call, _ = await client.steps(config(), context(trace=turn))
    assert [it["traceparent"] for it in client.traces] == [f"00-{'a' * 32}-{n:016x}-01" for n in (1, 2)]
    assert {it["tracestate"] for it in client.traces} == {"vendor=opaque"}
    assert isinstance(failed, pulpo.ModelCall)
    assert isinstance(call, pulpo.ModelCall)
    assert [failed.span_id, call.span_id] == [f"{n:016x}" for n in (1, 2)]


async def test_tokens_that_nobody_told_are_not_made_up(config: Make, context: Context) -> None:
    call, _ = await Scripted(Says(text="hi", usage=None)).steps(config(), context())
    assert isinstance(call, pulpo.ModelCall)
    assert (call.input_tokens, call.output_tokens) == (0, 0)


@pytest.mark.parametrize(
    ("error", "retries", "waited"),
    [
        (ModelUnreachableError("gone"), 2, [0.25, 0.5]),
        (ModelStatusError(429, retry_after=1.5), 1, [1.5]),
        (ModelStatusError(429, retry_after=30), 2, []),
        (ModelStatusError(400), 2, []),
        (ModelStatusError(503), 0, []),
    ],
)
async def test_one_waits_as_long_as_it_makes_sense(
    config: Make, context: Context, error: ModelError, retries: int, waited: list[float]
) -> None:
    client = Scripted(*[error] * 5)
    with pytest.raises(type(error)):
        await client.steps(config(retries=retries), context())
    assert client.waited == waited
