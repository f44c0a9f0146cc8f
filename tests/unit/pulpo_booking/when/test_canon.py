"""Canonical text keeps its offsets, whatever is rewritten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_booking.when.canon import canonical
from pulpo_booking.when.words_en import EN
from pulpo_booking.when.words_es import ES


@pytest.mark.parametrize(
    ("text", "canon"),
    [
        ("El MIÉRCOLES, mñn", "el W2, manana"),
        ("a las cinco y treinta y cinco", "a las 5 y 35"),
        ("3 mar", "3 M03"),
        ("el mar 5", "el W1 5"),
        ("soy Abril", "soy abril"),
        ("el 3 de Abril", "el 3 de M04"),
        ("5 p. m.", "5pm"),
    ],
)
def test_spanish_spelling(text: str, canon: str) -> None:
    assert canonical(text, ES).text == canon


@pytest.mark.parametrize(
    ("text", "canon"),
    [
        ("2moro on sat", "tomorrow on W5"),
        ("I sat in the sun", "i sat in the sun"),
        ("may I come May 5th", "may i come M05 5th"),
        ("the twenty-first", "the 21st"),
        ("ten to three", "10 minutes to 3"),
        ("Oct2", "M10 2"),
    ],
)
def test_english_spelling(text: str, canon: str) -> None:
    assert canonical(text, EN).text == canon


@given(st.text(max_size=80))
def test_every_character_points_into_the_source(text: str) -> None:
    canon = canonical(text, ES)
    assert len(canon.text) == len(canon.starts) == len(canon.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(canon.starts, canon.ends, strict=True))
