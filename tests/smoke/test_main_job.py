"""The main job as people do it: dialogues over HTTP, and what the database holds after every line.

The demo business gives manicures by Marta alone and beard trims by Luis alone, so a slot of theirs is taken once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

import httpx
import pytest

from support.demo import Book, Chat, Demo, spoken
from support.server import Server

NewChat = Callable[[str], Chat]


class Line(NamedTuple):
    """What the user says, what the reply must hold, and how many active appointments the user has after it."""

    say: str
    hears: tuple[str, ...]
    active: int


class Dialogue(NamedTuple):
    """A chat and the appointment it leaves: service and time on the first ``{day}`` (or the second, ``{later}``)."""

    locale: str
    lines: tuple[Line, ...]
    service: str
    clock: str
    on: str = "day"


DIALOGUES = {
    "es-in-one-message": Dialogue(
        "es",
        (
            Line(
                "Quiero una manicura el {day} a las 11:00. Soy Ana García y mi teléfono es 612 345 678.",
                ("Manicura", "{day}", "11:00", "22,50", "Marta"),
                0,
            ),
            Line("sí", ("{day}", "11:00"), 1),
        ),
        "manicura",
        "11:00",
    ),
    "en-in-one-message": Dialogue(
        "en",
        (
            Line(
                "I'd like a beard trim on {day} at 4 pm. I'm John Smith, my phone is +34 612 345 679.",
                ("Beard trim", "12", "Luis"),
                0,
            ),
            Line("yes", (), 1),
        ),
        "barba",
        "16:00",
    ),
    "es-turn-by-turn": Dialogue(
        "es",
        (
            Line("Hola, quería pedir una cita", (), 0),
            Line("manicura", (), 0),
            Line("¿Cuánto cuesta el tinte?", ("48",), 0),
            Line("el {day} a las 12:00", (), 0),
            Line("no, mejor a las 16:00", (), 0),
            Line("Ana García", (), 0),
            Line("612 345 678", ("Manicura", "16:00", "22,50"), 0),
            Line("¿y a qué hora cerráis?", ("20:00",), 0),
            Line("sí, confirmo", ("16:00",), 1),
        ),
        "manicura",
        "16:00",
    ),
    "en-turn-by-turn": Dialogue(
        "en",
        (
            Line("Hi, I want to book an appointment", (), 0),
            Line("a manicure please", (), 0),
            Line("how much is hair colouring?", ("48",), 0),
            Line("{day} at 12:00", (), 0),
            Line("no, make it {later} at 3 pm", (), 0),
            Line("John Smith", (), 0),
            Line("+34 612 345 679", ("Manicure", "22.50"), 0),
            Line("yes please", (), 1),
        ),
        "manicura",
        "15:00",
        on="later",
    ),
    "es-moves-it": Dialogue(
        "es",
        (
            Line("Manicura el {day} a las 11:00, soy Ana García, 612345678", ("11:00",), 0),
            Line("sí", (), 1),
            Line("Quiero cambiar mi cita al {later} a las 17:00", ("{later}", "17:00"), 1),
            Line("sí", ("17:00",), 1),
        ),
        "manicura",
        "17:00",
        on="later",
    ),
    "en-moves-it": Dialogue(
        "en",
        (
            Line("Book me a manicure on {day} at 11:00, I'm John Smith, 612345679", (), 0),
            Line("yes", (), 1),
            Line("Please move my appointment to {later} at 17:00", (), 1),
            Line("yes", (), 1),
        ),
        "manicura",
        "17:00",
        on="later",
    ),
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue_writes_exactly_what_was_confirmed(
    dialogue: Dialogue, new_chat: NewChat, book: Book, demo: Demo, days: Iterator[date]
) -> None:
    day, later = next(days), next(days)
    chat = new_chat(dialogue.locale)
    told = {"day": spoken(day, dialogue.locale), "later": spoken(later, dialogue.locale)}
    for line in dialogue.lines:
        reply = chat.say(line.say.format(**told))
        for expected in line.hears:
            assert expected.format(**told).casefold() in reply.casefold(), f"{line.say!r} was answered {reply!r}"
        assert len(book.rows(chat.user)) == line.active, f"rows after {line.say!r}, answered {reply!r}"
    (row,) = book.rows(chat.user)
    assert row["service_id"] == dialogue.service
    assert row["starts_at"] == demo.at(later if dialogue.on == "later" else day, dialogue.clock)
    assert re.sub(r"\D", "", row["phone"]).endswith(("612345678", "612345679"))
    assert row["name"] in {"Ana García", "John Smith"}


def test_moving_keeps_the_appointment(new_chat: NewChat, book: Book, days: Iterator[date]) -> None:
    day, later = next(days), next(days)
    chat = booked(new_chat, day, "12:00")
    (before,) = book.rows(chat.user)
    chat.say(f"Cambia mi cita al {spoken(later, 'es')} a las 12:00")
    chat.say("sí")
    (after,) = book.rows(chat.user)
    assert after["id"] == before["id"]
    assert after["starts_at"] > before["starts_at"]


@pytest.mark.parametrize(
    ("locale", "ask", "consent"),
    [("es", "Quiero cancelar mi cita", "sí"), ("en", "I need to cancel my appointment", "yes")],
    ids=["es", "en"],
)
def test_cancelling_frees_the_slot_after_a_yes(
    locale: str, ask: str, consent: str, new_chat: NewChat, book: Book, days: Iterator[date]
) -> None:
    day = next(days)
    chat = booked(new_chat, day, "11:00")
    chat.locale = locale
    chat.say(ask)
    assert len(book.rows(chat.user)) == 1
    chat.say(consent)
    assert book.rows(chat.user) == []
    assert len(book.rows(chat.user, state="cancelled")) == 1
    booked(new_chat, day, "11:00")


@pytest.mark.parametrize(
    ("locale", "ask", "take", "consent"),
    [
        ("es", "Manicura el {day} a las 11:00. Soy Eva Ruiz, 612 000 111", "la primera", "sí"),
        ("en", "A manicure on {day} at 11:00. I'm Eve Jones, 612 000 111", "the first one", "yes"),
    ],
    ids=["es", "en"],
)
def test_a_taken_slot_is_answered_with_alternatives(
    locale: str, ask: str, take: str, consent: str, new_chat: NewChat, book: Book, demo: Demo, days: Iterator[date]
) -> None:
    day = next(days)
    booked(new_chat, day, "11:00")
    late = new_chat(locale)
    reply = late.say(ask.format(day=spoken(day, locale)))
    assert re.search(r"\b\d{1,2}:\d{2}\b", reply.replace("11:00", "")), f"no alternative in {reply!r}"
    assert book.rows(late.user) == []
    summary = late.say(take)
    assert book.rows(late.user) == [], f"written before the yes: {summary!r}"
    late.say(consent)
    (row,) = book.rows(late.user)
    assert row["service_id"] == "manicura"
    assert row["starts_at"] != demo.at(day, "11:00")


def test_no_means_no(new_chat: NewChat, book: Book, days: Iterator[date]) -> None:
    chat = new_chat("es")
    chat.say(f"Manicura el {spoken(next(days), 'es')} a las 11:00, soy Ana García, 612345678")
    chat.say("no")
    chat.say("sí")
    assert book.rows(chat.user) == []


@pytest.mark.parametrize(
    ("locale", "ask"),
    [("es", "¿Qué servicios tenéis y cuánto cuestan?"), ("en", "What services do you offer?")],
    ids=["es", "en"],
)
def test_services_are_told_with_prices(locale: str, ask: str, new_chat: NewChat, demo: Demo) -> None:
    reply = new_chat(locale).say(ask)
    for service in demo.services.values():
        assert service["name"][locale] in reply
        assert f"{service['price']:g}".replace(".", "," if locale == "es" else ".") in reply


@pytest.mark.parametrize(
    ("locale", "ask"),
    [("es", "¿Qué horario tenéis?"), ("en", "What are your opening hours?")],
    ids=["es", "en"],
)
def test_opening_hours_are_told(locale: str, ask: str, new_chat: NewChat) -> None:
    reply = new_chat(locale).say(ask)
    assert "20:00" in reply
    assert "14:00" in reply


def test_appointments_and_open_questions_outlive_a_restart(
    server: Server, client: httpx.Client, new_chat: NewChat, book: Book, demo: Demo, days: Iterator[date]
) -> None:
    day = next(days)
    first = booked(new_chat, day, "11:00")
    waiting = new_chat("es")
    waiting.say(f"Manicura el {spoken(day, 'es')} a las 17:00, soy Ana García, 612345678")
    server.restart()
    assert len(book.rows(first.user)) == 1
    waiting.say("sí")
    (row,) = book.rows(waiting.user)
    assert row["starts_at"] == demo.at(day, "17:00")
    listed = client.get("/booking/appointments", params={"from": str(day), "to": str(day)})
    assert listed.status_code == 200
    assert {row["id"], *(each["id"] for each in book.rows(first.user))} <= set(
        re.findall(r'"id":"([^"]+)"', listed.text)
    )


def test_the_transcript_can_be_read_and_erased(client: httpx.Client, new_chat: NewChat) -> None:
    chat = new_chat("es")
    chat.say("¿Qué servicios tenéis?")
    assert "¿Qué servicios tenéis?" in client.get(f"/conversations/{chat.conversation}").text
    assert client.delete(f"/conversations/{chat.conversation}").status_code == 204
    assert client.get(f"/conversations/{chat.conversation}").status_code == 404


def booked(new_chat: NewChat, day: date, clock: str) -> Chat:
    """Somebody who has a manicure at that time."""
    chat = new_chat("es")
    chat.say(f"Manicura el {spoken(day, 'es')} a las {clock}, soy Ana García, 612345678")
    reply = chat.say("sí")
    assert clock in reply, f"not booked: {reply!r}"
    return chat
