"""What one turn costs in process: scripted planner, one tool, everything on; the commit is not counted.

Printed beside a hand-written floor of the same run. CPU time is the report and never fails a build; the number of
function calls, which is the same in each run, is held in `tests/contract/test_turn_cost.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from support.one_turn import calls, get_price, product

ROUNDS, TURNS = 7, 2000


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


def test_one_turn_in_process() -> None:
    by_hand, ours = cpu(floor()), cpu(product())
    count = calls(product())
    print(f"\none turn, one tool: {ours:.0f} µs ({count:.0f} function calls); by hand {by_hand:.1f} µs")
    print(f"  ratio to the floor {ours / by_hand:.1f}; goal <= 60 µs")
    many = cpu(product(tools=100))
    print(f"100 tools registered: {many:.0f} µs = {many / ours:.2f} x (goal <= 1.1)")
    long = cpu(product(steps=20))
    print(f"20 tool steps: {(long - ours) / 19:.1f} µs a further step (goal <= 20)")
