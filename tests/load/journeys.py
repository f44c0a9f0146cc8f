"""What people say: stories in Spanish and English, each a generator that says a line and hears the reply.

A story that hears something else than it hoped for (the time is taken, say) ends there, as people do.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from support.demo import spoken

Story = Generator[str, str, None]
YES = {"es": ("sí", "sí, confirmo", "vale"), "en": ("yes", "yes please", "yes, go ahead")}
QUESTIONS = {
    "es": ("¿Cuánto cuesta un tinte?", "¿A qué hora abrís el sábado?", "¿Qué servicios hay?"),
    "en": ("How much is hair colouring?", "Are you open on Saturdays?", "Which services do you have?"),
}


class Slot(NamedTuple):
    """A day and a time that somebody wants."""

    day: date
    clock: str

    def said(self, locale: str) -> str:
        """«el jueves 3 de diciembre a las 11:15», “on Thursday, December 3 at 11:15”."""
        day = spoken(self.day, locale)
        return f"el {day} a las {self.clock}" if locale == "es" else f"on {day} at {self.clock}"


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells stories in one language; all that is left to chance comes from ``random``."""

    locale: str
    random: Random
    today: date
    days: int
    """How far ahead people book."""

    def slot(self) -> Slot:
        """Any quarter of an hour from 9:00 until 18:45, not before the third day from now."""
        day = self.today + timedelta(days=self.random.randint(3, self.days))
        return Slot(day, f"{self.random.randint(9, 18):02}:{self.random.choice((0, 15, 30, 45)):02}")

    def ask(self) -> Story:
        """Three questions, and goodbye."""
        # `yield from` would hand the reply on to the list's iterator, which hears nothing.
        for question in self.random.sample(QUESTIONS[self.locale], 3):  # noqa: UP028
            yield question

    def book(self) -> Story:
        """Everything in one message, then yes."""
        yield from self._book_at_once()

    def book_slowly(self) -> Story:
        """One thing a message, a question in between, another time after all, and yes."""
        first, then = self.slot(), self.slot()
        if self.locale == "es":
            lines = ("Hola, quería pedir cita", "un corte de pelo", f"el {spoken(first.day, 'es')}")
            rest = (f"a las {first.clock}", f"no, mejor a las {then.clock}", "Eva Gil", "600 100 200")
        else:
            lines = ("Hi, I want to book an appointment", "a haircut", f"on {spoken(first.day, 'en')}")
            rest = (f"at {first.clock}", f"no, make it {then.clock}", "Kim Lee", "+34 600 100 200")
        reply = ""
        for line in (*lines, self.random.choice(QUESTIONS[self.locale]), *rest):
            reply = yield line
        if asks(reply):
            yield self._yes()

    def book_and_move(self) -> Story:
        """Book, and then another day."""
        if not (yield from self._book_at_once()):
            return
        wanted = self.slot().said(self.locale)
        move = f"Cambia mi cita para {wanted}" if self.locale == "es" else f"Please move my appointment to {wanted[3:]}"
        if asks((yield move)):
            yield self._yes()

    def book_and_cancel(self) -> Story:
        """Book, ask something, and then not at all."""
        if not (yield from self._book_at_once()):
            return
        yield self.random.choice(QUESTIONS[self.locale])
        if asks((yield "Quiero cancelar mi cita" if self.locale == "es" else "I want to cancel my appointment")):
            yield self._yes()

    def _book_at_once(self) -> Generator[str, str, bool]:
        wanted = self.slot().said(self.locale)
        reply = yield (
            f"Quiero un corte de pelo {wanted}, soy Eva Gil, 600100200"
            if self.locale == "es"
            else f"I'd like a haircut {wanted}, I'm Kim Lee, +34 600 100 200"
        )
        if not asks(reply):
            return False
        reply = yield self._yes()
        return reply.startswith(("Reservado", "Booked"))

    def _yes(self) -> str:
        return self.random.choice(YES[self.locale])


STORIES: dict[str, tuple[Callable[[Teller], Story], int]] = {
    "ask": (Teller.ask, 3),
    "book": (Teller.book, 4),
    "book_slowly": (Teller.book_slowly, 2),
    "move": (Teller.book_and_move, 2),
    "cancel": (Teller.book_and_cancel, 2),
}
"""Each story and how often it is told, beside the others."""


def asks(reply: str) -> bool:
    """Whether the reply asks for a yes."""
    return any(words in reply for words in ("¿Lo confirmo?", "¿Cancelo", "Shall I", "¿Confirmo"))


def choose(random: Random) -> str:
    """Return the name of a story, as often as its weight says."""
    weights = [weight for _, weight in STORIES.values()]
    return random.choices(list(STORIES), weights)[0]
