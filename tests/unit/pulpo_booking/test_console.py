"""The agenda's files: both languages say the same, nothing is inline or from elsewhere."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CONSOLE = files("pulpo_booking").joinpath("console")
SOURCES = {entry.name: entry.read_text("utf-8") for entry in CONSOLE.iterdir()}


def keys(language: str) -> list[str]:
    (block,) = re.findall(rf"^  {language}: \{{(.*?)^  \}},", SOURCES["words.js"], re.DOTALL | re.MULTILINE)
    return [key for key in re.findall(r"(\w+): [\"{]", block) if key not in ("one", "other")]


def test_both_languages_have_the_same_words_and_all_are_used() -> None:
    assert keys("es") == keys("en")
    used = {key for text in SOURCES.values() for key in re.findall(r"word\(\"(\w+)\"", text)}
    assert used == set(keys("es"))


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_no_text_can_become_markup_and_nothing_comes_from_elsewhere(name: str) -> None:
    sinks = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|[{ ]style: ?[\"`]"
    assert re.findall(sinks, SOURCES[name]) == []
    assert re.findall(r"https?://|//cdn", SOURCES[name]) == []
