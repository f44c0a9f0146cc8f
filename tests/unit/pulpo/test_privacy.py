"""What is taken for a secret or for personal data, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.privacy import find_personal


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("pulpo_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "key"),
        ("sk-proj-abcdefghijklmnop1234", "key"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl", "token"),
        ("ana.lopez+citas@correo.example.es", "e-mail"),
        ("ES91 2100 0418 4502 0005 1332", "iban"),
        ("12345678Z", "id"),
        ("X1234567L", "id"),
        ("078-05-1120", "id"),
        ("20-12345678-6", "id"),
        ("4111 1111 1111 1111", "card"),
        ("5500-0000-0000-0004", "card"),
        ("+34 600 123 456", "phone"),
        ("600123456", "phone"),
        ("(91) 123-45-67-89", "phone"),
    ],
)
def test_each_kind_is_found_where_it_stands(text: str, kind: str) -> None:
    (found,) = find_personal(f"antes {text}, después")
    assert (found.kind, found.text, found.start) == (kind, text, 6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hola",
        "a las 10:00, 10:30 y 11:00",
        "10 11 12 13 14 15",
        "2026-11-22 10:30",
        "1.234.567 €",
        "referencia 2c2898006035f37c2382924b",
        "12345678A",
        "ES91 2100 0418 4502 0005 1333",
        "http://127.0.0.1:8000/1234567890",
        "CP 28013, c/ Mayor 3, 4.º B",
    ],
)
def test_what_is_none_is_left_alone(text: str) -> None:
    assert find_personal(text) == ()


def test_several_are_told_in_order_and_none_twice() -> None:
    text = "4111 1111 1111 1111 de ana@example.com, tel. 600123456"
    assert [each.kind for each in find_personal(text)] == ["card", "e-mail", "phone"]


@given(st.text(max_size=200))
def test_it_never_raises_and_tells_what_stands_there(text: str) -> None:
    for each in find_personal(text):
        assert text[each.start : each.start + len(each.text)] == each.text
