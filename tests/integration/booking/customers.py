"""Customers who write down what they send before they send it: run as a process, to be killed at any moment.

``python customers.py NAME JOURNAL STOP URL…`` books, moves and cancels appointments one after another, until the file
``STOP`` is there. Begun again after a kill, it repeats its last message with the key it had.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
COME_AGAIN = (409, 429, 503)
PATIENCE = 180.0
"""Seconds: many restarts may follow each other, on a machine that has other things to do as well."""


TAIL = 65_536
"""Bytes that hold the journal's last lines."""


class Ask(NamedTuple):
    """One message and its key."""

    key: str
    body: dict[str, Any]


def send(urls: Sequence[str], ask: Ask, random: Random) -> dict[str, Any]:
    """Send until it is answered; raises `TimeoutError` when it is not, within `PATIENCE`."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        answer = _try(random.choice(urls), ask)
        if answer is not None:
            return answer
        time.sleep(0.03)
    raise TimeoutError(f"{ask.key} got no answer")


def _try(url: str, ask: Ask) -> dict[str, Any] | None:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
    headers = {"Content-Type": "application/json", "Idempotency-Key": ask.key}
    try:
        connection.request("POST", "/chat", json.dumps(ask.body), headers)
        response = connection.getresponse()
        raw = response.read()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
    if response.status in COME_AGAIN:
        return None
    if response.status != 200:
        raise AssertionError(f"{ask.key}: {response.status} {raw!r}")
    answer: dict[str, Any] = json.loads(raw)
    return answer


@dataclass(slots=True)
class Journal:
    """What was sent and answered, a line each; written before it is done, and kept over kills."""

    path: Path
    asked: dict[str, Ask] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read(self) -> None:
        for line in self.path.read_text("utf-8").splitlines() if self.path.exists() else ():
            try:
                key, body, answer = json.loads(line)
            except ValueError:
                continue  # the kill came in the middle of this line
            self.asked[key] = Ask(key, body)
            if answer is not None:
                self.answers[key] = answer

    def unanswered(self) -> set[str]:
        """Return the key of the message whose answer has not come yet, if there is one.

        Only the last one that stands there whole can be: customers say one thing after the other. A long run's journal
        is looked at too often to be read from its beginning.
        """
        if not self.path.exists():
            return set()
        with self.path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
            lines = file.read().splitlines()
        for line in reversed(lines):
            with suppress(ValueError):
                key, _body, answer = json.loads(line)
                return set() if answer is not None else {key}
        return set()

    def write(self, ask: Ask, answer: dict[str, Any] | None = None) -> None:
        self.asked[ask.key] = ask
        if answer is not None:
            self.answers[ask.key] = answer
        with self.path.open("a", encoding="utf-8") as file:
            # A new line first: the one before may have been cut in the middle.
            file.write("\n" + json.dumps((ask.key, ask.body, answer)))
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class Customers:
    """One process of them, a new person for each story."""

    name: str
    journal: Journal
    urls: Sequence[str]

    def live(self, number: int) -> None:
        """Book; then every third moves and every third cancels."""
        # What is said must be the same after a kill, however often it was sent.
        story = self._tell(number, Random(f"{self.name}{number}"))  # noqa: S311
        message = next(story, None)
        for line in count():
            if message is None:
                return
            message = _next(story, self._say(f"{self.name}-{number}", line, message))

    def _tell(self, number: int, random: Random) -> Iterator[str]:
        reply = yield f"Quiero un corte {_slot(random)}, soy Eva Gil, 600100200"
        if "¿Lo confirmo?" not in reply:
            return
        reply = yield "sí"
        if "Reservado" not in reply or number % 3 == 0:
            return
        reply = yield f"Cambia mi cita {_slot(random)}" if number % 3 == 1 else "Quiero cancelar mi cita"
        if "¿Lo confirmo?" in reply or "¿Cancelo" in reply:
            yield "sí"

    def _say(self, user: str, line: int, message: str) -> str:
        key = f"{user}-{line}"
        before = self.journal.answers.get(f"{user}-{line - 1}")
        conversation = {"conversation_id": before["conversation_id"]} if before else {}
        # What was sent before a kill is sent again as it was, also where a day has passed meanwhile.
        new = Ask(key, {"message": message, "user_id": user, "locale": "es", **conversation})
        ask = self.journal.asked.get(key, new)
        if key not in self.journal.answers:
            self.journal.write(ask)
            self.journal.write(ask, send(self.urls, ask, Random(key)))  # noqa: S311
        return str(self.journal.answers[key]["reply"])


def _next(story: Iterator[str], reply: str) -> str | None:
    try:
        return story.send(reply)  # type: ignore[attr-defined]  # a generator
    except StopIteration:
        return None


def _slot(random: Random) -> str:
    day = date.today() + timedelta(days=random.randint(5, 60))
    clock = f"{random.randint(9, 18)}:{random.choice(('00', '30'))}"
    return f"el {day.day} de {MONTHS[day.month - 1]} a las {clock.zfill(5)}"


def main(name: str, path: str, stop: str, *urls: str) -> None:
    """Live one story after another."""
    journal = Journal(Path(path))
    journal.read()
    customers = Customers(name, journal, urls)
    for number in count():
        if f"{name}-{number + 1}-0" in journal.asked:
            continue
        if Path(stop).exists() and f"{name}-{number}-0" not in journal.asked:
            return
        customers.live(number)


if __name__ == "__main__":
    main(*sys.argv[1:])
