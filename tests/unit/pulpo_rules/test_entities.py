from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_rules.entities import addressed_names, bare_name, emails, introduced_names, phones


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mi tel es 600 123 456", ["600 123 456"]),
        ("+54 9 11 5555-4444, gracias", ["+54 9 11 5555-4444"]),
        ("call me at (020) 7946 0958", ["020) 7946 0958"]),
        ("a las 10 600123456", ["600123456"]),
        ("at 5 600 123 456", ["600 123 456"]),
        ("el 24/11/2026 a las 10", []),
        ("24-11-2026", []),
        ("2026-11-24 10:00", []),
        ("somos 4 a las 20:30", []),
        ("cuesta 1.200,50", []),
    ],
)
def test_phones(text: str, found: list[str]) -> None:
    assert [entity.value.lstrip("(") for entity in phones(text)] == found


def test_emails() -> None:
    assert [entity.value for entity in emails("ana.perez+x@mail.example.com. o b@c.io")] == [
        "ana.perez+x@mail.example.com",
        "b@c.io",
    ]


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


@given(st.text(max_size=120))
def test_spans_lie_in_the_text(text: str) -> None:
    found = [*phones(text), *emails(text), *introduced_names(text)]
    assert all(0 <= entity.span[0] < entity.span[1] <= len(text) for entity in found)
    bare_name(text)
