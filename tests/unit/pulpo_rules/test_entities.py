from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_rules.entities import emails, phones


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


@given(st.text(max_size=120))
def test_spans_lie_in_the_text(text: str) -> None:
    found = [*phones(text), *emails(text)]
    assert all(0 <= entity.span[0] < entity.span[1] <= len(text) for entity in found)
