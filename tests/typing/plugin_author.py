"""What plugin authors see, as a strict type checker sees it: pyright reads this file, nothing runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from typing import Annotated, Any, assert_type

import pulpo


@pulpo.tool
def bare(name: str) -> str:
    """Greet."""
    return name


@pulpo.tool(read_only=True, timeout=2.0, examples={"es": ["hola"]})
async def asked(
    name: Annotated[str, "who is greeted", pulpo.Slot(ask={"es": "¿A quién?"})], context: pulpo.ToolContext
) -> pulpo.Result:
    """Greet somebody."""
    assert_type(context.now, datetime)
    assert_type(context.workspace, pulpo.Workspace)
    return pulpo.Result(value=name, text=f"Hola, {name}!")


assert_type(bare, pulpo.Tool)
assert_type(asked, pulpo.Tool)
assert_type(bare.bind({"name": "Ana"}), dict[str, Any])
assert_type(pulpo.localized({"es": "Hola"}, "es-AR"), str)
assert_type(pulpo.deny("shouting"), pulpo.Verdict)
pulpo.tool(readonly=True)  # pyright: ignore[reportCallIssue] - a misspelt hint is an error, not a silent default


class NoShouting(pulpo.Policy):
    name = "no_shouting"

    async def check_message(self, context: pulpo.PolicyContext) -> pulpo.Verdict:
        return pulpo.deny("shouting") if context.turn.text.isupper() else pulpo.ALLOW


class Echo:
    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        yield pulpo.Piece("… ")
        yield pulpo.Answer(context.turn.text)


class Counter:
    name = "counter"
    turns = 0

    @property
    def handlers(self) -> Mapping[type[pulpo.Event], Callable[[Any], None]]:
        return {pulpo.TurnFinished: self.count}

    def count(self, event: pulpo.TurnFinished) -> None:
        assert_type(event.duration, float)
        self.turns += 1


planner: pulpo.Planner = Echo()
sink: pulpo.MetricSink = Counter()


@pulpo.hookimpl
def pulpo_register_policies(settings: object) -> list[pulpo.Policy]:
    return [NoShouting()]


assert_type(pulpo_register_policies(None), list[pulpo.Policy])


async def follow(harbour: str) -> None:
    raise NotImplementedError


following: AbstractAsyncContextManager[None] = pulpo.background_task(partial(follow, "Vigo"), name="tides", again=5.0)
pulpo.background_task(follow("Vigo"), name="tides")  # pyright: ignore[reportArgumentType] - it could begin only once
