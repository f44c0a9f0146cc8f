"""Dialogues with the booking plugin's own declarations.

The clock stands at Tuesday 24 November 2026, 10:00 in Madrid.
"""

from __future__ import annotations

import pytest

from unit.pulpo_rules.chat import Chat
from unit.pulpo_rules.salon import FileDatabase, booked, salon_chat, say_all

BOOK = "book_appointment"
MOVE = "reschedule_appointment"
CANCEL = "cancel_appointment"


@pytest.mark.parametrize(
    ("locale", "text", "parts"),
    [
        ("es", "hola, qué servicios tienen y cuánto cuestan?", ("Corte de pelo", "22 €")),
        ("es", "cuánto sale una manicura?", ("22,50 €",)),
        ("es", "¿qué horario tenéis?", ("09:00", "Domingo: cerrado")),
        ("es", "abren el sábado?", ("sábado 28 de noviembre", "10:00")),
        ("en", "What services do you offer and how much are they?", ("Haircut", "€22")),
        ("en", "How much is a manicure?", ("€22.50",)),
        ("en", "When are you open?", ("09:00", "Sunday: closed")),
        ("en", "are you open on Saturday?", ("28 November", "10:00")),
    ],
)
async def test_questions(database: FileDatabase, locale: str, text: str, parts: tuple[str, ...]) -> None:
    answer = await salon_chat(database, locale=locale).say(text)
    assert all(part in answer for part in parts), answer


async def test_a_booking_in_one_message(chat: Chat) -> None:
    summary = await chat.say("quiero un corte mañana a las 10, soy Ana Gil, 600 123 456")
    assert "miércoles 25 de noviembre a las 10:00" in summary
    assert "22 €" in summary
    assert chat.effects == []
    await chat.say("sí")
    assert booked(chat) == [(BOOK, "2026-11-25", "10:00")]
    assert chat.effects[0].arguments["name"] == "Ana Gil"


async def test_a_booking_in_one_english_message(english: Chat) -> None:
    await english.say("I'd like a haircut tomorrow at 10, I'm John Smith, 600 123 457")
    assert english.effects == []
    await english.say("yes please")
    assert booked(english) == [(BOOK, "2026-11-25", "10:00")]


async def test_several_turns_with_a_price_question_and_a_change_of_mind(chat: Chat) -> None:
    await say_all(chat, ["necesito un turno", "un tinte"])
    answer = await chat.say("cuánto cuesta la manicura?")
    assert "22,50 €" in answer
    assert answer.endswith("¿Para qué día?")
    assert "11:00" in await chat.say("el jueves")
    await say_all(chat, ["mejor un corte", "a las 11", "Ana Pérez", "600123456"])
    assert "30 min" in await chat.say("¿cuánto dura?")
    assert "viernes 27 de noviembre a las 11:00" in await chat.say("no, mejor el viernes")
    assert chat.effects == []
    await chat.say("sí")
    assert booked(chat) == [(BOOK, "2026-11-27", "11:00")]
    assert chat.effects[0].arguments["service"] == "corte"
    assert chat.effects[0].arguments["name"] == "Ana Pérez"


async def test_the_same_in_english(english: Chat) -> None:
    await say_all(english, ["Hi, I need an appointment", "a haircut"])
    answer = await english.say("how much is the beard trim?")
    assert "€12" in answer
    assert answer.endswith("For which day?")
    await say_all(english, ["tomorrow", "the later one", "John Smith", "+44 7700 900123", "no, rather on Friday"])
    assert english.effects == []
    await english.say("yes")
    assert booked(english) == [(BOOK, "2026-11-27", "19:00")]


async def test_an_unavailable_slot_is_answered_with_alternatives(chat: Chat) -> None:
    answer = await chat.say("quiero un corte para el domingo a las 10, soy Ana Gil 600111222")
    assert "cerrado" in answer
    assert "lunes 30 de noviembre a las 10:00" in answer
    await say_all(chat, ["la segunda", "sí"])
    assert booked(chat) == [(BOOK, "2026-12-01", "10:00")]


async def test_a_slot_somebody_else_has_taken(database: FileDatabase, english: Chat) -> None:
    for name in ("Eva Uno", "Eva Dos"):
        await say_all(salon_chat(database), [f"un corte mañana a las 12, soy {name}, 600111222", "sí"])
    answer = await english.say("a haircut tomorrow at 12 please, my name is Tom Jones, 600 333 444")
    assert "I can offer" in answer
    await say_all(english, ["the first one", "yes"])
    assert booked(english)[0][0] == BOOK
    assert booked(english)[0][1:] != ("2026-11-25", "12:00")


async def test_a_time_is_checked_before_the_rest_is_asked(chat: Chat) -> None:
    answer = await chat.say("me das turno para un corte con Ana el jueves a las 10?")
    assert "no trabaja Ana" in answer
    assert await chat.say("la primera") == "¿A nombre de quién?"
    await say_all(chat, ["Pedro Ruiz", "611333444", "dale"])
    assert chat.effects[0].arguments["staff"] == "ana"


async def test_a_question_about_free_times_becomes_a_booking(database: FileDatabase) -> None:
    chat = salon_chat(database, locale="es-AR")
    await chat.say("qué tenés libre el viernes para un corte?")
    assert "sábado 28" in await chat.say("y el sábado?")
    await say_all(chat, ["la de las 12", "Eva Luna", "600111222", "dale"])
    assert booked(chat) == [(BOOK, "2026-11-28", "12:00")]


async def test_reschedule_and_cancel(chat: Chat) -> None:
    await say_all(chat, ["quiero un corte mañana a las 10, soy Ana, 600 123 456", "sí"])
    await say_all(chat, ["quiero pasar mi turno al jueves a las 5", "dale"])
    await say_all(chat, ["cancelá mi turno", "sí"])
    assert booked(chat) == [(BOOK, "2026-11-25", "10:00"), (MOVE, "2026-11-26", "17:00"), (CANCEL, "", "")]


async def test_reschedule_and_cancel_in_english(english: Chat) -> None:
    await say_all(english, ["a haircut tomorrow at 10, I'm Ann Lee, 600 123 456", "yes"])
    await say_all(english, ["move my appointment to Thursday at 5pm", "yes"])
    await say_all(english, ["I need to cancel my appointment", "go ahead"])
    assert [tool for tool, _, _ in booked(english)] == [BOOK, MOVE, CANCEL]


async def test_one_of_two_appointments_is_pointed_at(chat: Chat) -> None:
    await say_all(chat, ["un corte el jueves a las 11, soy Ana, 600 123 456", "sí"])
    await say_all(chat, ["quiero otra cita: mechas el viernes a las 12", "sí"])
    assert "¿Qué cita" in await chat.say("quiero cancelar")
    assert "mechas" in await chat.say("la del viernes")
    await chat.say("sí")
    assert [tool for tool, _, _ in booked(chat)] == [BOOK, BOOK, CANCEL]


async def test_an_appointment_that_is_not_there_is_not_guessed(chat: Chat) -> None:
    await say_all(chat, ["un corte el jueves a las 11, soy Ana, 600 123 456", "sí"])
    await chat.say("cancelá el turno del lunes")
    assert chat.dialogue.pending is None


@pytest.mark.parametrize("refusal", ["no", "no, gracias", "mejor dejalo", "👎", "olvidalo"])
async def test_a_refusal_writes_nothing(chat: Chat, refusal: str) -> None:
    await say_all(chat, ["quiero un corte mañana a las 10, soy Ana, 600 123 456", refusal])
    assert chat.effects == []
    assert chat.dialogue.pending is None


async def test_chat_spelling(chat: Chat) -> None:
    await say_all(
        chat, ["ola kiero un tinte pal viernes", "x la mañana", "la segunda", "Me llamo José", "600222333", "sip"]
    )
    assert booked(chat) == [(BOOK, "2026-11-27", "10:15")]
    assert chat.effects[0].arguments["name"] == "José"


async def test_a_title_prompt_books_nothing(chat: Chat) -> None:
    await chat.say("quiero un corte mañana a las 10, soy Ana, 600 123 456")
    await chat.say("### Task:\nGenerate a title.\n<chat_history>\nUSER: quiero un corte\nUSER: sí\n</chat_history>")
    assert chat.effects == []
    assert chat.dialogue.pending is not None


@pytest.mark.parametrize(
    "text", ["cancela la cita de mi amigo Pedro", "qué citas tiene mi hermana?", "cancel Tom's appointment"]
)
async def test_what_is_another_person_s_is_refused(chat: Chat, text: str) -> None:
    await say_all(chat, ["un corte el jueves a las 11, soy Ana, 600 123 456", "sí"])
    await chat.say(text)
    assert chat.dialogue.pending is None
    assert chat.results == []


async def test_a_yes_in_the_words_of_the_tool(chat: Chat) -> None:
    await say_all(chat, ["un corte el jueves a las 11, Eva Ruiz, 600 123 456", "sí, cancélala"])
    assert chat.effects == []
    await say_all(chat, ["olvidalo", "un corte el jueves a las 11, Eva Ruiz, 600 123 456", "sí, resérvala"])
    await say_all(chat, ["cancela mi cita", "no, keep it", "cancela mi cita", "sí, cancélala"])
    assert [tool for tool, _, _ in booked(chat)] == [BOOK, CANCEL]


@pytest.mark.parametrize(
    "text", ["¿dónde están?", "do you take cards?", "tell me a joke", "¿venden champú?", "cómo llego?"]
)
async def test_what_no_tool_can_answer_is_not_answered(chat: Chat, text: str) -> None:
    await chat.say(text)
    assert chat.results == []


async def test_a_refused_person_leaves_the_time(chat: Chat) -> None:
    await chat.say("color con Luis el viernes a las 11")
    assert "viernes 27 de noviembre a las 11:00" in await chat.say("con Marta entonces")
    assert chat.dialogue.facts["time"].value == "11:00"


async def test_a_question_beside_the_last_value_is_answered_ahead_of_the_summary(chat: Chat) -> None:
    await say_all(chat, ["un corte el jueves a las 11", "Eva Ruiz"])
    answer = await chat.say("612 345 678. ¿Cuánto dura?")
    assert chat.dialogue.pending is not None
    assert answer.index("30 min") < answer.index("¿Lo confirmo?")


async def test_a_bare_service_is_a_wish_and_a_bare_number_a_time(chat: Chat) -> None:
    assert await chat.say("corte") == "¿Para qué día?"
    await say_all(chat, ["el jueves", "11"])
    assert chat.dialogue.facts["time"].value == "11:00"


async def test_a_free_time_becomes_a_booking_by_a_name(chat: Chat) -> None:
    await say_all(chat, ["¿está libre el viernes a las 15 para unas mechas?", "soy Inés", "612 345 678", "sí"])
    assert booked(chat) == [(BOOK, "2026-11-27", "15:00")]


async def test_what_is_listed_is_not_read_as_a_time(chat: Chat) -> None:
    await chat.say("quiero hacerme las uñas el jueves")
    assert chat.dialogue.facts["service"].value == "manicura"
    assert "time" not in chat.dialogue.facts


async def test_a_weekday_is_one_of_the_week_talked_about(chat: Chat) -> None:
    await say_all(chat, ["quiero unas mechas la semana que viene", "el jueves"])
    assert chat.dialogue.facts["date"].value == "2026-12-03"
    await chat.say("no, mejor el jueves de esta semana")
    assert chat.dialogue.facts["date"].value == "2026-11-26"


async def test_the_same_hour_is_that_of_what_is_moved(chat: Chat) -> None:
    await say_all(chat, ["un corte el jueves a las 11, Eva Ruiz, 600 123 456", "sí"])
    await say_all(chat, ["¿me la puedes mover al viernes a la misma hora?", "sí, muévela"])
    assert booked(chat)[1] == (MOVE, "2026-11-27", "11:00")


async def test_a_person_who_is_named_beside_anyone_is_meant(chat: Chat) -> None:
    await say_all(chat, ["un corte el jueves a las 17:00 con Luis, Leo Gil, 612 345 678", "que sea con Ana", "sí"])
    assert chat.effects[0].arguments["staff"] == "ana"


async def test_what_is_prepared_is_changed_and_not_left(chat: Chat) -> None:
    await say_all(chat, ["corte mañana a las 12, Leo Gil, 612345678", "cambia el nombre a Leonardo Gil"])
    await say_all(chat, ["change it to Thursday", "sí"])
    assert booked(chat) == [(BOOK, "2026-11-26", "12:00")]
    assert chat.effects[0].arguments["name"] == "Leonardo Gil"


@pytest.mark.parametrize(
    "text", ["quiero un corte mañana a las 10", "resérvame el viernes", "¿qué horas hay libres mañana?"]
)
async def test_what_does_not_work_now_is_not_taken_for_something_else(chat: Chat, text: str) -> None:
    for away in (BOOK, "get_availability"):
        chat.tools.pop(away)
    assert "no lo puedo hacer ahora" in await chat.say(text)
    assert "Domingo: cerrado" in await chat.say("¿qué horario tenéis?")
    assert "no te he entendido" in await chat.say("xyzzy plugh")


async def test_a_goal_whose_tool_went_away_is_kept(chat: Chat) -> None:
    await say_all(chat, ["un corte mañana a las 10", "Ana Gil"])
    away = chat.tools.pop(BOOK)
    assert "no lo puedo hacer ahora" in await chat.say("600 123 456")
    chat.tools[BOOK] = away
    await say_all(chat, ["600 123 456", "sí"])
    assert booked(chat) == [(BOOK, "2026-11-25", "10:00")]


async def test_a_question_about_two_things_is_answered_for_both(chat: Chat) -> None:
    answer = await chat.say("¿cuánto cuestan un corte y una manicura?")
    assert "22 €" in answer
    assert "22,50 €" in answer
    assert "¿Cuál de estas opciones?" in await chat.say("¿hay hueco mañana para un corte y una manicura?")
