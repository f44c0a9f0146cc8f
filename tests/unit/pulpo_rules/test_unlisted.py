from __future__ import annotations

import pytest

from unit.pulpo_rules.chat import Chat


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("¿hacéis empanadas?", "empanadas"),
        ("quiero pedir unas empanadas de humita", "empanadas de humita"),
        ("do you do tiramisu?", "tiramisu"),
        ("I want to order a calzone", "calzone"),
        ("¿preparáis lasaña?", "lasaña"),
        ("do you bake focaccia?", "focaccia"),
    ],
)
async def test_what_is_not_listed_is_said_to_be_none(pizzeria: Chat, text: str, said: str) -> None:
    answer = await pizzeria.say(text)
    assert f"«{said}» no está" in answer or f"“{said}” isn't" in answer
    assert "Margarita" in answer or "Margherita" in answer


@pytest.mark.parametrize(
    "text",
    [
        "quiero pedir una pizza",
        "quiero una napolitana",
        "quiero una napoltana",
        "quiero pedir una pizza porque viene mi prima",
        "quiero pedir una pizza con mi cuñado",
        "quiero saber si aceptan tarjeta",
        "I want to order a pizza",
        "do you take cards?",
        "¿aceptáis tarjeta?",
        "do you know Naples?",
        "hola",
    ],
)
async def test_nothing_else_is(pizzeria: Chat, text: str) -> None:
    answer = await pizzeria.say(text)
    assert "no está entre" not in answer
    assert "isn't among" not in answer


async def test_what_is_asked_for_next_is_understood_by_what_was_not_there(pizzeria: Chat) -> None:
    assert "empanadas" not in await pizzeria.say("¿y empanadas?")
    await pizzeria.say("¿hacéis lasagna?")
    assert "«empanadas»" in await pizzeria.say("¿y empanadas?")
