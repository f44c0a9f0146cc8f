from __future__ import annotations

import pytest

from pulpo_rules.places import answered_place, is_pointed_at, places

KNOWN = frozenset("find somebody visit workshop tell people table want need courier mensajero enviar reserve".split())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("somebody in Mill Valley please", ["Mill Valley"]),
        ("I'm in St. Helena", ["St. Helena"]),
        ("a workshop from San Pablo, not far", ["San Pablo"]),
        ("in the city of San Jose.", ["San Jose"]),
        ("I need someone in the Antioch area", ["Antioch"]),
        ("the Mountain View area", ["Mountain View"]),
        ("a courier to 160 Saratoga Ave # 280, insured", ["160 Saratoga Ave # 280"]),
        ("to reach 795 El Camino Real", ["795 El Camino Real"]),
        ("a ride to 2455 bennett valley road and quick", ["2455 bennett valley road"]),
        ("find somebody in oakland", ["oakland"]),
        ("un taller en Villa Carlos Paz", ["Villa Carlos Paz"]),
        ("enviar a la calle Mayor 5", ["calle Mayor 5"]),
        ("desde Rosario hasta Santa Fe", ["Rosario", "Santa Fe"]),
    ],
)
def test_a_place_stands_after_what_leads_to_it(text: str, found: list[str]) -> None:
    assert [place.value for place in places(text, known=KNOWN)] == found


@pytest.mark.parametrize(
    "text",
    [
        "at 10 am",
        "on Friday at 10",
        "a table to eat",
        "I want to go there",
        "for 4 people",
        "en mayo",
        "a las 5",
        "in March",
        "para Ana",
        "to",
        "",
        "in an hour",
        "a nombre de Eva Ruiz",
    ],
)
def test_hours_days_people_and_deeds_are_no_places(text: str) -> None:
    assert places(text, known=KNOWN) == []


def test_what_one_comes_from_is_told_apart() -> None:
    assert [place.origin for place in places("from Rosario to Santa Fe", known=KNOWN)] == [True, False]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Mayor 5", "Mayor 5"),
        ("calle Sol 3, por favor", "calle Sol 3"),
        ("In Campbell.", "Campbell"),
        ("I want to go where nobody sees me so let's try Campbell.", "Campbell"),
        ("oakland please", "oakland"),
        ("Sí, en Rosario", "Rosario"),
    ],
)
def test_an_answer_is_cut_down_to_its_place(text: str, value: str) -> None:
    place = answered_place(text, known=KNOWN)
    assert place is not None
    assert place.value == value


@pytest.mark.parametrize("text", ["for 4 people", "I don't know yet", "", "tell me the hour"])
def test_an_answer_about_something_else_holds_no_place(text: str) -> None:
    assert answered_place(text, known=KNOWN) is None


@pytest.mark.parametrize("text", ["a courier to get there", "mandalo para allá", "a esa dirección", "to that place"])
def test_a_place_may_be_pointed_at(text: str) -> None:
    assert is_pointed_at(text)
    assert not is_pointed_at("a courier to Lima")
    assert not is_pointed_at("are there any others?")
