"""A planner without sense: it asks for anything, breaks its contract, raises, hangs, and now and then answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anyio

import pulpo
from simulation.faults import Fate
from simulation.tools import SECRET

CALLS = ("book", "look", "pay", "order", "put", "look_in_a_thread", "look_again", "no_such_tool")


class Senseless:
    """Follows chance; in calm times it books, once, and answers."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[Any]:
        way = self._fate.choose(
            ["sense", "sense", "calls", "calls", "calls", "answer", "raise", "hang", "babble", "junk"]
        )
        self._fate.note(f"plan {context.turn.id} {way}")
        match way:
            case "raise":
                raise RuntimeError(SECRET)
            case "hang":
                await anyio.sleep_forever()
            case "junk":
                yield 42
            case "babble":
                yield pulpo.Answer("one")
                yield pulpo.Answer("two")
            case "calls":
                yield self._calls(context.step)
            case "sense" if not any(it.call.tool == "book" for it in context.results):
                yield pulpo.Calls((pulpo.ToolCall("b", "book", {"what": 1}),))
            case _:
                yield pulpo.Piece("…")
                yield pulpo.Answer(" ".join(it.result.text for it in context.results))

    def _calls(self, step: int) -> pulpo.Calls:
        random = self._fate.random
        return pulpo.Calls(
            tuple(
                pulpo.ToolCall(
                    f"c{step}{number}", random.choice(CALLS), random.choice([{"what": random.randrange(3)}] * 9 + [{}])
                )
                for number in range(random.randrange(5))
            )
        )
