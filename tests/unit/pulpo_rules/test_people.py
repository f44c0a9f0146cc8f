from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_rules.entities import phones
from pulpo_rules.people import addressed_names, bare_name, introduced_names, speaks_of_others, standing_names
from pulpo_rules.text import Token, blank

LISTED = {"corte": False, "trim": False, "ana": True}
"""Words of listed values; true for those that need not be said and may be people."""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("soy Ana Pérez, mañana a las 10", "Ana Pérez"),
        ("me llamo josé", "José"),
        ("a nombre de Luis y mi tel es 600", "Luis"),
        ("ponelo a nombre de María de los Ángeles", "María de los Ángeles"),
        ("my name is John Smith and", "John Smith"),
        ("I'm Ann O'Neil", "Ann O'Neil"),
        ("soy alérgico", "Alérgico"),
        ("Hola, soy nueva", None),
        ("I'm looking for a room", None),
        ("soy cliente", None),
        ("Hola, quiero saber si soy bienvenido", None),
    ],
)
def test_introduced_names(text: str, name: str | None) -> None:
    assert next((entity.value for entity in introduced_names(text)), None) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana", "Ana"),
        ("ana perez", "Ana Perez"),
        ("Sra. Gómez", "Gómez"),
        ("es Ana", "Ana"),
        ("a nombre de Eva", "Eva"),
        ("¿dónde están?", None),
        ("con Ana", None),
        ("quiero otra cosa", None),
        ("Ana pero mejor otro día", None),
        ("600123456", None),
        ("", None),
    ],
)
def test_bare_names(text: str, name: str | None) -> None:
    entity = bare_name(text)
    assert (entity.value if entity else None) == name


def test_addressed_names_have_capitals_and_are_unknown() -> None:
    assert [entity.value for entity in addressed_names("un saludo para Ana Gil", known=())] == ["Ana Gil"]
    assert addressed_names("un saludo para ana", known=()) == []
    assert addressed_names("un saludo para Ana", known={"ana"}) == []
    assert addressed_names("greet Ana", known=()) == []
    assert [entity.value for entity in addressed_names("greet Ana", known=(), anywhere=True)] == ["Ana"]


@pytest.mark.parametrize("text", ["caro", "jajaja", "un momento", "mmm", "no sé", "la tarde"])
def test_what_answers_without_a_name(text: str) -> None:
    assert bare_name(text, known={"tarde"}) is None


def test_words_that_describe_are_names_with_a_capital() -> None:
    assert [bare_name(text).value for text in ("Caro", "Caro Ruiz", "Blanca")] == ["Caro", "Caro Ruiz", "Blanca"]  # type: ignore[union-attr]
    assert introduced_names("Soy Caro Díaz")[0].value == "Caro Díaz"
    assert introduced_names("a nombre de mi hija Sol")[0].value == "Sol"


def standing(text: str, *, wanted: bool = True) -> str | None:
    spans = [entity.span for entity in phones(text)]
    found = standing_names(
        blank(text, spans),
        phones=spans,
        known={"quiero", "hora", "dame"},
        taken=lambda token, optional: token.word in LISTED and LISTED[token.word] <= optional,
        wanted=wanted,
    )
    return found[0].value if found else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("corte mañana, Eva Ruiz, 612345678", "Eva Ruiz"),
        ("corte mañana. Eva Ruiz 612345678", "Eva Ruiz"),
        ("612345678 Eva Ruiz, un corte", "Eva Ruiz"),
        ("un corte, Eva Ruiz", "Eva Ruiz"),
        ("un corte Eva Ruiz 612345678", "Eva Ruiz"),
        ("Dame hora Eva Ruiz, 612345678", "Eva Ruiz"),
        ("trim tomorrow, Sr. Ruiz, tel 612345678", "Ruiz"),
        ("corte, eva ruiz, 612345678", "Eva Ruiz"),
        ("corte, Ana, 612345678", "Ana"),
        ("corte, ana garcía, 612345678", "Ana García"),
        ("UN CORTE, EVA RUIZ, 612345678", "EVA RUIZ"),
        ("un corte con Ana, 612345678", None),
        ("un corte con Ana 612345678", None),
        ("corte, Ana", None),
        ("un corte, eva ruiz", None),
        ("algo muy raro 612345678", None),
        ("Perfecto, 612345678", None),
        ("Corte 612345678", None),
        ("Barrio, un corte", None),
    ],
)
def test_standing_names(text: str, name: str | None) -> None:
    assert standing(text) == name


def test_a_name_stands_only_where_one_is_wanted_or_beside_a_phone() -> None:
    assert standing("un corte, Eva Ruiz", wanted=False) is None
    assert standing("un corte, Eva Ruiz, 612345678", wanted=False) == "Eva Ruiz"


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("cancela la cita de mi amigo Pedro", True),
        ("qué citas tiene mi hermana", True),
        ("cancel my friend's order", True),
        ("cancel Pedro's order", True),
        ("cancel her order", True),
        ("la cita de Pedro", True),
        ("la cita de otra persona", True),
        ("cancela mi cita", False),
        ("es el cumple de mi hija, cancela mi cita", False),
        ("qué citas tengo", False),
        ("la de Ana", False),
        ("la de Navidad", False),
        ("no puedo el viernes", False),
        ("today's order", False),
        ("", False),
    ],
)
def test_what_is_another_person_s(text: str, others: bool) -> None:
    known = {"navidad", "today"}
    assert speaks_of_others(text, taken=[(6, 9)] if text == "la de Ana" else [], known=known) == others


@given(st.text(max_size=120))
def test_spans_lie_in_the_text(text: str) -> None:
    bare = bare_name(text)
    stands = standing_names(text, phones=[(0, 0)], known=(), taken=_nothing, wanted=True)
    found = [*introduced_names(text), *stands, *([bare] if bare else [])]
    assert all(0 <= entity.span[0] < entity.span[1] <= len(text) for entity in found)


def _nothing(token: Token, optional: bool) -> bool:
    return False
