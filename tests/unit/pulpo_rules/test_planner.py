"""Dialogues with tools that are declarations only; nothing of their trades is known to the planner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import pulpo
from pulpo_rules.planner import RulesFactory
from unit.pulpo_rules.chat import Chat, chat_with
from unit.pulpo_rules.hotel import HOTEL
from unit.pulpo_rules.pizzeria import PIZZERIA, say_hello

ORDER = {"pizza": "napolitana", "size": "large", "address": "Calle 9, 120", "name": "Luis", "quantity": 2}


async def test_everything_in_two_messages(pizzeria: Chat) -> None:
    assert await pizzeria.say("mandame 2 napolitanas grandes a nombre de Luis") == "¿A qué dirección?"
    await pizzeria.say("Calle 9, 120")
    assert pizzeria.effects == []
    assert await pizzeria.say("dale") == "ORDERED 2 napolitana large to Calle 9, 120 for Luis"
    assert [call.arguments for call in pizzeria.effects] == [ORDER]


async def test_several_turns_with_a_question_between_and_a_change_of_mind(pizzeria: Chat) -> None:
    assert "¿Qué pizza querés?" in await pizzeria.say("quiero pedir una pizza")
    assert "¿Qué tamaño?" in await pizzeria.say("la napolitana")
    answer = await pizzeria.say("cuánto cuesta la margarita?")
    assert answer.startswith("MENU(margherita)")
    assert answer.endswith("¿Qué tamaño?")
    assert pizzeria.dialogue.facts["pizza"].value == "napolitana"
    await pizzeria.say("grande")
    await pizzeria.say("Av. Siempre Viva 742")
    await pizzeria.say("soy Ana Pérez")
    assert pizzeria.dialogue.pending is not None
    await pizzeria.say("sí, pero que sea una margarita")
    assert pizzeria.effects == []
    await pizzeria.say("sí")
    assert pizzeria.effects[0].arguments["pizza"] == "margherita"
    assert pizzeria.effects[0].arguments["name"] == "Ana Pérez"
    assert pizzeria.dialogue.goal is None
    assert set(pizzeria.dialogue.facts) == {"address", "name"}


async def test_the_same_in_english(english_pizzeria: Chat) -> None:
    chat = english_pizzeria
    assert await chat.say("Hi! I'd like a large margherita") == "To which address?"
    assert await chat.say("12 Main Street") == "What name?"
    await chat.say("My name is John Smith")
    assert (await chat.say("yes please")).startswith("ORDERED 1 margherita large to 12 Main Street for John Smith")


async def test_a_no_writes_nothing_and_keeps_what_is_known(pizzeria: Chat) -> None:
    await pizzeria.say("mandame 2 napolitanas grandes a nombre de Luis")
    await pizzeria.say("Calle 9, 120")
    assert "cambiar" in await pizzeria.say("no")
    assert pizzeria.dialogue.pending is None
    await pizzeria.say("mejor chica")
    assert pizzeria.dialogue.pending is not None
    assert pizzeria.dialogue.pending.call.arguments == {**ORDER, "size": "small"}
    await pizzeria.say("mejor dejalo")
    assert pizzeria.effects == []
    assert pizzeria.dialogue.goal is None
    assert pizzeria.dialogue.pending is None


async def test_another_goal_takes_over(pizzeria: Chat) -> None:
    await pizzeria.say("quiero una margarita")
    await pizzeria.say("mejor cancelá el pedido 12")
    assert pizzeria.dialogue.goal == "cancel_order"
    assert await pizzeria.say("sí") == "CANCELLED 12"


async def test_a_number_alone_corrects_the_only_number(pizzeria: Chat) -> None:
    await pizzeria.say("mandame 2 napolitanas grandes a nombre de Luis")
    await pizzeria.say("Calle 9, 120")
    await pizzeria.say("mejor tres")
    assert pizzeria.dialogue.pending is not None
    assert pizzeria.dialogue.pending.call.arguments["quantity"] == 3


async def test_a_repeated_detail_is_no_consent(pizzeria: Chat) -> None:
    await pizzeria.say("mandame 2 napolitanas grandes a nombre de Luis")
    await pizzeria.say("Calle 9, 120")
    answer = await pizzeria.say("sí, napolitana")
    assert "«sí» o «no»" in answer
    assert pizzeria.effects == []
    assert pizzeria.dialogue.pending is not None


@pytest.mark.parametrize(
    "text",
    [
        "### Task:\nGenerate a concise title.\n<chat_history>\nUSER: quiero una margarita grande\n</chat_history>",
        "Generate a concise, 3-5 word title for: mandame 2 napolitanas grandes a nombre de Luis",
        '### Task:\nSuggest 3-5 relevant follow-up questions\n### Output:\nJSON format: {"follow_ups": []}',
        "USER: quiero una margarita\nASSISTANT: ¿Qué tamaño?\nUSER: grande\n\nTitle:",
        "Create a title for this chat: I'd like to order a pizza",
    ],
)
async def test_prompts_of_chat_clients_change_nothing(pizzeria: Chat, text: str) -> None:
    await pizzeria.say("mandame 2 napolitanas grandes a nombre de Luis")
    before = pizzeria.dialogue
    await pizzeria.say(text)
    assert pizzeria.results == []
    assert replace(pizzeria.dialogue, language=before.language) == before


async def test_an_author_without_examples_is_served() -> None:
    chat = chat_with([say_hello])
    assert await chat.say("say hello to Ana") == "Hola, Ana!"
    assert await chat.say("greet Luis") == "Hola, Luis!"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("hola", "Pedir una pizza"),
        ("qué podés hacer?", "Cancelar un pedido"),
        ("qwerty asdf", "no te he entendido"),
        ("gracias", "De nada"),
        ("chau", "Hasta luego"),
        ("hello", "Order a pizza"),
        ("thank you!", "You're welcome"),
    ],
)
async def test_small_talk(pizzeria: Chat, text: str, part: str) -> None:
    assert part in await pizzeria.say(text)


async def test_the_language_follows_the_user(pizzeria: Chat) -> None:
    assert "Which pizza" in await pizzeria.say("I want to order a pizza please")
    assert "What size" in await pizzeria.say("margherita")
    assert "¿A qué dirección?" in await pizzeria.say("quiero que sea grande por favor")


async def test_suggestions_are_called_for_and_one_is_taken() -> None:
    chat = chat_with(HOTEL)
    assert await chat.say("quiero hospedarme") == "¿Qué día llegás?"
    assert (await chat.say("el martes")).startswith("FREE 2026-12-01: suite, doble")
    assert await chat.say("la segunda") == "¿Cuántos huéspedes?"
    assert await chat.say("dos") == "double 2026-12-01 x2?"
    assert await chat.say("sip") == "TAKEN double 2026-12-01 for 2, breakfast False"


async def test_what_is_taken_is_answered_with_alternatives() -> None:
    chat = chat_with(HOTEL)
    await chat.say("quiero una suite el lunes para 2 huéspedes")
    assert chat.effects == []
    assert chat.dialogue.goal == "take_room"
    assert chat.dialogue.offers[0].label == "Doble"
    assert await chat.say("sí") == "double 2026-11-30 x2?"
    await chat.say("ok")
    assert chat.effects[0].arguments["room"] == "double"


async def test_an_offer_of_a_mere_question_leads_to_the_tool_it_serves() -> None:
    chat = chat_with(HOTEL)
    assert (await chat.say("qué habitaciones tienen libres el lunes?")).startswith("FREE")
    assert await chat.say("la doble") == "¿Cuántos huéspedes?"
    assert chat.dialogue.goal == "take_room"


async def test_a_thing_is_pointed_at_by_its_properties() -> None:
    chat = chat_with(HOTEL)
    await chat.say("anulá la estadía del lunes")
    assert chat.dialogue.pending is not None
    assert chat.dialogue.pending.call.arguments == {"stay": "s1"}


async def test_a_thing_that_is_not_there_is_not_guessed() -> None:
    only_tuesday = give_up_only_tuesday()
    chat = chat_with([only_tuesday, *HOTEL[:2]])
    assert "No encuentro" in await chat.say("quiero anular mi estadía del lunes")
    assert chat.dialogue.pending is None


def give_up_only_tuesday() -> pulpo.Tool:
    from dataclasses import replace

    async def one(context: pulpo.ToolContext) -> list[pulpo.Choice]:
        return [pulpo.Choice(value="s2", label="Doble, 1/12", fields={"day": "2026-12-01"})]

    tool = HOTEL[2]
    return replace(tool, slots={"stay": replace(tool.slots["stay"], values=one)})


async def test_an_unclear_value_is_asked_about_when_no_summary_will_show_it() -> None:
    chat = chat_with(HOTEL)
    answer = await chat.say("qué habitaciones tienen libres a fin de mes?")
    assert "¿el lunes 30 de noviembre o el jueves 31 de diciembre?" in answer
    assert (await chat.say("la segunda")).startswith("FREE 2026-12-31")


async def test_a_pending_call_of_another_planner_can_be_corrected() -> None:
    chat = chat_with(PIZZERIA)
    call = pulpo.ToolCall("x1", "order_pizza", ORDER)
    chat.dialogue = pulpo.Dialogue(pending=pulpo.Pending(call, "¿Pido?"))
    await chat.say("mejor una margarita")
    assert chat.dialogue.pending is not None
    assert chat.dialogue.pending.call.arguments["pizza"] == "margherita"
    assert chat.dialogue.pending.call.arguments["address"] == "Calle 9, 120"


async def test_effects_of_a_failed_variant_are_told_and_not_repeated(pizzeria: Chat) -> None:
    call = pulpo.ToolCall("x1", "order_pizza", ORDER)
    pizzeria.dialogue = pulpo.Dialogue(goal="order_pizza", facts={"pizza": pulpo.Fact("napolitana")})
    result = pulpo.ToolResult(call, "ok", pulpo.Result(None, "ORDERED"), 0.0, "", True)
    step = await pizzeria.first_step("sí", results=[result])
    assert isinstance(step, pulpo.Answer)
    assert step.text == "ORDERED"
    assert step.dialogue is not None
    assert step.dialogue.goal is None


PLANNER = RulesFactory().build(None, PIZZERIA)


@given(st.text(max_size=300))
async def test_no_text_raises(text: str) -> None:
    chat = Chat({tool.name: tool for tool in PIZZERIA}, PLANNER)
    await chat.say(text)
    assert chat.effects == []


@given(
    st.lists(st.sampled_from(["sí", "no", "la primera", "grande", "mañana", "7", "cancelá", "hola", "¿cuánto?", "Ana"]))
)
async def test_no_dialogue_raises_or_writes_without_a_summary(texts: list[str]) -> None:
    chat = Chat({tool.name: tool for tool in PIZZERIA}, PLANNER)
    for text in texts:
        shown = chat.dialogue.pending
        before = len(chat.effects)
        await chat.say(text)
        if len(chat.effects) > before:
            assert shown is not None
            assert text == "sí"
