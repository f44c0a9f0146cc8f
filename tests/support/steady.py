"""Customers at a steady rate: each second's requests are sent whether or not the ones before were answered."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

from support.waiting import until

KEPT = 5
"""How many failed answers are looked at."""


@dataclass(slots=True)
class Answers:
    """What became of the requests: by status, or by the error's kind. ``slowest`` in seconds; ``bad`` holds the first
    few that failed: the second they were sent in, and what came back."""

    counts: Counter[str] = field(default_factory=Counter)
    tries: int = 1
    """How often a request is sent whose connection is ended before an answer began."""
    again: int = 0
    """Requests that were sent more than once."""
    slowest: float = 0.0
    bad: list[tuple[float, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def failed(self) -> dict[str, int]:
        return {kind: count for kind, count in self.counts.items() if kind != "200"}

    def until_more(self, number: int) -> None:
        """Return when ``number`` more requests have been answered, well or not."""
        wanted = self.total + number
        until(lambda: self.total >= wanted)

    def all_well(self, *, least: float) -> None:
        """Raise `AssertionError` when any request failed, many were sent again, or fewer than ``least`` were sent."""
        print(f"{self.total} requests, {self.failed} failed, {self.again} sent again, slowest {self.slowest:.2f} s")
        assert self.failed == {}, self.bad
        assert self.again <= self.total / 10
        assert self.total > least


@contextmanager
def steady(url: str, key: str, *, rate: float, tries: int = 1) -> Iterator[Answers]:
    """Send ``rate`` messages a second until the block ends and every one of them has been answered.

    Half of them come over connections that are kept, half over connections of their own. Behind an nginx that reads its
    file again give two ``tries``, as clients do with a request that has a key (RFC 9110, 9.2.2): it ends connections on
    which nothing has come, and cannot know what is on its way (before 1.27.4, `keepalive_min_timeout`).
    """
    answers, ended = Answers(tries=tries), threading.Event()
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
    key = {"Idempotency-Key": uuid4().hex}
    try:
        answer = await _sent(client, client.build_request("POST", url, json=body, headers=key), answers)
        kind = str(answer.status_code) if "€" in answer.text or answer.status_code != 200 else "no price"
        came = answer.text
    except httpx.HTTPError as error:
        kind, came = type(error).__name__, str(error)
    if kind != "200" and len(answers.bad) < KEPT:
        answers.bad.append((round(began - first, 2), f"{kind}: {came[:600]}"))
    answers.counts[kind] += 1
    answers.slowest = max(answers.slowest, time.monotonic() - began)


async def _sent(client: httpx.AsyncClient, request: httpx.Request, answers: Answers) -> httpx.Response:
    for left in reversed(range(answers.tries)):
        try:
            answer = await client.send(request, stream=True)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            if not left:
                raise
            answers.again += 1
        else:
            await answer.aread()
            return answer
    raise AssertionError("sent at least once")
