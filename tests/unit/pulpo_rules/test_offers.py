from __future__ import annotations

import pytest

import pulpo
from pulpo_rules.mentions import Mention, Mentions
from pulpo_rules.offers import chosen, is_position

OFFERS = (
    pulpo.Offer("jueves a las 12:00 con Ana", {"date": "2026-11-26", "time": "12:00", "who": "ana"}),
    pulpo.Offer("jueves a las 17:00 con Luis", {"date": "2026-11-26", "time": "17:00", "who": "luis"}),
    pulpo.Offer("viernes a las 09:00 con Ana", {"date": "2026-11-27", "time": "09:00", "who": "ana"}),
)
NOTHING = Mentions(found={}, spans=())


def said(**values: object) -> Mentions:
    return Mentions(found={("t", name): Mention(value=value) for name, value in values.items()}, spans=())


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("la primera", 0),
        ("el segundo", 1),
        ("la última", 2),
        ("the third one please", 2),
        ("2", 1),
        ("opción 3", 2),
        ("la más temprana", 0),
        ("the later one", 2),
        ("quiero la segunda", 1),
    ],
)
def test_positions(text: str, position: int) -> None:
    assert chosen(text, OFFERS, NOTHING, any_will_do=False, yes=False) == (OFFERS[position],)


@pytest.mark.parametrize("text", ["7", "no sé", "la primera vez que voy a un lugar así", "hola", ""])
def test_no_pick(text: str) -> None:
    assert chosen(text, OFFERS, NOTHING, any_will_do=False, yes=False) == ()


def test_values_pick() -> None:
    assert chosen("a las 5", OFFERS, said(time="17:00"), any_will_do=False, yes=False) == (OFFERS[1],)
    assert chosen("con Ana", OFFERS, said(who="ana"), any_will_do=False, yes=False) == (OFFERS[0], OFFERS[2])
    both = said(who="ana", date="2026-11-27")
    assert chosen("con Ana el viernes", OFFERS, both, any_will_do=False, yes=False) == (OFFERS[2],)
    assert chosen("a las 4", OFFERS, said(time="16:00"), any_will_do=False, yes=False) == ()


def test_an_unclear_value_picks_what_it_may_be() -> None:
    assert chosen("a las 9", OFFERS, said(time="21:00|09:00"), any_will_do=False, yes=False) == (OFFERS[2],)


def test_any_and_yes() -> None:
    assert chosen("cualquiera", OFFERS, NOTHING, any_will_do=True, yes=False) == (OFFERS[0],)
    assert chosen("sí", OFFERS[:1], NOTHING, any_will_do=False, yes=True) == (OFFERS[0],)
    assert chosen("sí", OFFERS, NOTHING, any_will_do=False, yes=True) == ()


def test_labels_pick() -> None:
    offers = (pulpo.Offer("Suite", {"room": "s"}), pulpo.Offer("Doble con balcón", {"room": "d"}))
    assert chosen("la suite", offers, NOTHING, any_will_do=False, yes=False) == (offers[0],)
    assert chosen("la del balcón", offers, NOTHING, any_will_do=False, yes=False) == (offers[1],)


def test_positions_are_told_from_values() -> None:
    assert is_position("el 2")
    assert is_position("la primera")
    assert not is_position("el martes")


def test_a_quarter_is_no_fourth_and_any_day_no_other_hour() -> None:
    four = tuple(pulpo.Offer(f"{hour}:00", {"time": f"{hour}:00"}) for hour in (12, 13, 16, 17))
    assert chosen("a las 5 y cuarto", four, said(time="17:15"), any_will_do=False, yes=False) == ()
    assert chosen("el cuarto", four, NOTHING, any_will_do=False, yes=False) == (four[3],)
    assert chosen("any day around 10", four, said(time="10:00"), any_will_do=True, yes=False) == ()
    assert chosen("any day", four, NOTHING, any_will_do=True, yes=False) == (four[0],)


@pytest.mark.parametrize(("text", "position"), [("the erliest one", 0), ("the latets", 3), ("the eldest", None)])
def test_a_superlative_with_a_typo(text: str, position: int | None) -> None:
    hours = tuple(pulpo.Offer(f"{hour}:00", {"time": f"{hour}:00"}) for hour in (12, 13, 16, 17))
    picked = () if position is None else (hours[position],)
    assert chosen(text, hours, NOTHING, any_will_do=False, yes=False) == picked
