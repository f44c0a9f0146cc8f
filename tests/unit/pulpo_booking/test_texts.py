"""The texts by locale; `contract/test_voseo` looks at all of them in all languages."""

from __future__ import annotations

import pytest

from pulpo_booking.texts import TEXTS, say


@pytest.mark.parametrize("key", [key for key in TEXTS if "es-AR" in TEXTS[key]])
def test_a_line_for_the_river_plate_differs(key: str) -> None:
    assert TEXTS[key]["es-AR"] != TEXTS[key]["es"]


@pytest.mark.parametrize(
    ("locale", "said"),
    [("es-AR", "No tenés ningún turno próximo."), ("es-MX", "No tienes ninguna cita próxima."), ("en-GB", "You have")],
)
def test_say(locale: str, said: str) -> None:
    assert say("none", locale).startswith(said)


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("at", "es", day="lunes")
