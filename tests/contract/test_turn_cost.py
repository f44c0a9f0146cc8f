"""What a turn may cost, in the one figure that is the same on every machine; `tox -e bench` tells the time."""

from __future__ import annotations

from pathlib import Path

from support.one_request import calls_of_a_request
from support.one_turn import calls, product

MOST = 332
"""Function calls of one turn with one tool call."""
FURTHER = 146
"""Function calls of each further step with a tool call."""
REQUEST = 655
"""Function calls of the same turn by ``POST /chat``, with its rows, its log line and its share of a commit."""


def test_a_turn_makes_no_more_function_calls_than_we_promise() -> None:
    assert calls(product()) <= MOST


def test_a_step_costs_the_same_however_many_were_before_it() -> None:
    one, two, twenty = (calls(product(steps=steps)) for steps in (1, 2, 20))
    assert 0 < two - one <= FURTHER
    assert twenty - one <= 19 * FURTHER


async def test_a_request_makes_no_more_function_calls_than_we_promise(tmp_path: Path) -> None:
    assert await calls_of_a_request(tmp_path) <= REQUEST


def test_tools_that_are_only_offered_cost_nothing() -> None:
    assert calls(product(tools=100)) == calls(product())
