"""What the embedded planner costs with the booking plugin's seven tools: training, understanding a message, and the
first answer of a whole chat in process. Figures are printed and never fail a build."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from pathlib import Path

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


def spread(seconds: list[float]) -> str:
    ordered = sorted(each * 1000 for each in seconds)
    return f"median {statistics.median(ordered):.2f} ms, P95 {ordered[int(0.95 * len(ordered))]:.2f} ms"


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def test_training(tmp_path: Path) -> None:
    tools = tuple(salon_chat(open_database(tmp_path / "salon.db")).tools.values())
    print(f"\nbuilding: {spread([timed(lambda: RulesPlanner(tools)) for _ in range(5)])}")


def test_answering(tmp_path: Path) -> None:
    """The first answer of a chat: planner, tools and their reads, without store, policies and HTTP."""
    database = open_database(tmp_path / "salon.db")
    planner = salon_chat(database).planner

    async def first_answer(text: str) -> float:
        chat = salon_chat(database)
        chat.planner, chat.now = planner, NOW
        started = time.perf_counter()
        await chat.say(text)
        return time.perf_counter() - started

    async def all_answers() -> list[float]:
        return [await first_answer(text) for _ in range(ROUNDS) for text in MESSAGES]

    print(f"\nfirst answer: {spread(asyncio.run(all_answers()))}")
