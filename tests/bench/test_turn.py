"""What one turn costs in process: scripted planner, one tool, everything on; the commit is not counted.

Printed beside a hand-written floor of the same run. Function calls are the deterministic figure; CPU time is the
report and never fails a build.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, ClassVar

from pydantic import TypeAdapter
from typing_extensions import TypedDict

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

ROUNDS, TURNS = 7, 2000


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


def floor(*, steps: int = 1) -> Callable[[], Awaitable[Any]]:
    """The same turn by hand: a dictionary of functions, pydantic for the arguments, nothing else."""

    class Arguments(TypedDict):
        service: str

    validate = TypeAdapter(Arguments).validate_python
    functions = {"get_price": get_price.function}

    async def model(step: int) -> tuple[str, dict[str, Any]] | None:
        return ("get_price", {"service": str(step)}) if step < steps else None

    async def turn() -> Any:
        messages: list[Any] = ["¿cuánto cuesta?"]
        step = 0
        while (asked := await model(step)) is not None:
            name, arguments = asked
            messages.append(await functions[name](**validate(arguments)))
            step += 1
        return messages[-1].text

    return turn


def cpu(turn: Callable[[], Awaitable[Any]]) -> float:
    """Median CPU microseconds a turn."""

    async def rounds() -> list[float]:
        found = []
        for _ in range(ROUNDS):
            start = time.process_time()
            for _ in range(TURNS):
                await turn()
            found.append((time.process_time() - start) / TURNS * 1e6)
        return sorted(found)

    return asyncio.run(rounds())[ROUNDS // 2]


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


def test_one_turn_in_process() -> None:
    by_hand, ours = cpu(floor()), cpu(product())
    count = calls(product())
    print(f"\none turn, one tool: {ours:.0f} µs ({count:.0f} function calls); by hand {by_hand:.1f} µs")
    print(f"  ratio to the floor {ours / by_hand:.1f}; goal <= 60 µs and <= 350 calls")
    many = cpu(product(tools=100))
    print(f"100 tools registered: {many:.0f} µs = {many / ours:.2f} x (goal <= 1.1)")
    long = cpu(product(steps=20))
    print(f"20 tool steps: {(long - ours) / 19:.1f} µs a further step (goal <= 20)")
    assert count <= 350
