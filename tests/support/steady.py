"""Customers at a steady rate: each second's requests are sent whether or not the ones before were answered."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

KEPT = 5
"""How many failed answers are looked at."""


@dataclass(slots=True)
class Answers:
    """What became of the requests: by status, or by the error's kind. ``slowest`` in seconds; ``bad`` holds the first
    few that failed: the second they were sent in, and what came back."""

    counts: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    bad: list[tuple[float, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def failed(self) -> dict[str, int]:
        return {kind: count for kind, count in self.counts.items() if kind != "200"}

    def all_well(self, *, least: float) -> None:
        """Raise `AssertionError` when any request failed, or when fewer than ``least`` were sent."""
        print(f"{self.total} requests, {self.failed} failed, slowest {self.slowest:.2f} s")
        assert self.failed == {}, self.bad
        assert self.total > least


@contextmanager
def steady(url: str, key: str, *, rate: float) -> Iterator[Answers]:
    """Send ``rate`` messages a second until the block ends and every one of them has been answered.

    Half of them come over connections that are kept, half over connections of their own.
    """
    answers, ended = Answers(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_send(url, key, rate, answers, ended)))
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join(timeout=120)
        assert not thread.is_alive()


async def _send(url: str, key: str, rate: float, answers: Answers, ended: threading.Event) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    single = httpx.Limits(max_keepalive_connections=0)
    kept = httpx.AsyncClient(headers=headers, timeout=60)
    fresh = httpx.AsyncClient(headers=headers, timeout=60, limits=single)
    began, number = time.monotonic(), 0
    async with kept, fresh, asyncio.TaskGroup() as requests:
        while not ended.is_set():
            requests.create_task(_ask((kept, fresh)[number % 2], f"{url}/chat", number, answers, began))
            number += 1
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))


async def _ask(client: httpx.AsyncClient, url: str, number: int, answers: Answers, first: float) -> None:
    began = time.monotonic()
    body = {"message": "How much is a haircut?", "user_id": f"steady-{number}"}
    try:
        answer = await client.post(url, json=body)
        kind = str(answer.status_code) if "€" in answer.text or answer.status_code != 200 else "no price"
        came = answer.text
    except httpx.HTTPError as error:
        kind, came = type(error).__name__, str(error)
    if kind != "200" and len(answers.bad) < KEPT:
        answers.bad.append((round(began - first, 2), f"{kind}: {came[:600]}"))
    answers.counts[kind] += 1
    answers.slowest = max(answers.slowest, time.monotonic() - began)
