"""Tools as a model is offered them."""

from __future__ import annotations

import json

from pulpo_llm.toolbox import ASKS, Toolbox
from unit.pulpo_llm.shop import TOOLS, book, price


def test_tools_are_offered_with_their_schemas_and_who_asks_for_the_yes() -> None:
    first, second = json.loads(Toolbox(list(TOOLS.values())).offered(TOOLS))
    assert first == {
        "type": "function",
        "function": {"name": "price", "description": "Tell a price.", "parameters": price.schema},
    }
    assert second["function"]["description"] == f"Book something.\n\n{ASKS}"


def test_a_set_is_written_once_and_a_tool_that_came_later_is_there() -> None:
    toolbox = Toolbox([price])
    late = {"price": price, "late": book.renamed("late")}
    assert toolbox.offered({"price": price}) is toolbox.offered({"price": price})
    assert [each["function"]["name"] for each in json.loads(toolbox.offered(late))] == ["price", "late"]
    for number in range(100):  # sets come and go with breakers and scopes
        toolbox.offered({f"t{number}": price.renamed(f"t{number}")})
    assert json.loads(toolbox.offered({"price": price}))[0]["function"]["name"] == "price"
