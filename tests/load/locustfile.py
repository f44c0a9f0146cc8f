"""The people of `journeys` as locust's users: each waits for an answer, thinks and goes on (a closed loop).

Run by ``python -m load --driver locust``, which tells by the environment what to do; samples are left as JSON.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from locust import LoadTestShape, between, events, task
from locust.contrib.fasthttp import FastHttpUser

from load.driver import ANSWERED, COME_AGAIN, FAILED, REFUSED, Sample
from load.profiles import Profile, Stage
from load.visits import Town, Visit, decode

ORDER: dict[str, Any] = json.loads(os.environ["LOAD_ORDER"])
PROFILE = Profile(ORDER["profile"], tuple(Stage(*stage) for stage in ORDER["stages"]))
TOWN = Town(ORDER["prefix"], ORDER["seed"], date.fromisoformat(ORDER["today"]), ORDER["days"])
SAMPLES: list[Sample] = []
BROKEN: list[str] = []
UNSURE: set[str] = set()
"""Keys of messages whose connection broke."""
BEGAN = time.perf_counter()
"""When users begin to come; until then, when this was read."""


class Shape(LoadTestShape):
    """As many users as the profile wants messages a second: each sends about one a second."""

    def tick(self) -> tuple[int, float] | None:
        rate = PROFILE.rate(time.perf_counter() - BEGAN)
        return (max(1, round(rate)), max(1.0, rate)) if rate else None


class Person(FastHttpUser):
    """One after another, strangers with a story each."""

    wait_time = between(0.5, 1.5)
    network_timeout = 45.0
    _visit: Visit | None = None

    @task
    def say(self) -> None:
        """Say the next line, or the same one again with the same key when told to come again."""
        if self._visit is None or self._visit.message is None:
            self._visit = TOWN.visitor()
        _send(self, self._visit)


def _send(user: Person, visit: Visit) -> None:
    sent = time.perf_counter() - BEGAN
    headers = {"Idempotency-Key": visit.key}
    with user.client.post("/chat", json=visit.body(), headers=headers, name=visit.kind, catch_response=True) as got:
        status, body = got.status_code, got.content or b""
        kind = ANSWERED if status == 200 else REFUSED if status in COME_AGAIN else FAILED
        if kind == REFUSED:
            got.success()
    SAMPLES.append(Sample(sent, sent, time.perf_counter() - BEGAN, status, kind, visit.kind))
    UNSURE.discard(visit.key)
    if kind == ANSWERED:
        visit.hear(decode(body))
    elif kind == FAILED:
        UNSURE.add(visit.key)
        if status:
            BROKEN.append(f"{visit.key}: {status} {body[:200]!r}")


@events.test_start.add_listener
def begin(**_: Any) -> None:
    """A crowded machine takes seconds to get here: they are not the profile's."""
    global BEGAN  # noqa: PLW0603 - locust knows no other way to hand it to `Shape` and `Person`
    BEGAN = time.perf_counter()


@events.user_error.add_listener  # type: ignore[untyped-decorator]
def remember(exception: BaseException, **_: Any) -> None:
    """locust only logs what a user stumbles over."""
    BROKEN.append(repr(exception))


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def leave_samples(**_: Any) -> None:
    """Leave what was measured and what people were told."""
    left = {
        "samples": SAMPLES,
        "broken": BROKEN,
        "lost": sorted(UNSURE),
        "told": TOWN.told(),
        "stories": Counter(visit.kind for visit in TOWN.visits),
    }
    Path(ORDER["out"]).write_text(json.dumps(left), "utf-8")
