"""Tools that fail in every way, and the world outside our database that they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import anyio

import pulpo
from pulpo.errors import ToolBusyError
from simulation.faults import Fate

T = TypeVar("T")

SECRET = "hunter2"
DEADLINE = 0.8


class Outside:
    """What other people's systems have on record: how often each key was paid, and each key that was ordered."""

    def __init__(self) -> None:
        self.paid: Counter[str] = Counter()
        self.ordered: dict[str, str] = {}
        self.turn_of: dict[str, str] = {}


class FakeThreads:
    """Runs sync functions where it is, after a while, as a thread would."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate
        self.stuck: frozenset[str] = frozenset()

    async def run(self, function: Callable[[], T], *, owner: str, tool: str) -> T:
        if self._fate.strikes(0.1):
            raise ToolBusyError(f"all threads for {tool} hang in earlier calls", tool=tool)
        await self._fate.pause(0.1)
        return function()


async def trouble(fate: Fate) -> None:
    """Do one of the things that tools should not do, or nothing."""
    way = fate.choose(["nothing", "nothing", "wait", "error", "reset", "hang", "exit"])
    fate.note(f"tool {way}")
    match way:
        case "wait":
            await fate.pause(0.6)
        case "error":
            raise ValueError(SECRET)
        case "reset":
            raise ConnectionError(SECRET)
        case "hang":
            await anyio.sleep_forever()
        case "exit":
            raise SystemExit(SECRET)


def hostile_tools(fate: Fate, outside: Outside) -> dict[str, pulpo.Tool]:
    @pulpo.tool(read_only=True, timeout=DEADLINE)
    async def look(what: int) -> Any:
        """Look something up."""
        await trouble(fate)
        return fate.choose([f"fine {what}", {"price": float("nan")}, "x" * 100_000, object()])

    @pulpo.tool(read_only=True, timeout=DEADLINE)
    def look_in_a_thread(what: int) -> str:
        """Look something up, in a thread."""
        if fate.strikes(0.3):
            raise OSError(SECRET)
        return f"fine {what}"

    @pulpo.tool(read_only=True, timeout=DEADLINE, cache=1.0)
    async def look_again(what: int) -> str:
        """Look something up that may be remembered."""
        await trouble(fate)
        return f"fine {what}"

    @pulpo.tool(confirm=False, atomic=True, timeout=DEADLINE, effect_group="booking", title="Book")
    async def book(context: pulpo.ToolContext, what: int) -> pulpo.Result:
        """Book in our own database."""

        def insert(connection: Any) -> pulpo.Result:
            if fate.strikes(0.1):
                return pulpo.Result(text="taken", done=False)
            connection.execute(
                "INSERT INTO bookings VALUES (?, ?, ?)", (context.turn_id, context.idempotency_key, what)
            )
            return pulpo.Result(what, f"booked {what}")

        await trouble(fate)
        result = await context.commit(insert)
        await trouble(fate)
        return result

    @pulpo.tool(confirm=False, timeout=DEADLINE, title="Pay")
    async def pay(context: pulpo.ToolContext, what: int) -> str:
        """Pay at somebody who neither tells nor forgives."""
        await trouble(fate)
        outside.paid[context.idempotency_key] += 1
        await trouble(fate)
        return f"paid {what}"

    @pulpo.tool(confirm=False, timeout=DEADLINE, effect_group="booking", title="Order")
    async def order(context: pulpo.ToolContext, what: int) -> str:
        """Order at somebody who knows what was ordered under a key."""
        await trouble(fate)
        outside.ordered.setdefault(context.idempotency_key, f"ordered {what}")
        outside.turn_of[context.idempotency_key] = context.turn_id
        await trouble(fate)
        return outside.ordered[context.idempotency_key]

    @order.reconcile
    async def ask_them(context: pulpo.ToolContext, what: int) -> pulpo.Result | None:
        await trouble(fate)
        known = outside.ordered.get(context.idempotency_key)
        return None if known is None else pulpo.Result(known, known)

    @pulpo.tool(confirm=False, idempotent=True, timeout=DEADLINE, title="Set")
    async def put(context: pulpo.ToolContext, what: int) -> str:
        """Set something that may be set again."""
        await trouble(fate)
        return f"set {what}"

    tools = (look, look_in_a_thread, look_again, book, pay, order, put)
    return {tool.name: tool for tool in tools}
