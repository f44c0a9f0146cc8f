"""The planner: it asks the model, lets it mend a response that nobody can use, and speaks the runtime's contract.

A model can only propose: what changes something waits for the user's yes, which the runtime reads.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

import pulpo
from pulpo_llm import texts
from pulpo_llm.config import LlmConfig
from pulpo_llm.errors import ModelError, ModelResponseError, ModelStatusError
from pulpo_llm.memory import learnt
from pulpo_llm.prompt import messages
from pulpo_llm.protocol import Completion, Message, Used, encode
from pulpo_llm.reading import Fault, Heard, heard
from pulpo_llm.toolbox import Toolbox

FIRST_WAIT: Final = 0.25
LONGEST_WAIT: Final = 2.0
"""Seconds before another try; a server that asks for more is not waited for, stable answers sooner."""


class Asks(Protocol):
    """Sends a request; raises `ModelError`. `pulpo_llm.client.Client` is one."""

    async def ask(self, body: bytes, trace: Mapping[str, str]) -> Completion: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """``now`` tells UTC seconds, ``elapsed`` monotonic ones; ``sleep`` waits."""

    now: Callable[[], float] = time.time
    elapsed: Callable[[], float] = time.perf_counter
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class LlmPlanner:
    """Serves all turns of its variants at once; it holds nothing of any of them."""

    def __init__(
        self,
        config: LlmConfig,
        tools: Sequence[pulpo.Tool],
        client: Asks,
        *,
        clocks: Clocks | None = None,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._config = config
        self._client = client
        self._clocks = clocks or Clocks()
        self._random = random
        self._toolbox = Toolbox(tools)
        self._fixed = encode(_fixed(config))[:-1]

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        """Yield what was asked of the model, then its decision; raises `ModelError` when there is none to use."""
        told = await messages(context, instructions=self._config.prompt, max_history=self._config.max_history)
        mended, tries = False, 0
        while True:
            call, answer = await self._ask(told, context)
            yield call
            if isinstance(answer, ModelError):
                await self._wait_or_raise(answer, tries)
                tries += 1
                continue
            if not answer.faults:
                break
            if mended:
                raise ModelResponseError(answer.faults[0].kind, f"asked twice: {_problem(answer.faults)}")
            mended = True
            told = (*told, Message("user", texts.MEND.format(problem=_problem(answer.faults))))
        for step in _steps(answer, context):
            yield step

    async def _ask(
        self, told: tuple[Message, ...], context: pulpo.PlanContext
    ) -> tuple[pulpo.ModelCall, Heard | ModelError]:
        """Ask once; return what it used, and what was heard or went wrong."""
        started, start = self._clocks.now(), self._clocks.elapsed()
        span = None if context.trace is None else context.trace.under(self._random(8).hex())
        called = partial(self._called, started, span_id="" if span is None else span.span_id)
        try:
            trace = pulpo.trace_headers() if span is None else span.headers
            completion = await self._client.ask(self._body(told, context), trace)
        except ModelError as error:
            seconds = self._clocks.elapsed() - start
            return called(seconds, None, finish="error", error=type(error).__name__), error
        answer = heard(completion, context.tools, context.results)
        seconds = self._clocks.elapsed() - start
        unusable = tuple(fault.tool for fault in answer.faults if fault.kind in ("malformed", "huge", "unknown"))
        finish = _finish(completion, answer)
        return called(seconds, completion.usage, finish=finish, unusable=unusable), answer

    def _body(self, told: tuple[Message, ...], context: pulpo.PlanContext) -> bytes:
        tools = (b',"tools":', self._toolbox.offered(context.tools)) if context.tools else ()
        return b"".join((self._fixed, b',"messages":', encode(told), *tools, b"}"))

    def _called(self, started: float, seconds: float, used: Used | None, **said: Any) -> pulpo.ModelCall:
        used = used or Used()
        details = used.prompt_tokens_details
        return pulpo.ModelCall(
            model=self._config.model,
            started=started,
            duration=seconds,
            input_tokens=max(used.prompt_tokens, 0),
            cached_tokens=max((details.cached_tokens if details else None) or 0, 0),
            output_tokens=max(used.completion_tokens, 0),
            **said,
        )

    async def _wait_or_raise(self, error: ModelError, tries: int) -> None:
        asked = error.retry_after if isinstance(error, ModelStatusError) else None
        wait = FIRST_WAIT * 2**tries if asked is None else asked
        if not error.passing or tries >= self._config.retries or wait > LONGEST_WAIT:
            raise error
        await self._clocks.sleep(wait)


def _fixed(config: LlmConfig) -> dict[str, Any]:
    """What is the same in each request."""
    fixed: dict[str, Any] = {"model": config.model, "max_tokens": config.max_output}
    if config.temperature is not None:
        fixed["temperature"] = config.temperature
    if "max_completion_tokens" in config.options:  # the newer name for the same; servers refuse both together
        del fixed["max_tokens"]
    if config.stream:
        fixed |= {"stream": True, "stream_options": {"include_usage": True}}
    return fixed | dict(config.options)


def _steps(answer: Heard, context: pulpo.PlanContext) -> list[pulpo.Step]:
    calls = tuple(
        pulpo.ToolCall(f"m{context.step}{number}", tool, arguments)
        for number, (tool, arguments) in enumerate(answer.wanted)
    )
    dialogue = learnt(context, calls, context.results)
    if not calls:
        return [pulpo.Answer(answer.text, dialogue)]
    opening: list[pulpo.Step] = [pulpo.Piece(answer.text)] if answer.text else []
    return [*opening, pulpo.Calls(calls, dialogue)]


def _finish(completion: Completion, answer: Heard) -> str:
    said = completion.choices[0].finish_reason if completion.choices else None
    if answer.refused:
        return "content_filter" if said == "content_filter" else "refusal"
    if said == "length":
        return "length"
    return "tool_calls" if answer.wanted else "stop"


def _problem(faults: Sequence[Fault]) -> str:
    return "; ".join(dict.fromkeys(fault.text for fault in faults))[:1000]
