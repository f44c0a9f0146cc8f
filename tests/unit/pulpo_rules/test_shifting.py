"""Hours told by others: beyond those shown, an amount after what is there, another one of those shown."""

from __future__ import annotations

import pytest

from unit.pulpo_rules.chat import Chat
from unit.pulpo_rules.salon import say_all

BOOKED = ("un corte el jueves a las 11, Eva Ruiz, 600 123 456", "sí")


def _at(chat: Chat) -> list[tuple[object, object]]:
    return [(call.arguments["date"], call.arguments["time"]) for call in chat.effects]


@pytest.mark.parametrize("said", ["¿algo más tarde?", "¿no hay nada más tarde?"])
async def test_later_looks_beyond_what_was_shown(chat: Chat, said: str) -> None:
    await chat.say("¿qué hay el jueves para un corte?")
    last = max(str(offer.arguments["time"]) for offer in chat.dialogue.offers)
    await chat.say(said)
    assert chat.results[-1].call.arguments["time_from"] > last


async def test_earlier_ends_where_the_shown_began(chat: Chat) -> None:
    await chat.say("¿qué hay el jueves por la tarde para un corte?")
    first = min(str(offer.arguments["time"]) for offer in chat.dialogue.offers)
    await chat.say("¿y algo antes?")
    assert chat.results[-1].call.arguments["time_to"] < first


async def test_another_of_the_shown_replaces_the_one_taken(chat: Chat) -> None:
    await chat.say("¿qué hay el jueves para un corte?")
    shown = [offer.arguments["time"] for offer in chat.dialogue.offers]
    await say_all(chat, ["la segunda", "no, mejor la primera"])
    assert chat.dialogue.facts["time"].value == shown[0]


@pytest.mark.parametrize(
    ("said", "time"),
    [("¿puedes pasarla media hora más tarde?", "11:30"), ("could you make it an hour later?", "12:00")],
)
async def test_what_is_there_is_moved_by_an_amount(chat: Chat, said: str, time: str) -> None:
    await say_all(chat, [*BOOKED, said, "sí"])
    assert _at(chat)[-1] == ("2026-11-26", time)


async def test_a_summary_is_moved_by_an_amount(chat: Chat) -> None:
    await say_all(chat, [BOOKED[0], "mejor media hora más tarde", "sí"])
    assert _at(chat) == [("2026-11-26", "11:30")]


async def test_the_soonest_is_taken_without_a_list(chat: Chat) -> None:
    await chat.say("un corte el jueves, lo más temprano posible")
    assert chat.dialogue.asked == "name"


async def test_of_two_readings_the_one_offered_is_meant(chat: Chat) -> None:
    """On a Tuesday "el martes" may be today; not so after next Tuesday's hours were shown."""
    told = await say_all(chat, ["¿qué hay el 1 de diciembre para un corte?", "vale, el martes a las 11:15"])
    assert "¿martes 1" not in str(told)
    assert chat.dialogue.facts["date"].value == "2026-12-01"
