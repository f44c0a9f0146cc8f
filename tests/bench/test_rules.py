"""What the embedded planner costs with the booking plugin's seven tools: training, understanding a message, and the
first answer of a whole chat in process. Figures are printed and never fail a build."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pulpo
from pulpo_rules.planner import RulesPlanner
from unit.pulpo_rules.chat import NOW
from unit.pulpo_rules.salon import open_database, salon_chat

ROUNDS = 30

MESSAGES = (
    "hola, quiero un corte mañana a las 11, soy Ana García, 612345678",
    "Corte el jueves a las 12, Eva Ruiz, 612 345 678",
    "¿cuánto cuesta la manicura?",
    "y cuánto tarda?",
    "¿tenés lugar el viernes a la tarde?",
    "no, mejor el sábado a las 11",
    "la segunda",
    "Eva Ruiz",
    "I'd like a haircut on Friday at 4 pm, John Smith, 212 555 0134",
    "are you open on Saturdays?",
    "can we make it later?",
    "do you take cards?",
)


@dataclass
class Spent:
    """Seconds by the wall clock and by the processor's, which a busy machine does not stretch."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @contextmanager
    def once(self) -> Iterator[None]:
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.wall.append(time.perf_counter() - wall)
        self.processor.append(time.process_time() - processor)

    def __str__(self) -> str:
        return f"{spread(self.wall)}; of the processor {spread(self.processor)}"


def spread(seconds: list[float]) -> str:
    ordered = sorted(each * 1000 for each in seconds)
    return f"median {statistics.median(ordered):.2f} ms, P95 {ordered[int(0.95 * len(ordered))]:.2f} ms"


def test_training(tmp_path: Path) -> None:
    tools = tuple(salon_chat(open_database(tmp_path / "salon.db")).tools.values())
    spent = Spent()
    for _ in range(5):
        with spent.once():
            RulesPlanner(tools)
    print(f"\ntraining, goal 300 ms: {spent}")


def test_answering(tmp_path: Path) -> None:
    """The first answer of a chat: planner, tools and their reads, without store, policies and HTTP."""
    salon = salon_chat(open_database(tmp_path / "salon.db"))
    spent = Spent()

    async def first_answer(text: str) -> None:
        chat = replace(salon, dialogue=pulpo.Dialogue(), locale="es", now=NOW)
        with spent.once():
            await chat.say(text)

    async def all_answers() -> None:
        for _ in range(ROUNDS):
            for text in MESSAGES:
                await first_answer(text)

    asyncio.run(all_answers())
    print(f"\nfirst answer, goal 10 ms at P95: {spent}")
