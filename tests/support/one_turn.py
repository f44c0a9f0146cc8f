"""One whole turn in process, everything on but the commit: what `tests/bench` times and `tests/contract` counts.

A scripted planner asks for one tool and answers with what it returned.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, ClassVar

import pulpo
from pulpo.canary.router import Router
from pulpo.consent import read_consent
from pulpo.observability.events import EventBus
from pulpo.resilience.guards import standard_guards
from pulpo.store.conversations import Accept, Accepted, Assign, Finish
from pulpo.turns.executor import ToolExecutor
from pulpo.turns.loop import Limits, TurnLoop, Variant
from pulpo.turns.orchestrator import Orchestrator, Timing
from pulpo.turns.policies import PolicySet
from pulpo.turns.request import TurnRequest
from pulpo_canary.config import Draw
from pulpo_canary.percentage import Percentage
from pulpo_guardrails.plugin import GuardrailSettings, pulpo_register_policies
from pulpo_prometheus.sink import PrometheusSink


class NoCommit:
    """The store's part of a turn without its database: the figure is about everything else."""

    database: Any = None

    async def accept(self, asked: Accept, assign: Assign) -> Accepted:
        conversation = pulpo.Conversation(asked.conversation_id, asked.workspace_id, asked.user_id, "", 1)
        return Accepted(asked.turn_id, conversation, assign(None))

    async def finish(self, done: Finish) -> None:
        return None


@pulpo.tool(read_only=True)
async def get_price(service: str, staff: str = "any") -> pulpo.Result:
    """Tell a price."""
    return pulpo.Result({"service": service, "price": 18}, "18 €")


class Scripted:
    def __init__(self, steps: int) -> None:
        self._steps = steps

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        if context.step < self._steps:
            yield pulpo.Calls((pulpo.ToolCall(f"c{context.step}", "get_price", {"service": str(context.step)}),))
        else:
            yield pulpo.Answer(context.results[-1].result.text)


def spare(number: int) -> pulpo.Tool:
    return get_price.renamed(f"spare_{number}")


def product(*, steps: int = 1, tools: int = 1) -> Callable[[], Awaitable[Any]]:
    store: Any = NoCommit()
    offered = {tool.name: tool for tool in (get_price, *(spare(number) for number in range(tools - 1)))}
    decide = Percentage().compile(Draw(percentage=0.1))
    planner = Scripted(steps)
    bus = EventBus(_sinks(), log=Quiet())
    numbers = iter(range(10**9))

    async def history(conversation_id: str, limit: int) -> tuple[pulpo.Message, ...]:
        return ()

    orchestrator = Orchestrator(
        store=store,
        loop=TurnLoop(
            executor=ToolExecutor(store, standard_guards(emit=bus.emit), clock=time.time),
            policies=PolicySet(pulpo_register_policies(GuardrailSettings())),
            tools=offered,
            history=history,
            read_consent=read_consent,
            limits=Limits(steps=30, calls=30),
        ),
        router=Router(decide=decide, enabled=True, variant="canary"),
        variants={name: Variant(name, "scripted", planner) for name in ("stable", "canary")},
        workspaces={"demo": pulpo.Workspace(id="demo")},
        emit=bus.emit,
        clock=time.time,
        new_id=lambda: str(next(numbers)),
        timing=Timing(),
    )
    request = TurnRequest(workspace_id="demo", message="¿cuánto cuesta?", user_id="ana")

    async def turn() -> Any:
        return await orchestrator.run(request)

    return turn


class Quiet:
    """No log: writing lines is measured with the server."""

    name = "quiet"
    handlers: ClassVar[dict[type[pulpo.Event], Any]] = {}


def _sinks() -> Iterable[pulpo.MetricSink]:
    return [PrometheusSink()]


def calls(turn: Callable[[], Awaitable[Any]]) -> float:
    """Function calls a turn, as cProfile counts them."""

    async def profiled() -> float:
        await turn()
        profile = cProfile.Profile()
        profile.enable()
        for _ in range(100):
            await turn()
        profile.disable()
        return float(pstats.Stats(profile).total_calls) / 100  # type: ignore[attr-defined]

    return asyncio.run(profiled())
