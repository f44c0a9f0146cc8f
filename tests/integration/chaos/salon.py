"""A plugin for servers that get into trouble: ``book NAME SECONDS`` takes that long, and then books."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio
from sqlalchemy import Connection, text

import pulpo


@pulpo.tool(confirm=False, atomic=True, effect_group="salon", timeout=15.0)
async def book(context: pulpo.ToolContext, who: str, seconds: float) -> pulpo.Result:
    """Book in our own database, after a while."""

    def insert(connection: Connection) -> pulpo.Result:
        connection.execute(text("INSERT INTO booked (who) VALUES (:who)"), {"who": who})
        return pulpo.Result(who, f"booked {who}")

    await anyio.sleep(seconds)
    return await context.commit(insert)


class Clerk:
    """Calls `book` as the message says, and says what came of it; anything else is repeated."""

    name = "clerk"
    config = None

    def build(self, config: None, tools: Sequence[pulpo.Tool]) -> Clerk:
        return self

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        words = context.turn.text.split()
        if context.results:
            yield pulpo.Answer(context.results[-1].result.text or context.results[-1].outcome)
        elif words[0] == "book":
            yield pulpo.Calls((pulpo.ToolCall("c", "book", {"who": words[1], "seconds": float(words[2])}),))
        else:
            yield pulpo.Answer(context.turn.text)


@pulpo.hookimpl
def pulpo_register_tools(settings: Any) -> list[pulpo.Tool]:
    return [book]


@pulpo.hookimpl
def pulpo_register_planners(settings: Any) -> list[Any]:
    return [Clerk()]


@pulpo.hookimpl
@asynccontextmanager
async def pulpo_lifespan(runtime: pulpo.Runtime, settings: Any) -> AsyncIterator[None]:
    create = "CREATE TABLE IF NOT EXISTS booked (who TEXT)"
    await runtime.database.write(lambda connection: connection.execute(text(create)))
    yield
