"""The application in process, with a planner that does as it is told instead of the default one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import pytest
from litestar import Litestar

import pulpo
from pulpo.http.app import create_app
from pulpo.plugins import load_plugins
from pulpo.settings import Settings

LOCAL = "http://localhost:8000"


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body for the toy route."""

    name: str
    seats: int


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A query for the toy route."""

    least: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0


@dataclass(slots=True)
class Toy:
    """A plugin: a planner ``toy``, a tool, routes. ``gate`` holds turns back whose message is ``wait``."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    routes: list[pulpo.Route] = field(default_factory=list)
    users: list[str | None] = field(default_factory=list)
    name: str = "toy"
    config: None = None

    def build(self, _config: Any, _tools: Any) -> Toy:
        return self

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        text = context.turn.text
        self.users.append(context.turn.user_id)
        self.started.set()
        if text == "wait":
            await self.gate.wait()
        if text == "break":
            raise RuntimeError("secret of the planner")
        if text.startswith("greet ") and not context.results:
            yield pulpo.Calls((pulpo.ToolCall("1", "say_hello", {"name": text.removeprefix("greet ")}),))
            return
        yield pulpo.Answer(context.results[-1].result.text if context.results else f"you said {text}")

    @pulpo.hookimpl
    def pulpo_register_planners(self) -> list[Any]:
        return [self]

    @pulpo.hookimpl
    def pulpo_register_tools(self) -> list[pulpo.Tool]:
        return [say_hello]

    @pulpo.hookimpl
    def pulpo_register_routes(self) -> list[pulpo.Route]:
        return self.routes


@pulpo.tool(read_only=True)
def say_hello(name: str) -> str:
    """Greet somebody."""
    return f"Hola, {name}!"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running application and the toy in it."""

    app: Litestar
    toy: Toy
    client: httpx.AsyncClient
    settings: Settings


Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Serve the application: ``serve(plugins=[…], routes=[…], **settings)``; its client comes from loopback."""

    @asynccontextmanager
    async def start(
        *, plugins: list[tuple[str, object]] | None = None, routes: list[pulpo.Route] | None = None, **chosen: Any
    ) -> AsyncIterator[Served]:
        toy = Toy(routes=routes or [])
        settings = Settings(
            **{
                "database_url": f"sqlite:///{tmp_path / 'pulpo.db'}",
                "variants": {"stable": {"planner": "toy"}},
                "log_level": "error",
                **chosen,
            }
        )
        catalogue = load_plugins(only={"pulpo_prometheus"}, extra=[("toy", toy), *(plugins or [])])
        app = create_app(settings, catalogue=catalogue)
        transport = httpx.ASGITransport(app=app)
        async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url=LOCAL) as client:
            yield Served(app=app, toy=toy, client=client, settings=settings)

    return start


@pytest.fixture
async def served(serve: Serve) -> AsyncIterator[Served]:
    """The application with defaults."""
    async with serve() as running:
        yield running


@pytest.fixture
def client(served: Served) -> httpx.AsyncClient:
    """Talks to the application as the demo's user."""
    return served.client
