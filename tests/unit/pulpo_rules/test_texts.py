from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from pulpo_rules import texts

ENTRIES = {name: entry for name, entry in vars(texts).items() if name.isupper() and name != "OUTCOMES"} | {
    f"OUTCOMES {name}": entry for name, entry in texts.OUTCOMES.items()
}


@pytest.mark.parametrize("name", ENTRIES)
def test_both_languages_with_the_same_places(name: str) -> None:
    entry: Mapping[str, str] = ENTRIES[name]
    assert {"es", "en"} <= entry.keys() <= {"es", "es-AR", "en"}
    assert len({frozenset(re.findall(r"\{(\w+)\}", text)) for text in entry.values()}) == 1


def test_voseo_where_it_is_spoken() -> None:
    assert "Probá" in texts.say(texts.OUTCOMES["error"], "es-AR")
    assert "Inténtalo" in texts.say(texts.OUTCOMES["error"], "es-MX")
    assert "try again" in texts.say(texts.OUTCOMES["error"], "en-GB")
