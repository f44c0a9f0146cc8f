from __future__ import annotations

from typing import Any

import pytest

from pulpo.telling import same_number, tells


@pytest.mark.parametrize(
    ("text", "value", "told"),
    [
        ("soy JOSÉ Pérez, ¿vale?", "José pérez", True),
        ("soy José", "Jos", False),
        ("llama al 600 12-34-56", "600123456", True),
        ("llama al 600123456", "+34 600 123 456", True),
        ("llama al 600123456", "600123457", False),
        ("llama al 600123456", "calle 600123456", False),
        ("somos 4", 4, True),
        ("somos 14", 4, False),
        ("ana@example.com", "ana@example.com", True),
        ("ana@example.com", "example.com", False),
        ("rojo y verde", ["rojo", "verde"], True),
        ("rojo", ["rojo", "verde"], False),
        ("rojo", {"color": "rojo"}, True),
        ("", None, True),
        ("", "", True),
        ("True", True, False),
        ("mañana", "2026-11-25", False),
    ],
)
def test_a_value_is_told_word_for_word(text: str, value: Any, told: bool) -> None:
    assert tells(text, value) is told


def test_numbers_are_the_same_but_for_country_and_grouping() -> None:
    assert same_number("0034 600 123 456", "600123456")
    assert not same_number("123456", "600123456")
