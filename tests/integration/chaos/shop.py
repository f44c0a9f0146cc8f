"""A plugin whose tools change something and then lose their replies; installed into the servers that get killed.

`book` changes our own database, `order` a file, which stands for a system of others: it can be asked what became of
a key. The canary asks for Lucía and then fails; stable, which rescues, asks for anybody.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import SystemRandom
from typing import Any

import anyio
from sqlalchemy import Connection, text

import pulpo

OUTSIDE = Path(os.environ["SHOP_ORDERS"])
RANDOM = SystemRandom()
LATE = 0.03
"""Most seconds between two steps of a tool, so that a kill may fall between any two."""


async def lose_the_reply() -> None:
    """Fail now and then; more often, and the tool's breaker would leave little to see."""
    way = RANDOM.random()
    if way < 0.15:
        raise ConnectionError
    if way < 0.25:
        await anyio.sleep_forever()


async def dawdle() -> None:
    await anyio.sleep(RANDOM.uniform(0, LATE))


@pulpo.tool(confirm=False, idempotent=True, atomic=True, effect_group="shopping", timeout=1.0)
async def book(context: pulpo.ToolContext, who: str, staff: str) -> pulpo.Result:
    """Book in our own database."""

    def insert(connection: Connection) -> pulpo.Result:
        connection.execute(text("INSERT INTO booked VALUES (:who, :staff)"), {"who": who, "staff": staff})
        return pulpo.Result(who, f"booked {who}")

    await dawdle()
    await context.commit(insert)
    await dawdle()
    await lose_the_reply()
    return pulpo.Result(text=f"booked {who}")


@pulpo.tool(confirm=False, effect_group="shopping", timeout=1.0)
async def order(context: pulpo.ToolContext, who: str, staff: str) -> pulpo.Result:
    """Order at somebody else's."""
    await dawdle()
    with OUTSIDE.open("a") as outside:  # noqa: ASYNC230 - a line in a file is quickly written
        outside.write(f"{context.idempotency_key} {who}\n")
    await dawdle()
    await lose_the_reply()
    return pulpo.Result(text=f"ordered {who}")


@order.reconcile
async def ask_them(context: pulpo.ToolContext, who: str, staff: str) -> pulpo.Result | None:
    known = f"{context.idempotency_key} {who}\n" in OUTSIDE.read_text()  # noqa: ASYNC240
    return pulpo.Result(text=f"ordered {who}") if known else None


class Shopper:
    """Calls the tool the message names (``book NAME``) for ``staff``, and then fails or says what came of it."""

    config = None

    def __init__(self, name: str, staff: str, *, fails: bool) -> None:
        self.name = name
        self._staff = staff
        self._fails = fails

    def build(self, config: None, tools: Sequence[pulpo.Tool]) -> Shopper:
        return self

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        if all(result.call.id != self.name for result in context.results):
            tool, who = context.turn.text.split()
            yield pulpo.Calls((pulpo.ToolCall(self.name, tool, {"who": who, "staff": self._staff}),))
        elif self._fails:
            raise RuntimeError
        else:
            yield pulpo.Answer(" ".join(it.result.text or it.outcome for it in context.results))


@pulpo.hookimpl
def pulpo_register_tools(settings: Any) -> list[pulpo.Tool]:
    return [book, order]


@pulpo.hookimpl
def pulpo_register_planners(settings: Any) -> list[Any]:
    return [Shopper("lucia", "lucia", fails=True), Shopper("anybody", "any", fails=False)]


@pulpo.hookimpl
@asynccontextmanager
async def pulpo_lifespan(runtime: pulpo.Runtime, settings: Any) -> AsyncIterator[None]:
    create: Callable[[Connection], object] = lambda c: c.execute(  # noqa: E731
        text("CREATE TABLE IF NOT EXISTS booked (who TEXT, staff TEXT)")
    )
    await runtime.database.write(create)
    yield
