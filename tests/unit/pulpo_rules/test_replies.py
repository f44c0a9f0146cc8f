from __future__ import annotations

from typing import Any, get_args

import pytest

import pulpo
from pulpo.contracts.tools import Outcome
from pulpo_rules.fields import forms
from pulpo_rules.replies import reply
from pulpo_rules.situation import Say, Situation
from pulpo_rules.texts import OUTCOMES
from unit.pulpo_rules.pizzeria import PIZZERIA

FACTS = {"pizza": pulpo.Fact("m"), "size": pulpo.Fact("large"), "address": pulpo.Fact("x"), "name": pulpo.Fact("Ana")}
GOING = pulpo.Dialogue(goal="order_pizza", facts=FACTS)


def answered(outcome: Any = "ok", dialogue: pulpo.Dialogue = GOING, tool: str = "order_pizza", **more: Any) -> Say:
    result = pulpo.ToolResult(pulpo.ToolCall("c00", tool, {}), outcome, more.pop("result", pulpo.Result()), 0.0, **more)
    return reply([result], dialogue, Situation(forms=forms(PIZZERIA), choices={}, locale="es"))


def test_every_outcome_has_a_text() -> None:
    assert set(OUTCOMES) == set(get_args(Outcome)) - {"ok"}


@pytest.mark.parametrize("outcome", ["error", "timeout", "denied", "open", "limited"])
def test_what_failed_can_be_tried_again(outcome: str) -> None:
    said = answered(outcome)
    assert said.text == OUTCOMES[outcome]["es"]
    assert said.dialogue is not None
    assert said.dialogue.goal == "order_pizza"
    assert said.dialogue.facts == FACTS


def test_what_was_done_ends_the_goal_and_leaves_what_is_worth_remembering() -> None:
    said = answered(result=pulpo.Result(None, "HECHO"), effect=True)
    assert said.text == "HECHO"
    assert said.dialogue is not None
    assert said.dialogue.goal is None
    assert set(said.dialogue.facts) == {"address", "name"}


def test_what_changed_nothing_keeps_the_goal() -> None:
    said = answered(result=pulpo.Result(None, "No hay.", done=False))
    assert said.dialogue is not None
    assert said.dialogue.goal == "order_pizza"


def test_a_bad_argument_is_asked_for_again() -> None:
    said = answered("invalid", error="order_pizza: size: Input should be smaller; name: too long")
    assert "tamaño" in said.text
    assert said.dialogue is not None
    assert set(said.dialogue.facts) == {"pizza", "address"}
    assert said.dialogue.asked == "size"


def test_a_question_between_gives_back_the_offers_before_it() -> None:
    kept = pulpo.Offer("grande", {"size": "large"})
    notes = {"offers": [{"label": "grande", "arguments": {"size": "large"}}]}
    facts = {"pizza": pulpo.Fact("m")}
    dialogue = pulpo.Dialogue(
        goal="order_pizza", facts=facts, asked="size", offers=(pulpo.Offer("x", {}),), notes=notes
    )
    said = answered(dialogue=dialogue, tool="see_menu", result=pulpo.Result(None, "MENU"))
    assert said.text == "MENU\n\n¿Qué tamaño?"
    assert said.dialogue is not None
    assert said.dialogue.offers == (kept,)
    assert "offers" not in said.dialogue.notes
