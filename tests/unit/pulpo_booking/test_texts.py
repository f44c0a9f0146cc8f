"""Every text in every language, with the same things said in each."""

from __future__ import annotations

from string import Formatter

import pytest

from pulpo_booking.texts import TEXTS, say


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_says_the_same_in_all_its_languages(key: str) -> None:
    assert {"es", "en"} <= TEXTS[key].keys() <= {"es", "es-AR", "en"}
    assert len({frozenset(_fields(text)) for text in TEXTS[key].values()}) == 1


@pytest.mark.parametrize("key", [key for key in TEXTS if "es-AR" in TEXTS[key]])
def test_a_line_for_the_river_plate_differs(key: str) -> None:
    assert TEXTS[key]["es-AR"] != TEXTS[key]["es"]


@pytest.mark.parametrize("word", ["quieres", "puedes", "prefieres", "tienes", "cita ", "hueco"])
def test_no_text_reaches_the_river_plate_in_the_spanish_of_spain(word: str) -> None:
    assert not [key for key in TEXTS if word in TEXTS[key].get("es-AR", TEXTS[key]["es"])]


@pytest.mark.parametrize(
    ("locale", "said"),
    [("es-AR", "No tenés ningún turno próximo."), ("es-MX", "No tienes ninguna cita próxima."), ("en-GB", "You have")],
)
def test_say(locale: str, said: str) -> None:
    assert say("none", locale).startswith(said)


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("at", "es", day="lunes")
