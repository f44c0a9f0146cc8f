from __future__ import annotations

import pytest

import pulpo
from pulpo_rules.fields import forms
from pulpo_rules.intents import IntentModel
from pulpo_rules.mentions import Scene
from pulpo_rules.recall import asked_for, day_told_by, told_by, told_so_far
from pulpo_rules.understanding import Understanding, understand
from unit.pulpo_rules.chat import NOW
from unit.pulpo_rules.workshops import ENGLISH

ROW = {"address": "7 Mill Lane", "phone_number": "555 0102", "wind": "8", "humidity": 23}
TOLD = pulpo.Dialogue(notes={"told": ROW})


def understood(text: str) -> Understanding:
    model = IntentModel(ENGLISH)
    return understand(text, forms(ENGLISH), model, Scene(now=NOW, tz="UTC", locale="en", known=model.vocabulary))


def test_one_thing_is_told_by_a_result_and_several_are_not() -> None:
    assert told_by(ROW) == ROW
    assert told_by([ROW]) == ROW
    assert told_by([ROW, ROW]) is None
    assert told_by("text") is None
    assert told_by({"nested": {"a": 1}, "long": "x" * 1000}) is None


def test_what_is_on_offer_alone_and_what_was_chosen_is_known() -> None:
    offer = pulpo.Offer("Two Wheels", {"address": "1 Oak Street"})
    facts = {"phone_number": pulpo.Fact("555", "offer"), "town": pulpo.Fact("Taos")}
    known = told_so_far(pulpo.Dialogue(notes={"told": ROW}, offers=(offer,), facts=facts))
    assert known == {**ROW, "address": "1 Oak Street", "phone_number": "555"}
    assert told_so_far(pulpo.Dialogue(offers=(offer, offer))) == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("what's the address?", {"address"}),
        ("Can you give me their phone number and address?", {"address", "phone_number"}),
        ("how windy will it be? and how humid?", {"wind", "humidity"}),
        ("please tell me the address", {"address"}),
        ("what do you charge?", set()),
        ("what's the address? and do they mend shoes?", set()),
    ],
)
def test_a_question_names_what_was_told(text: str, names: set[str]) -> None:
    assert asked_for(understood(text), TOLD).keys() == names


def test_nothing_was_told() -> None:
    assert asked_for(understood("what's the address?"), pulpo.Dialogue()) == {}


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ({"visits": [{"at": {"date": "2026-12-01"}}]}, "2026-12-01"),
        ([{"date": "2026-12-01"}, {"date": "2026-12-01"}], "2026-12-01"),
        ([{"date": "2026-12-01"}, {"date": "2026-12-02"}], ""),
        ({"born": "1990-12-01"}, ""),
        ({"a": {"b": {"c": {"d": {"date": "2026-12-01"}}}}}, ""),
        ("2026-12-01", ""),
        (None, ""),
    ],
)
def test_the_one_day_that_a_result_is_about(value: object, day: str) -> None:
    assert day_told_by(value, {"date"}) == day
