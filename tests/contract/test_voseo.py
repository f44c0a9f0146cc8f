"""Who writes from the River Plate is addressed as one is there, in everything that our own parts say to users."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

import pytest

import pulpo
from pulpo.plugins import load_plugins
from pulpo.turns import texts as runtime_texts
from pulpo_booking.texts import TEXTS
from pulpo_guardrails import message as guardrails
from pulpo_rules import texts as rules_texts

Entry = Mapping[str, str]

# Forms of tú and vosotros, the perfect of Spain, and its words for things.
SPAIN = re.compile(
    r"\b(tienes|quieres|puedes|prefieres|necesitas|dices|refieres|confirmas|repites|eliges|sabes|vienes|vuelves|eres|"
    r"dime|dinos|prueba|inténtalo|espera|respóndeme|escríbeme|compruébalo|elige|repite|olvídalo|vuelve|escribe|"
    r"tenéis|queréis|podéis|os|vuestr\w+|contigo|ti|aquí|citas?|huecos?|festivos?|cifras|"
    r"(?:he|has|ha|hemos|han) \w+(?:ado|ido|echo|isto|uesto))\b",
    re.IGNORECASE,
)


def entries(module: object) -> Iterator[tuple[str, Entry]]:
    for name, value in vars(module).items():
        if name.isupper() and isinstance(value, Mapping):
            nested = value.items() if all(isinstance(each, Mapping) for each in value.values()) else [("", value)]
            yield from ((f"{name} {key}".strip(), entry) for key, entry in nested)


def declared() -> Iterator[tuple[str, Entry]]:
    """Titles and questions of the tools."""
    catalogue = load_plugins(only={"pulpo_booking", "pulpo_rules", "pulpo_guardrails"})
    for tool in catalogue.tools.values():
        titles: Any = tool.title
        yield f"title of {tool.name}", titles
        yield from ((f"{tool.name}.{name}", slot.ask) for name, slot in tool.slots.items() if slot.ask)


CATALOGUES: list[tuple[str, Entry]] = [
    *TEXTS.items(),
    *entries(rules_texts),
    *entries(runtime_texts),
    *entries(guardrails),
    *declared(),
]


@pytest.mark.parametrize(("name", "entry"), CATALOGUES, ids=[name for name, _ in CATALOGUES])
def test_the_river_plate_hears_no_spanish_of_spain(name: str, entry: Entry) -> None:
    assert SPAIN.findall(pulpo.localized(entry, "es-AR")) == []


@pytest.mark.parametrize(("name", "entry"), CATALOGUES, ids=[name for name, _ in CATALOGUES])
def test_every_text_is_in_both_languages_with_the_same_places(name: str, entry: Entry) -> None:
    assert {"es", "en"} <= entry.keys() <= {"es", "es-AR", "en"}
    places = {frozenset(field for _, field, _, _ in Formatter().parse(text) if field) for text in entry.values()}
    assert len(places) == 1
