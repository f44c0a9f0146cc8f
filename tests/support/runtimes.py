"""Whole turns over any store, with scripted planners and given tools."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pulpo
from pulpo.canary.router import Router
from pulpo.consent import read_consent
from pulpo.contracts.canary import Match
from pulpo.resilience.guards import standard_guards
from pulpo.store.turnstore import TurnStore
from pulpo.turns.executor import ToolExecutor
from pulpo.turns.loop import Limits, TurnLoop, Variant
from pulpo.turns.orchestrator import Orchestrator, Timing
from pulpo.turns.policies import PolicySet

Script = Callable[[pulpo.PlanContext], pulpo.Step]


class Scripted:
    """A planner that asks a function for each step."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        yield self._script(context)


async def _no_history(conversation_id: str, limit: int) -> tuple[pulpo.Message, ...]:
    return ()


def runtime(
    store: TurnStore, script: Script, *tools: pulpo.Tool, canary: Script | None = None, timing: Timing | None = None
) -> Orchestrator:
    """Return what runs turns over ``store``; with a ``canary`` every turn begins with it."""
    timing = timing or Timing()
    ids = itertools.count(1)
    scripts: dict[str, Any] = {"stable": script, **({"canary": canary} if canary else {})}
    return Orchestrator(
        store=store,
        loop=TurnLoop(
            executor=ToolExecutor(store, standard_guards(emit=lambda _: None), clock=time.time, patience=timing.lease),
            policies=PolicySet([]),
            tools={tool.name: tool for tool in tools},
            history=_no_history,
            read_consent=read_consent,
            limits=Limits(),
        ),
        router=Router(decide=lambda _: Match("test"), enabled=canary is not None, variant="canary"),
        variants={name: Variant(name, "scripted", Scripted(each)) for name, each in scripts.items()},
        workspaces={"demo": pulpo.Workspace(id="demo")},
        emit=lambda _: None,
        clock=time.time,
        new_id=lambda: f"id{next(ids)}",
        timing=timing,
    )
