"""The whole runtime in this process, with plugins made up for the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import pulpo
from pulpo.assembly import running
from pulpo.plugins import load_plugins
from pulpo.settings import CanarySettings, Settings, TurnSettings, VariantSettings
from pulpo.system import System
from pulpo.turns.request import TurnRequest

Script = Callable[[pulpo.PlanContext], pulpo.Step]


class Scripted:
    """A planner that asks a function for each step."""

    config = None

    def __init__(self, name: str, script: Script) -> None:
        self.name = name
        self._script = script

    def build(self, config: Any, tools: Any) -> Scripted:
        return self

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        yield self._script(context)


@dataclass
class Made:
    """A plugin with the given tools and planners, that keeps the events."""

    tools: Iterable[pulpo.Tool]
    planners: Iterable[Scripted]
    events: list[pulpo.Event] = field(default_factory=list)
    name: str = "made"

    @property
    def handlers(self) -> dict[Any, Any]:
        return {pulpo.Event: self.events.append}

    @pulpo.hookimpl
    def pulpo_register_tools(self, settings: Any) -> Iterable[pulpo.Tool]:
        return self.tools

    @pulpo.hookimpl
    def pulpo_register_planners(self, settings: Any) -> Iterable[Scripted]:
        return self.planners

    @pulpo.hookimpl
    def pulpo_register_metric_sinks(self, settings: Any) -> Iterable[Any]:
        return [self]


House = Callable[..., AbstractAsyncContextManager[System]]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Hold a system up: `stable` follows a script, `canary` (for everybody) another one if it is given."""

    @asynccontextmanager
    async def hold(
        stable: Script,
        *tools: pulpo.Tool,
        canary: Script | None = None,
        turns: TurnSettings | None = None,
        breakers: Mapping[str, int] | None = None,
    ) -> AsyncIterator[System]:
        scripts = {"stable": stable} if canary is None else {"stable": stable, "canary": canary}
        made = Made(tools, [Scripted(name, script) for name, script in scripts.items()])
        settings = Settings(
            database_url=f"sqlite:///{tmp_path}/pulpo.db",
            variants={name: VariantSettings(planner=name) for name in scripts},
            canary=CanarySettings(enabled=canary is not None, percentage=1.0),
            turns=turns or TurnSettings(),
            breakers=breakers or {},
        )
        async with running(settings, catalogue=load_plugins(extra=[("made", made)], only=["pulpo_canary"])) as system:
            yield system

    return hold


@pytest.fixture
def ask() -> Callable[..., TurnRequest]:
    def build(message: str, **more: Any) -> TurnRequest:
        return TurnRequest(workspace_id="demo", message=message, **more)

    return build
