"""What needs no server; the rest is in ``tests/functional/http/test_approvals.py``."""

from __future__ import annotations

from typing import Annotated

import pulpo
from pulpo.conversation import Dialogue, Fact
from pulpo.turns.approvals import let_go


@pulpo.tool(read_only=False)
async def book(
    day: Annotated[str, pulpo.Slot(ask="When?")], name: Annotated[str, pulpo.Slot(ask="Who?", remember=True)]
) -> str:
    """Book."""
    return f"{day} {name}"


PREPARED = Dialogue(goal="book", asked="day", facts={"day": Fact("monday"), "name": Fact("Ana"), "other": Fact(1)})


def test_what_waits_for_an_operator_is_not_prepared_any_more_but_names_are_remembered() -> None:
    left = let_go(PREPARED, [book])
    assert (left.goal, left.asked, sorted(left.facts)) == (None, None, ["name", "other"])


def test_another_goal_stays() -> None:
    other = Dialogue(goal="look", facts=PREPARED.facts)
    assert let_go(other, [book]) is other
    assert let_go(PREPARED, []) is PREPARED
