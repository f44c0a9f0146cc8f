from __future__ import annotations

import pytest

import pulpo
from pulpo_rules.pronouns import named_last, speaks_of_somebody

PEOPLE = [
    pulpo.Choice(value="ana", label="Ana"),
    pulpo.Choice(value="luis", label="Luis", synonyms=("Lucho",)),
    pulpo.Choice(value="any", label={"es": "cualquiera", "en": "anyone"}, synonyms=("con quien sea",)),
]


@pytest.mark.parametrize(
    "text",
    [
        "ponme con ella",
        "con él a las 5",
        "con el, por favor",
        "con el a las 5",
        "prefiero con la misma persona",
        "que me lo haga ella",
        "¿está ella el martes?",
        "put me with her at 3",
        "with him on Tuesday",
        "with the same person please",
        "is she free at noon?",
        "does he have time",
    ],
)
def test_pronouns_of_people(text: str) -> None:
    assert speaks_of_somebody(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "con el secador",
        "con el más barato",
        "a la misma hora",
        "con la misma hora",
        "es para ella",
        "ella se llama Vera",
        "with her daughter",
        "with his brother",
        "it is for her",
        "she is my sister",
        "con ellas dos somos tres",
    ],
)
def test_pronouns_of_nobody_listed(text: str) -> None:
    assert speaks_of_somebody(text) is None


@pytest.mark.parametrize(
    ("before", "named"),
    [
        (["Sí, hay hueco con Ana.", "¿y con Luis?"], ["ana"]),
        (["¿Para qué día?", "¿trabaja Luis?"], ["luis"]),
        (["Lo hace Ana o Luis."], ["ana", "luis"]),
        (["Lo hace Ana o Luis.", "¿Luis corta el pelo?"], ["luis"]),
        (["Lo hace Ana o Luis.", "¿quién corta el pelo?", "¿y Luis?"], ["ana", "luis"]),
        (["me da igual, con quien sea", "con Ana"], ["ana"]),
        (["hola"], []),
        ([], []),
    ],
)
def test_the_newest_that_names_anybody_counts(before: list[str], named: list[str]) -> None:
    assert [choice.value for choice in named_last(before, PEOPLE, known=frozenset())] == named
