from __future__ import annotations

import cProfile
import pstats

import pytest

import pulpo
from pulpo_rules.intents import SURE, IntentModel
from pulpo_rules.text import words
from unit.pulpo_rules.hotel import HOTEL
from unit.pulpo_rules.pizzeria import PIZZERIA, say_hello

MODEL = IntentModel([*PIZZERIA, *HOTEL])
SENTENCES = [text for tool in (*PIZZERIA, *HOTEL) for texts in tool.examples.values() for text in texts][:30]

CALLS = 210_000
"""Of functions, by training with ten tools of thirty examples."""


def thirty_examples(number: int) -> pulpo.Tool:
    @pulpo.tool(name=f"tool{number}", examples={"es": [f"{text} {number}" for text in SENTENCES]})
    def tool() -> None:
        """Do something."""

    return tool


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("quisiera ver el menú", "see_menu"),
        ("cuánto cuesta?", "see_menu"),
        ("voy a encargar una pizza", "order_pizza"),
        ("I'd like to order", "order_pizza"),
        ("anulame el pedido", "cancel_order"),
        ("please cancel the order", "cancel_order"),
        ("hay habitaciones libres?", "free_rooms"),
        ("quiero hospedarme ahí", "take_room"),
        ("drop my stay", "give_up"),
        ("kiero pedir una piza", "order_pizza"),
    ],
)
def test_the_likeliest_tool(text: str, tool: str) -> None:
    best = MODEL.rank(words(text))[0]
    assert best.tool == tool
    assert best.score >= SURE


@pytest.mark.parametrize("text", ["qué tiempo hace hoy", "who won the match", "asdf", "me duele la cabeza", ""])
def test_what_no_tool_is_for(text: str) -> None:
    assert all(intent.score < SURE for intent in MODEL.rank(words(text)))


def test_scores_are_shares() -> None:
    for text in ("quiero pedir una pizza", "hola", "pizza pizza pizza"):
        assert all(0 <= intent.score <= 1.0001 for intent in MODEL.rank(words(text)))


def test_a_description_is_enough() -> None:
    assert IntentModel([say_hello]).rank(words("say hello to Ana"))[0].score >= SURE


def test_no_tools_no_intents() -> None:
    assert IntentModel([]).rank(words("hola")) == []


def test_training_grows_with_the_examples_and_no_faster() -> None:
    """`tox -e bench` tells the time; calls are the same on every machine."""
    ten, twenty = _calls(10), _calls(20)
    assert ten <= CALLS
    assert twenty <= 2.1 * ten


def _calls(tools: int) -> int:
    profile, offered = cProfile.Profile(), [thirty_examples(number) for number in range(tools)]
    profile.runcall(IntentModel, offered)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]
