from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pulpo
from pulpo_rules.choices import pick

CHOICES = [
    pulpo.Choice(value="m", label={"es": "Margarita", "en": "Margherita"}),
    pulpo.Choice(value="q", label={"es": "Cuatro quesos", "en": "Four cheese"}, synonyms=("4 quesos", "cheesy one")),
    pulpo.Choice(value="b", label="Queso y bacon"),
    pulpo.Choice(value="nora", label="Nora"),
    pulpo.Choice(value="luis", label="Luis"),
    pulpo.Choice(value="luisa", label="Luisa"),
]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("una margarita", "m"),
        ("MARGHERITA please", "m"),
        ("dos margaritas", "m"),
        ("margarrita", "m"),
        ("la de cuatro quesos", "q"),
        ("four chese", "q"),
        ("bacon", "b"),
        ("con Luisa", "luisa"),
        ("con luis", "luis"),
    ],
)
def test_one_is_meant(text: str, value: str) -> None:
    assert [picked.choice.value if picked.choice else None for picked in pick(text, CHOICES)] == [value]


@pytest.mark.parametrize("text", ["a qué hora", "nada de eso", "hola", "", "la nueva"])
def test_none_is_meant(text: str) -> None:
    assert pick(text, CHOICES) == []


def test_words_that_fit_two_alike_are_rivals() -> None:
    choices = [pulpo.Choice(value="a", label="Sala azul"), pulpo.Choice(value="r", label="Sala roja")]
    [picked] = pick("la sala", choices)
    assert picked.choice is None
    assert {choice.value for choice in picked.rivals} == {"a", "r"}
    assert [each.choice.value for each in pick("la sala roja", choices) if each.choice] == ["r"]


def test_a_known_word_is_no_typo() -> None:
    assert pick("margerita", CHOICES, known={"margerita"}) == []
    assert pick("margerita", CHOICES) != []


def test_several_are_found_in_order() -> None:
    assert [each.choice.value for each in pick("Nora y una margarita", CHOICES) if each.choice] == ["nora", "m"]


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    for picked in pick(text, CHOICES):
        assert (picked.choice is None) == bool(picked.rivals)
