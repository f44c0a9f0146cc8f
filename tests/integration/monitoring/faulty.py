"""A plugin whose planner does as the message says: fail, dawdle, or call a tool that fails. For `test_watching`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio

import pulpo


@pulpo.tool(read_only=True)
async def shaky(fail: bool) -> str:
    """Fail when told to."""
    if fail:
        raise ConnectionError("the calendar of somebody else is away")
    return "well"


@pulpo.tool(read_only=True)
async def steady() -> str:
    """Never fail."""
    return "well"


class Faulty:
    name = "faulty"
    config = None

    def build(self, config: None, tools: Any) -> Faulty:
        return self

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        text = context.turn.text
        if text == "break":
            raise RuntimeError("planted")
        if text == "slow":
            await anyio.sleep(3.3)
        if text in ("shaky", "probe") and not context.results:
            yield pulpo.Calls((pulpo.ToolCall("c0", "shaky", {"fail": text == "shaky"}),))
            return
        yield pulpo.Answer("done", confidence=0.8)


class Judge:
    """Scores turns, as a model might."""

    name = "judge"
    emit: Callable[[pulpo.Event], None] = staticmethod(lambda event: None)

    @property
    def handlers(self) -> dict[type[pulpo.Event], Callable[[Any], None]]:
        return {pulpo.TurnTold: self.told}

    def told(self, turn: pulpo.TurnTold) -> None:
        score = 1.0 if turn.reply == "done" else 0.25
        self.emit(pulpo.QualityScored(turn.turn_id, turn.workspace_id, turn.variant, self.name, score))


JUDGE = Judge()


@pulpo.hookimpl
def pulpo_register_metric_sinks() -> list[pulpo.MetricSink]:
    return [JUDGE]


@pulpo.hookimpl
@asynccontextmanager
async def pulpo_lifespan(runtime: pulpo.Runtime) -> AsyncIterator[None]:
    JUDGE.emit = runtime.emit
    yield


@pulpo.hookimpl
def pulpo_register_tools() -> list[pulpo.Tool]:
    return [shaky, steady]


@pulpo.hookimpl
def pulpo_register_planners() -> list[Any]:
    return [Faulty()]
