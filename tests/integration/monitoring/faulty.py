"""A plugin whose planner does as the message says: fail, dawdle, or call a tool that fails. For `test_watching`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import anyio

import pulpo


@pulpo.tool(read_only=True)
async def shaky(fail: bool) -> str:
    """Fail when told to."""
    if fail:
        raise ConnectionError("the calendar of somebody else is away")
    return "well"


class Faulty:
    name = "faulty"
    config = None

    def build(self, config: None, tools: Any) -> Faulty:
        return self

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        text = context.turn.text
        yield pulpo.ModelCall(model="m", started=time.time(), duration=0.0, input_tokens=len(text), output_tokens=1)
        if text == "break":
            raise RuntimeError("planted")
        if text == "slow":
            await anyio.sleep(3.3)
        if text in ("shaky", "probe") and not context.results:
            yield pulpo.Calls((pulpo.ToolCall("c0", "shaky", {"fail": text == "shaky"}),))
            return
        yield pulpo.Answer("done")


@pulpo.hookimpl
def pulpo_register_tools() -> list[pulpo.Tool]:
    return [shaky]


@pulpo.hookimpl
def pulpo_register_planners() -> list[Any]:
    return [Faulty()]
