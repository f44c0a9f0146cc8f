"""What the conversation keeps of a step."""

from __future__ import annotations

import pulpo
from pulpo_llm.memory import learnt
from unit.pulpo_llm.conftest import Context
from unit.pulpo_llm.shop import result

TEA = pulpo.ToolCall("m0", "price", {"item": "tea"})
BOOK = pulpo.ToolCall("m1", "book", {"item": "tea", "name": "Ana", "staff": None})


def test_arguments_are_facts_and_the_tool_that_changes_something_is_the_goal(context: Context) -> None:
    after = learnt(context(), (TEA, BOOK), ())
    assert after is not None
    assert after.goal == "book"
    assert {name: fact.value for name, fact in after.facts.items()} == {"item": "tea", "name": "Ana"}


def test_a_look_is_no_goal_and_nothing_new_is_nothing(context: Context) -> None:
    after = learnt(context(), (TEA,), ())
    assert after is not None
    assert after.goal is None
    assert learnt(context(dialogue=after), (TEA,), ()) is None
    assert learnt(context(), (), ()) is None


def test_arguments_that_do_not_fit_are_not_remembered(context: Context) -> None:
    assert learnt(context(), (pulpo.ToolCall("m0", "book", {"item": ["tea"]}),), ()) is None


def test_what_was_done_is_no_longer_wanted_and_a_name_is_remembered(context: Context) -> None:
    before = pulpo.Dialogue(goal="book", facts={"item": pulpo.Fact("tea"), "name": pulpo.Fact("Ana")})
    after = learnt(context(dialogue=before), (), (result("book", effect=True, item="tea", name="Ana"),))
    assert after == pulpo.Dialogue(facts={"name": pulpo.Fact("Ana")})
