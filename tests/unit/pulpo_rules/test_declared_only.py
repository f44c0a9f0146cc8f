"""Plugins without a single example converse: their free values are read unasked, what they found can be chosen, asked
about and carried on, and still nothing is done without a summary and a yes."""

from __future__ import annotations

from typing import Any

import pytest

from unit.pulpo_rules.chat import Chat, chat_with
from unit.pulpo_rules.workshops import ENGLISH, SPANISH

pytestmark = pytest.mark.anyio


def known(chat: Chat) -> dict[str, Any]:
    return {name: fact.value for name, fact in chat.dialogue.facts.items()}


async def test_free_values_are_read_unasked() -> None:
    chat = chat_with(ENGLISH, locale="en")
    assert "What does it mend?" in await chat.say("Can you find a workshop in Santa Fe?")
    assert known(chat) == {"town": "Santa Fe"}
    chat = chat_with(ENGLISH, locale="en")
    assert await chat.say("send a courier to 44 Elm Street with 3 parcels") == "Insured?"
    assert known(chat) == {"destination": "44 Elm Street", "parcels": "3"}
    chat = chat_with(SPANISH, locale="es")
    await chat.say("quiero enviar un mensajero a la calle Olmo 45, asegurado")
    assert chat.dialogue.pending is not None
    assert chat.dialogue.pending.call.arguments == {"destino": "calle Olmo 45", "envio_asegurado": True}
    assert chat.effects == []


async def test_what_was_found_is_chosen_asked_about_and_done_something_with() -> None:
    chat = chat_with(ENGLISH, locale="en")
    await chat.say("find me a workshop in Santa Fe for bicycles")
    assert "Shall we go on" in await chat.say("the second one sounds good")
    assert await chat.say("what is their phone number?") == "phone number: 555 0102"
    await chat.say("yes, on Thursday at 10 am")
    assert chat.effects == []
    assert "address: 7 Mill Lane" in await chat.say("Yes, that's right. What is the address?")
    assert [call.tool for call in chat.effects] == ["leave_for_repair"]
    assert chat.effects[0].arguments == {
        "workshop_name": "Two Wheels",
        "drop_date": "2026-11-26",
        "drop_time": "10:00",
    }


async def test_the_same_in_spanish() -> None:
    chat = chat_with(SPANISH, locale="es")
    await chat.say("buscame un taller de relojes en Villa Carlos Paz")
    assert "calle Olmo 12" in await chat.say("me gusta, ¿cuál es la dirección?")
    await chat.say("sí, el jueves")
    assert chat.effects == []
    assert await chat.say("dale") == "acordado"
    assert chat.effects[0].arguments == {"nombre_del_taller": "Casa Lobo", "dia": "2026-11-26"}


async def test_places_are_pointed_at_across_tools() -> None:
    chat = chat_with(ENGLISH, locale="en")
    await chat.say("find me a workshop in Santa Fe for bicycles")
    await chat.say("Two Wheels sounds good")
    await chat.say("I need a courier to go there with 2 parcels")
    await chat.say("not insured")
    assert chat.effects == []
    await chat.say("yes")
    assert chat.effects[0].arguments == {"destination": "7 Mill Lane", "parcels": "2", "insured_delivery": False}


async def test_the_only_thing_possible_instead_is_proposed_and_not_done() -> None:
    chat = chat_with(ENGLISH, locale="en")
    await chat.say("find me a workshop in Taos for watches")
    await chat.say("That sounds great. Can you arrange a visit for Friday at 1 pm?")
    said = await chat.say("yes")
    assert said.startswith("closed then")
    assert chat.effects == []
    assert chat.dialogue.pending is not None
    assert chat.dialogue.pending.call.arguments["drop_time"] == "14:00"
    assert known(chat)["drop_time"] == "13:00"
    await chat.say("Yes, that works.")
    assert chat.effects[0].arguments["drop_time"] == "14:00"


async def test_other_things_are_no_choice_and_a_new_place_is_a_new_search() -> None:
    chat = chat_with(ENGLISH, locale="en")
    await chat.say("find me a workshop in Taos for watches")
    await chat.say("are there any others?")
    assert "workshop_name" not in known(chat)
    await chat.say("No, what about something in Santa Fe?")
    assert known(chat)["town"] == "Santa Fe"
    assert chat.dialogue.notes["last"] == "find_workshop"


async def test_nothing_further_is_wished_for() -> None:
    chat = chat_with(ENGLISH, locale="en")
    await chat.say("find me a workshop in Taos for watches")
    await chat.say("sounds good")
    assert (await chat.say("Not right now.")).startswith("All right.")
    assert chat.dialogue.goal is None
    assert chat.effects == []
