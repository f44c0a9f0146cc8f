from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_rules.text import blank, content, distance, fold, overlaps, stem, tokens, words


@given(st.text(max_size=100))
def test_folding_keeps_positions(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert all(fold(text)[token.start : token.end].replace("’", "'") == token.word for token in tokens(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Holaaa, ¿Qué TAL?", ["hola", "que", "tal"]),
        ("kiero 2 xfa", ["quiero", "2", "por", "favor"]),
        ("I’d like", ["i'd", "like"]),
        ("", []),
    ],
)
def test_words(text: str, said: list[str]) -> None:
    assert words(text) == said


def test_a_word_spelt_with_a_tilde_is_no_article() -> None:
    assert [token.word for token in content("unas uñas")] == ["unas"]


def test_blanking_keeps_positions_and_separates() -> None:
    assert blank("a las 10 600123456 mañana", [(9, 18)]) == "a las 10 ;         mañana"


@pytest.mark.parametrize(
    ("left", "right", "far"),
    [
        ("viernes", "viernes", 0),
        ("viernes", "vienres", 1),
        ("casa", "caso", 1),
        ("ab", "abcdef", 3),
        ("gato", "perro", 4),
    ],
)
def test_distance(left: str, right: str, far: int) -> None:
    assert distance(left, right) == far
    assert distance(right, left) == far


def test_stems_tell_no_number_or_clitic() -> None:
    assert stem("grandes") == stem("grande")
    assert stem("cambiarlo") == stem("cambiar")
    assert stem("ana") == "ana"


def test_overlaps() -> None:
    assert overlaps((0, 3), [(2, 5)])
    assert not overlaps((0, 3), [(3, 5)])
