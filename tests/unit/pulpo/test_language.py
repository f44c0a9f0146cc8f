from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.language import answer_locale, spoken_language


@pytest.mark.parametrize(
    ("text", "before", "expected"),
    [
        ("quiero algo para mañana", None, "es"),
        ("I would like something", None, "en"),
        ("600123456", None, None),
        ("ok", "es", "es"),
        ("the", "es", "es"),
        ("what is the price", "es", "en"),
        ("¿y cuánto cuesta?", "en", "es"),
        ("q precio tiene", None, "es"),
        ("cancel Pedro's appointment", None, "en"),
    ],
)
def test_small_words_tell_the_language(text: str, before: str | None, expected: str | None) -> None:
    assert spoken_language(text, before=before) == expected


@pytest.mark.parametrize(
    ("text", "given", "before", "expected"),
    [
        ("what services do you have?", None, None, "en"),
        ("hola", None, None, "es"),
        ("600123456", None, None, "es"),
        ("600123456", None, "en", "en"),
        ("quiero un corte", "es-AR", None, "es-AR"),
        ("how much is a haircut?", "es-AR", None, "en"),
        ("cuánto cuesta un corte?", "en-GB", "en", "es"),
        ("John Smith", "en-GB", "es", "es"),
        ("hello", "es", None, "en"),
        ("Will Smith", "es", "es", "es"),
        ("quiero ver el salón", "fr", None, "es"),
    ],
)
def test_whoever_writes_in_another_language_is_answered_in_it(
    text: str, given: str | None, before: str | None, expected: str
) -> None:
    assert answer_locale(text, given=given, before=before, languages=("es", "en")) == expected


def test_a_business_answers_in_a_language_it_speaks() -> None:
    assert answer_locale("do you have a table for two?", given=None, before=None, languages=("es",)) == "es"


@given(st.text(), st.sampled_from([None, "es", "en"]))
def test_no_text_raises(text: str, before: str | None) -> None:
    assert spoken_language(text, before=before) in ("es", "en", before)
