from __future__ import annotations

import pytest

from pulpo_rules.acts import is_question, read_acts, without_openings


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
