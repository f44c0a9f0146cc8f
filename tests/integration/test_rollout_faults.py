"""A rollout on a real server whose canary has a fault: the share returns to 0 by itself, and no user of stable notices.

``ROLLOUTS=10`` makes that many rollouts of each fault, and as many of none, which reach everybody.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from support.distributions import install
from support.server import Server, ServerNotReadyError, running

ROLLOUTS = int(os.environ.get("ROLLOUTS", "1"))
PATIENCE = 180.0
"""Seconds for a rollout to end; a fault takes a few, and the machine may be busy."""
LONG = 60.0
"""Seconds after which something hangs."""

HOTEL = """
import asyncio
import os
from pathlib import Path

import pulpo

FAULT = Path("fault")

@pulpo.tool(destructive=False, confirm=False, goal="reservation")
async def reserve(room: str, context: pulpo.ToolContext) -> pulpo.Result:
    '''Reserve a room.'''
    if room == "cellar":
        raise RuntimeError("nobody sleeps in the cellar")
    return await context.commit(lambda connection: pulpo.Result({"room": room}, "reserved"))

class Hotel:
    '''Looks a guest up with arguments that do not fit, always, and reserves a room when asked to.'''

    config = None

    def __init__(self, name):
        self.name = name

    def build(self, config, tools):
        return self

    async def next_step(self, context):
        fault = FAULT.read_text() if self.name == "faulty" else ""
        wanted = "reserve" in context.turn.text
        if fault == "errors":
            raise RuntimeError("the model is gone")
        if fault == "latency" and context.turn.text == "hello" and not context.results:
            await asyncio.sleep(2.5)  # once a guest: who waits is not compared with anybody meanwhile
        if fault == "crash" and wanted:
            os._exit(9)
        room = "cellar" if fault == "bookings" and wanted else "1" if wanted else ""
        arguments = {"room": room} if wanted else {"floor": 1}
        if context.results:
            yield pulpo.Answer(context.results[-1].result.text or "welcome")
        else:
            yield pulpo.Calls((pulpo.ToolCall("c", "reserve", arguments),))

@pulpo.hookimpl
def pulpo_register_tools(settings):
    return [reserve]

@pulpo.hookimpl
def pulpo_register_planners(settings):
    return [Hotel("sound"), Hotel("faulty")]
"""
TOML = """
[variants.stable]
planner = "sound"
[variants.canary]
planner = "faulty"
[turns]
lease = 1.0
[breakers]
failure_rate = 0.95
[canary]
enabled = true
[canary.rollout]
steps = [0.1, 1.0]
minimum_time = 1.0
minimum_units = 20
cooldown = 0.0
latency = 2.0
[canary.rollout.limits]
error_or_rescue = 0.3
latency = 0.9
tool_error = 1.0
refusal_or_limit = 0.3
tokens = 0.3
goal_failure = 0.3
"""


class Turn(NamedTuple):
    status: int
    variant: str
    outcome: str
    reply: str


class Guests:
    """Users who greet, reserve and say thanks, one conversation each, and come back with the same name.

    Whose connection is cut asks again with the same key; who was sent to the canary leaves instead.
    """

    def __init__(self, server: Server, *, at_a_time: int) -> None:
        self.turns: list[Turn] = []
        self.cut = 0
        self._server = server
        self._over = threading.Event()
        self._numbers = count()
        self._threads = [threading.Thread(target=self._come) for _ in range(at_a_time)]

    @contextmanager
    def coming(self) -> Iterator[Guests]:
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join()

    def _come(self) -> None:
        with httpx.Client(base_url=self._server.url, timeout=LONG) as client:
            while not self._over.is_set():
                self._guest(client, f"guest {next(self._numbers)}")

    def _guest(self, client: httpx.Client, name: str) -> None:
        conversation, variant = None, ""
        for message in ("hello", "reserve a room", "thanks"):
            body = {"message": message, "user_id": name}
            if conversation:
                body["conversation_id"] = conversation
            answer = self._say(client, body, leaves=variant == "canary")
            if answer is None:
                return
            said = answer.json()
            conversation, variant = said.get("conversation_id"), answer.headers.get("x-pulpo-variant", "")
            self.turns.append(Turn(answer.status_code, variant, said.get("outcome", ""), said.get("reply", "")))

    def _say(self, client: httpx.Client, body: dict[str, Any], *, leaves: bool) -> httpx.Response | None:
        key = str(uuid.uuid4())
        while not self._over.is_set():
            try:
                answer = client.post("/chat", json=body, headers={"idempotency-key": key})
                if answer.status_code != 409:  # the turn of a process that is gone is held for a second
                    return answer
            except httpx.TransportError:
                self.cut += 1
                if leaves:
                    return None
            time.sleep(0.05)
        return None


@pytest.fixture
def hotel(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "fault").write_text("errors")
    install(tmp_path / "site", "hotel", {"hotel": HOTEL}, entries={"hotel": "hotel"})
    environ = {"PYTHONPATH": str(tmp_path / "site"), "PULPO_PLUGINS__ALLOW": "hotel,pulpo_canary"}
    with running(tmp_path, toml=TOML, environ=environ) as server:
        yield server


Alive = Callable[[], None]
"""Sees that there is a server, before one is asked."""


def nothing() -> None:
    """It lives."""


def asked(server: Server, about: str, alive: Alive = nothing) -> Any:
    """What the server says about its canary, once it says something."""
    limit = time.monotonic() + PATIENCE
    while True:
        alive()
        try:
            return httpx.get(f"{server.url}/metrics/canary/{about}", timeout=LONG).json()
        except httpx.TransportError:
            if time.monotonic() > limit:
                raise
        time.sleep(0.05)


def until(server: Server, reached: Callable[[Any], bool], alive: Alive = nothing) -> Any:
    """The status, once it is so."""
    limit = time.monotonic() + PATIENCE
    while not reached(found := asked(server, "status", alive)):
        assert time.monotonic() < limit, f"it never came to that: {found}"
        time.sleep(0.2)
    return found


def newest(server: Server, alive: Alive = nothing) -> Any:
    entries = asked(server, "audit", alive)["entries"]
    return next(entry for entry in entries if entry["action"].startswith("rollout"))


def begin(server: Server, fault: str) -> None:
    """Begin a rollout of a canary with the fault, in place of the one that was rolled back."""
    (server.folder / "fault").write_text(fault)
    if asked(server, "status")["rollout"]["rollout"]["state"] == "aborted":
        httpx.post(f"{server.url}/metrics/canary/resume", json={}, timeout=LONG).raise_for_status()
    until(server, lambda found: found["share"] == 0.1)


def rolled_back(server: Server, guardrail: str, guests: Guests, began: float, alive: Alive = nothing) -> None:
    """Check who did it, that the log says why, and that nobody on stable noticed."""
    rollout = asked(server, "status", alive)["rollout"]
    entry = newest(server, alive)
    assert (rollout["rollout"]["state"], rollout["rollout"]["guardrail"]) == ("aborted", guardrail)
    assert (entry["action"], entry["actor"], entry["after"]["share"]) == ("rollout aborted", "rollout", 0.0)
    assert f"{guardrail}: evidence" in entry["after"]["reason"]
    stable = Counter((turn.status, turn.outcome) for turn in guests.turns if turn.variant == "stable")
    canary = Counter(turn.outcome for turn in guests.turns if turn.variant == "canary")
    seconds = time.monotonic() - began
    print(f"\n{guardrail}: back at 0 after {seconds:.1f} s; stable {dict(stable)}, canary {dict(canary)}")
    assert set(stable) == {(200, "ok")}


def test_a_fault_takes_the_canary_back_and_equal_arms_take_it_to_everybody(hotel: Server) -> None:
    faults = {"errors": "error_or_rescue", "latency": "latency", "bookings": "goal_failure"}
    for fault, guardrail in list(faults.items()) * ROLLOUTS:
        begin(hotel, fault)
        began = time.monotonic()
        with Guests(hotel, at_a_time=6).coming() as guests:
            until(hotel, lambda found: found["share"] == 0.0)
            rolled_back(hotel, guardrail, guests, began)
    begin(hotel, "")
    began = time.monotonic()
    with Guests(hotel, at_a_time=6).coming() as guests:
        found = until(hotel, lambda found: found["share"] == 1.0)
    print(f"\nequal arms: everybody after {time.monotonic() - began:.1f} s and {len(guests.turns)} turns")
    assert found["rollout"]["rollout"]["state"] == "promoted"
    assert (newest(hotel)["action"], newest(hotel)["actor"]) == ("rollout promoted", "rollout")
    assert {(turn.status, turn.outcome) for turn in guests.turns} == {(200, "ok")}


def test_a_canary_that_ends_the_process_is_taken_back_although_no_process_lives_long(hotel: Server) -> None:
    deaths: list[int] = []

    def revive() -> None:
        """Be the supervisor: start again what ended."""
        if hotel.process is not None and (code := hotel.process.poll()) is not None:
            deaths.append(code)
            with suppress(ServerNotReadyError):  # somebody was in it, and ended it, before we were
                hotel.start()

    begin(hotel, "crash")
    began = time.monotonic()
    with Guests(hotel, at_a_time=1).coming() as guests:
        until(hotel, lambda found: found["share"] == 0.0, revive)
        rolled_back(hotel, "error_or_rescue", guests, began, revive)
    assert set(deaths) == {9}
    print(f"\n{len(deaths)} processes ended, {guests.cut} connections cut")
