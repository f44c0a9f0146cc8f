from __future__ import annotations

import pulpo
from pulpo_rules.carrying import carried, pointed_places
from pulpo_rules.fields import forms
from pulpo_rules.situation import Situation
from unit.pulpo_rules.workshops import ENGLISH

FORMS = forms(ENGLISH)
SITUATION = Situation(forms=FORMS, choices={}, locale="en")
FOUND = pulpo.Dialogue(
    facts={
        "town": pulpo.Fact("Taos"),
        "trade": pulpo.Fact("shoes"),
        "workshop_name": pulpo.Fact("Casa Lobo", "offer"),
        "address": pulpo.Fact("120 Oak Street", "offer"),
    },
    notes={"last": "find_workshop"},
)


def test_what_was_chosen_and_the_place_asked_about_serve_the_next_tool() -> None:
    kept = carried("leave_for_repair", FOUND, SITUATION, bare=False)
    assert kept.keys() == {"town", "workshop_name", "address"}


def test_what_was_said_for_a_change_serves_no_other_one() -> None:
    changing = pulpo.Dialogue(goal="leave_for_repair", facts={"drop_time": pulpo.Fact("10:00")})
    assert carried("send_courier", changing, SITUATION, bare=False) == {}


def test_there_is_the_place_of_its_kind() -> None:
    form = FORMS["send_courier"]
    assert pointed_places(form, FOUND) == {"destination": pulpo.Fact("120 Oak Street", "offer")}
    assert pointed_places(FORMS["find_workshop"], FOUND) == {"town": pulpo.Fact("Taos", "offer")}
    done = pulpo.Dialogue(notes={"told": {"address": "7 Mill Lane", "phone_number": "555"}})
    assert pointed_places(form, done)["destination"].value == "7 Mill Lane"
    assert pointed_places(form, pulpo.Dialogue()) == {}
