"""The two servers that `test_http` compares: ``python -m servers echo|chat PORT DATABASE``, run by path."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, post

import pulpo


class Message(msgspec.Struct):
    message: str


@post("/chat", status_code=200)
async def echo(data: Message) -> Message:
    """The floor: Litestar as its page shows it, JSON in and JSON out."""
    return data


@pulpo.tool(read_only=True)
async def get_price(service: str) -> pulpo.Result:
    """Tell a price."""
    return pulpo.Result({"service": service, "price": 18}, "18 €")


class Scripted:
    """A model that takes no time: one tool call, then the answer."""

    name = "scripted"
    config = None

    def build(self, config: Any, tools: Any) -> Scripted:
        return self

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        if context.results:
            yield pulpo.Answer(context.results[-1].result.text)
        else:
            yield pulpo.Calls((pulpo.ToolCall("c0", "get_price", {"service": "corte"}),))


class Plugin:
    @pulpo.hookimpl
    def pulpo_register_tools(self, settings: Any) -> list[pulpo.Tool]:
        return [get_price]

    @pulpo.hookimpl
    def pulpo_register_planners(self, settings: Any) -> list[Any]:
        return [Scripted()]


def chat(database: str) -> Litestar:
    from pulpo.http.app import create_app
    from pulpo.plugins import load_plugins
    from pulpo.settings import CanarySettings, Settings, VariantSettings

    settings = Settings(
        database_url=f"sqlite:///{database}",
        variants={"stable": VariantSettings(planner="scripted")},
        canary=CanarySettings(enabled=True, percentage=0.1),
    )
    return create_app(settings, catalogue=load_plugins(extra=[("scripted", Plugin())]))


if __name__ == "__main__":
    kind, port, database = sys.argv[1:]
    app = Litestar([echo]) if kind == "echo" else chat(database)
    uvicorn.run(app, port=int(port), log_level="error", access_log=False, http="httptools", loop="uvloop")
