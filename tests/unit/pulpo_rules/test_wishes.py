from __future__ import annotations

import pytest

from unit.pulpo_rules.chat import Chat
from unit.pulpo_rules.salon import FileDatabase, booked, salon_chat, say_all

BOOK = "book_appointment"
MOVE = "reschedule_appointment"
CANCEL = "cancel_appointment"
BEFORE = (BOOK, "2026-11-30", "10:00")


async def with_a_haircut_on_monday(database: FileDatabase, *, locale: str = "es") -> Chat:
    chat = salon_chat(database, locale=locale)
    await say_all(chat, ["corte el lunes a las 10, soy Ana Gil, 600 123 456", "sí"])
    assert booked(chat) == [BEFORE]
    return chat


@pytest.mark.parametrize(
    "text",
    [
        "cancela la del lunes y ponme el martes a las 11",
        "anula mi cita del lunes. Resérvame el martes a las 11",
        "ponme el martes a las 11 y quita la del lunes",
        "cancel Monday and book me in for Tuesday at 11",
        "necesito que me canceles lo del lunes y me des hora el martes a las 11",
        "dame de baja el turno del lunes y poneme el martes a las 11",
    ],
)
async def test_what_can_be_moved_is_moved_by_one_yes(database: FileDatabase, text: str) -> None:
    chat = await with_a_haircut_on_monday(database)
    await chat.say(text)
    assert booked(chat) == [BEFORE]
    await chat.say("sí")
    assert booked(chat) == [BEFORE, (MOVE, "2026-12-01", "11:00")]


async def test_another_service_is_booked_after_the_cancelling(database: FileDatabase) -> None:
    chat = await with_a_haircut_on_monday(database)
    assert "Cancelo" in await chat.say("cancela el corte del lunes y resérvame una manicura el martes a las 12")
    answer = await chat.say("sí")
    assert "Cancelada" in answer
    assert "Manicura" in answer
    await chat.say("sí")
    assert booked(chat) == [BEFORE, (CANCEL, "", ""), (BOOK, "2026-12-01", "12:00")]


async def test_a_no_to_the_first_wish_does_nothing(database: FileDatabase) -> None:
    chat = await with_a_haircut_on_monday(database)
    await say_all(chat, ["cancela el corte del lunes y resérvame una manicura el martes a las 12", "no"])
    assert booked(chat) == [BEFORE]
    assert "manicura" not in await chat.say("cancela mi cita")
    assert "Manicura" not in await chat.say("sí")
    assert chat.dialogue.goal is None


async def test_a_question_in_between_loses_neither_wish(database: FileDatabase) -> None:
    chat = await with_a_haircut_on_monday(database)
    await chat.say("cancela el corte del lunes y resérvame una manicura el martes a las 12")
    assert "22,50 €" in await chat.say("¿cuánto cuesta la manicura?")
    await say_all(chat, ["sí", "sí"])
    assert booked(chat) == [BEFORE, (CANCEL, "", ""), (BOOK, "2026-12-01", "12:00")]


@pytest.mark.parametrize(
    "text",
    [
        "cancela la del lunes, no puedo ir a las 10",
        "cancela la del lunes y ya está",
        "cancela lo del lunes, tengo médico el lunes a las 12",
        "cancela la del lunes, la de las 10",
        "I can't come on Monday, cancel it",
        "cancel Monday, I've got the dentist at noon",
    ],
)
async def test_one_wish_stays_one(database: FileDatabase, text: str) -> None:
    chat = await with_a_haircut_on_monday(database)
    await say_all(chat, [text, "sí"])
    assert booked(chat)[1:] == [(CANCEL, "", "")]


async def test_without_anything_to_give_up_it_is_read_as_a_whole(chat: Chat) -> None:
    answer = await chat.say("cancela la del lunes y ponme el martes a las 11 para un corte")
    assert booked(chat) == []
    assert answer
