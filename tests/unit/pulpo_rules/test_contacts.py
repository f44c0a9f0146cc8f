from __future__ import annotations

from typing import Any

import pytest

import pulpo
from pulpo_rules.fields import forms
from pulpo_rules.mentions import Mentions, Scene
from pulpo_rules.reading import read
from unit.pulpo_rules.chat import NOW


@pulpo.tool
def call_back(name: str, phone: str) -> str:
    """Call somebody back."""
    return f"{name}, {phone}"


FORMS = forms([call_back])
GOAL, PERSON, ASKED = "call_back", "name", "phone"


def heard(text: str, *, asked: str | None = ASKED, **scene: Any) -> Mentions:
    return read(text, FORMS, Scene(now=NOW, tz="UTC", locale="es", goal=GOAL, asked=asked, **scene))


@pytest.mark.parametrize(
    ("pieces", "number"),
    [
        (["6 0 0 1 2 3 4 5 6"], "6 0 0 1 2 3 4 5 6"),
        (["six double oh one two three four five six"], "600123456"),
        (["600", "123", "456"], "600123456"),
        (["seis cero cero", "doce, treinta y cuatro", "y cincuenta y seis"], "600123456"),
        (["212", "555 0134"], "2125550134"),
        (["600 12", "600 123 456"], "600 123 456"),
    ],
)
def test_a_number_is_told_in_pieces(pieces: list[str], number: str) -> None:
    begun, told = "", None
    for piece in pieces:
        mentions = heard(piece, asked=None if told else ASKED, begun=begun)
        begun, told = mentions.begun, mentions.value(ASKED) or told
    assert told == number


@pytest.mark.parametrize("text", ["6", "seis", "600"])
def test_a_number_that_is_not_whole_is_no_other_value_either(text: str) -> None:
    mentions = heard(text)
    assert mentions.found == {}
    assert mentions.begun


def test_digits_begin_a_number_only_where_one_was_asked_for() -> None:
    assert heard("600", asked=None).begun == ""
    assert heard("mañana a las 6").begun == ""


def test_a_single_digit_goes_on_with_no_number_that_may_be_whole() -> None:
    assert heard("5", asked=None, begun="6001234").value(ASKED) is None
    assert heard("56", asked=None, begun="6001234").value(ASKED) == "600123456"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("no, es Ana Roca", "Ana Roca"),
        ("sorry, it's for Ellen Pike", "Ellen Pike"),
        ("no, el nombre es Berta", "Berta"),
        ("es Ruiz con z", "Eva Ruiz"),
        ("no, es Ruiz", "Eva Ruiz"),
        ("no, mejor mañana", None),
        ("Ruidos", None),
        ("no, con agua", None),
    ],
)
def test_a_known_name_is_corrected(text: str, name: str | None) -> None:
    assert heard(text, asked=None, filled={PERSON: "Eva Ruis"}).value(PERSON) == name
