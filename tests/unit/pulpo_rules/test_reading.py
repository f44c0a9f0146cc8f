from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pulpo
from pulpo_rules.fields import forms
from pulpo_rules.mentions import Scene
from pulpo_rules.reading import read
from unit.pulpo_rules.chat import NOW
from unit.pulpo_rules.hotel import HOTEL


@pulpo.tool
def send(name: str, phone: str, email: str, quantity: int, gift: bool = False, note: str = "") -> None:
    """Send something."""


FORMS = forms([*HOTEL, send])


def values(text: str, tool: str, **scene: Any) -> dict[str, Any]:
    found = read(text, FORMS, Scene(now=NOW, tz="UTC", locale="es", **scene)).of(tool)
    return {name: mention.value for name, mention in found.items()}


def test_kinds_do_not_take_each_others_words() -> None:
    said = values("soy Ana Gil, 600 123 456, ana@mail.example, quiero 3 unidades, quantity 3", "send")
    assert said == {"name": "Ana Gil", "phone": "600 123 456", "email": "ana@mail.example", "quantity": 3}


def test_every_tool_gets_what_it_takes() -> None:
    text = "una suite el martes para 2 guests"
    assert values(text, "take_room") == {"day": "2026-12-01", "room": "suite", "guests": 2}
    assert values(text, "free_rooms") == {"day": "2026-12-01"}


def test_answers_only_make_sense_when_asked() -> None:
    assert values("7", "send") == {"quantity": 7}
    assert values("Ana", "send") == {}
    assert values("Ana", "send", goal="send", asked="name") == {"name": "Ana"}
    assert values("sí", "send", goal="send", asked="gift") == {"gift": True}
    assert values("no", "send", goal="send", asked="gift") == {"gift": False}
    assert values("para el cumple", "send", goal="send", asked="note") == {"note": "para el cumple"}
    assert values("sí", "send", goal="send", asked="note") == {}


def test_a_name_stands_beside_other_values() -> None:
    assert values("3 unidades, Eva Ruiz, ana@mail.example", "send", goal="send")["name"] == "Eva Ruiz"
    assert "name" not in values("dile a la gente, Eva Ruiz", "send")


@pytest.mark.parametrize("text", ["sii", "joya, dale", "gracias", "¿quién?", "mejor nada"])
def test_acts_are_no_answer_to_the_question_for_a_name(text: str) -> None:
    assert "name" not in values(text, "send", goal="send", asked="name")


def test_a_flag_is_named() -> None:
    assert values("sin gift", "send") == {"gift": False}
    assert values("with a gift", "send") == {"gift": True}


def test_refused_and_corrected_choices() -> None:
    assert values("no la suite, la double", "take_room")["room"] == "double"
    assert values("la suite, no, mejor la double", "take_room")["room"] == "double"
    rivals = read("suite o double", FORMS, Scene(now=NOW, tz="UTC", locale="es")).of("take_room")["room"].rivals
    assert [choice.value for choice in rivals] == ["suite", "double"]


def test_an_unclear_reading_keeps_its_alternatives() -> None:
    mention = read("a fin de mes", FORMS, Scene(now=NOW, tz="UTC", locale="es")).of("take_room")["day"]
    assert mention.ambiguous
    assert [other["date"] for other in mention.alternatives] == ["2026-12-31"]


@given(st.text(max_size=200), st.sampled_from([None, "name", "phone", "quantity", "gift", "note"]))
def test_no_text_raises(text: str, asked: str | None) -> None:
    read(text, FORMS, Scene(now=NOW, tz="UTC", locale="es", goal="send", asked=asked))


@pytest.mark.parametrize("text", ["hola", "qué tal", ""])
def test_nothing_is_made_up(text: str) -> None:
    assert values(text, "send") == {}
    assert values(text, "take_room") == {}
