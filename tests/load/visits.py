"""One person's way through a story, without any I/O: what to send next, and what the answers told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from random import Random
from typing import Any

import msgspec

from load.journeys import STORIES, Story, Teller, choose


class Call(msgspec.Struct):
    """What is read of a tool call in an answer."""

    tool: str
    outcome: str
    effect: bool = False


class Answer(msgspec.Struct):
    """What is read of an answer."""

    conversation_id: str
    reply: str
    outcome: str
    tool_calls: list[Call]


decode = msgspec.json.Decoder(Answer).decode


@dataclass(slots=True)
class Visit:
    """``message`` is what the person says now; None when the story has ended."""

    name: str
    kind: str
    locale: str
    story: Story
    message: str | None
    lines: int = 0
    conversation: str | None = None
    heard: Answer | None = None
    told: Counter[str] = field(default_factory=Counter)
    """How often the server said that a tool changed something for this person, by the tool's name."""

    @property
    def key(self) -> str:
        """The `Idempotency-Key` of the message."""
        return f"{self.name}-{self.lines}"

    def body(self) -> dict[str, Any]:
        """The message as ``POST /chat`` takes it."""
        going_on = {"conversation_id": self.conversation} if self.conversation else {}
        return {"message": self.message, "user_id": self.name, "locale": self.locale, **going_on}

    def hear(self, answer: Answer) -> None:
        """Take the answer in and go on with the story."""
        self.heard = answer
        self.conversation = answer.conversation_id
        self.told.update(call.tool for call in answer.tool_calls if call.effect and call.outcome == "ok")
        self.lines += 1
        try:
            self.message = self.story.send(answer.reply)
        except StopIteration:
            self.message = None

    @property
    def holds(self) -> int:
        """How many appointments the person was told to have."""
        return self.told["book_appointment"] - self.told["cancel_appointment"]


@dataclass(slots=True)
class Town:
    """Where the people come from: no two of one name, and the same ones for the same ``seed`` and ``prefix``."""

    prefix: str
    seed: int
    today: date
    days: int
    visits: list[Visit] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def visitor(self) -> Visit:
        """Return somebody new, about to say the first line."""
        name = f"{self.prefix}-{next(self._numbers)}"
        random = Random(f"{self.seed} {name}")  # noqa: S311
        kind, locale = choose(random), random.choice(("es", "en"))
        story = STORIES[kind][0](Teller(locale, random, self.today, self.days))
        visit = Visit(name, kind, locale, story, next(story))
        self.visits.append(visit)
        return visit

    def told(self) -> Counter[str]:
        """Return how many appointments each person was told to have, without those who have none."""
        return Counter({visit.name: visit.holds for visit in self.visits if visit.holds})
