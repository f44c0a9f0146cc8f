from __future__ import annotations

import pytest

from pulpo_rules.flags import read_flag


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a shared one is fine", True),
        ("I don't mind sharing", True),
        ("please not shared", False),
        ("I don't want to share it", False),
        ("without sharing", False),
        ("is it shared?", None),
        ("how much is a shared one?", None),
        ("for two", None),
    ],
)
def test_the_telling_word_of_its_name_calls_it(text: str, value: bool | None) -> None:
    found = read_flag("shared_ride", text, asked=False)
    assert (found.value if found else None) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Sure, that's fine", True),
        ("no", False),
        ("sí", True),
        ("nope, thanks", False),
        ("Friday", None),
    ],
)
def test_its_question_is_answered_with_yes_or_no(text: str, value: bool | None) -> None:
    found = read_flag("insured", text, asked=True)
    assert (found.value if found else None) is value


def test_it_is_had_with_or_without() -> None:
    assert (found := read_flag("breakfast", "two nights without breakfast", asked=False)) is not None
    assert found.value is False
    assert read_flag("breakfast", "breakfast", asked=False) is None
