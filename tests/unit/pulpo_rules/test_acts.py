from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pulpo_rules.acts import (
    asks_for_a_person,
    asks_why,
    is_question,
    is_upset,
    read_acts,
    withholds,
    without_openings,
)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Hola!", "greeting"),
        ("buenas tardes", "greeting"),
        ("hola, ayuda por favor", "help"),
        ("muchas gracias!!", "thanks"),
        ("chau, gracias", "farewell"),
        ("me da igual", "any"),
        ("olvidalo", "abort"),
        ("actually never mind", "abort"),
        ("no gracias", "abort"),
        ("hola! qué tal todo?", "greeting"),
        ("hiya, how are you doing today?", "greeting"),
        ("vale gracias", "thanks"),
        ("hola, quiero algo", None),
        ("cualquiera menos el jueves", None),
        ("cancelá lo del martes", None),
        ("", None),
    ],
)
def test_whole_acts(text: str, act: str | None) -> None:
    assert read_acts(text).whole == act


def test_acts_beside_content() -> None:
    acts = read_acts("hola, no sé, cualquiera del jueves")
    assert acts.opening
    assert acts.any
    assert acts.whole is None


@pytest.mark.parametrize(
    "text", ["cuánto sale", "¿hay?", "how much is it", "y qué más", "is it open", "dime qué hay", "tell me when"]
)
def test_questions(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", ["quiero dos", "mañana a las 10", "the second one", ""])
def test_statements(text: str) -> None:
    assert not is_question(text)


def test_an_opening_tells_no_time() -> None:
    assert without_openings("Buenas tardes, mañana?") == "             , mañana?"
    assert without_openings("buenass") == "buenass"


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        (
            asks_for_a_person,
            ("eres un robot?", "quiero hablar con una persona", "are you human?", "talk to a real person"),
        ),
        (is_upset, ("sois una mierda", "this is ridiculous", "quiero poner una queja")),
        (asks_why, ("¿para qué quieres mi nombre?", "why do you need that?")),
        (withholds, ("prefiero no darlo", "no te lo voy a decir", "I'd rather not say", "no te lo doy")),
    ],
)
def test_what_is_said_beside_the_matter(asks: Callable[[str], bool], said: Sequence[str]) -> None:
    assert [text for text in said if not asks(text)] == []
    assert not any(
        asks(text) for text in ("no puedo a esa hora", "mañana con Ana", "two people, please", "no quiero nada")
    )
