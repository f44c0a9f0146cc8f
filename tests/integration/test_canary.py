"""The canary of a real server is switched under load: whom each way reaches, and what it costs (nothing)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from support.server import Server, running
from support.waiting import LIMIT, until

OFF = "[canary]\nstrategy = 'all'\nenabled = false\n"
ON = OFF.replace("false", "true")
CLIENTS = 3
SOME = 20
"""Turns: enough to say that all are like them."""


class Turn(NamedTuple):
    started: float
    ended: float
    status: int
    variant: str


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path, toml=OFF) as server:
        yield server


@contextmanager
def load(server: Server) -> Iterator[list[Turn]]:
    """Have clients chat, each message a conversation of its own, and keep what came of each turn."""
    turns: list[Turn] = []
    over = threading.Event()

    def chat() -> None:
        with httpx.Client(base_url=server.url, timeout=LIMIT) as client:
            while not over.is_set():
                started = time.monotonic()
                answer = client.post("/chat", json={"message": "hola"})
                variant = answer.headers.get("x-pulpo-variant", "")
                turns.append(Turn(started, time.monotonic(), answer.status_code, variant))

    clients = [threading.Thread(target=chat) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield turns
    finally:
        over.set()
        for client in clients:
            client.join()


def everybody(turns: list[Turn], variant: str, *, since: float) -> None:
    """Check that every turn that began after ``since`` got ``variant``, once there are some."""

    def seen() -> list[Turn]:
        return [turn for turn in list(turns) if turn.started > since]

    until(lambda: len(seen()) >= SOME)
    assert [turn for turn in seen() if turn.variant != variant] == []


def first(turns: list[Turn], variant: str) -> Turn:
    """Return the turn with ``variant`` that ended first, once there is one."""
    until(lambda: any(turn.variant == variant for turn in list(turns)))
    return min((turn for turn in list(turns) if turn.variant == variant), key=lambda turn: turn.ended)


def post(server: Server, path: str, **body: object) -> float:
    """Change something and return when that was confirmed."""
    httpx.post(f"{server.url}/metrics/canary/{path}", json=body, timeout=LIMIT).raise_for_status()
    return time.monotonic()


def test_every_way_of_switching_reaches_everybody_who_writes_after_it_and_fails_no_turn(served: Server) -> None:
    file = served.folder / "pulpo.toml"
    with load(served) as turns:
        began = time.monotonic()
        file.write_text(ON)
        by_file = first(turns, "canary")
        everybody(turns, "canary", since=by_file.ended)
        for number in range(5):
            variant = ("stable", "canary")[number % 2]
            everybody(turns, variant, since=post(served, "config", enabled=variant == "canary"))
        everybody(turns, "canary", since=post(served, "config", enabled=True))
        everybody(turns, "stable", since=post(served, "kill"))
    print(f"\n{len(turns)} turns; the file was followed after {by_file.ended - began:.3f} s")
    assert {turn.status for turn in turns} == {200}


def test_a_file_written_byte_by_byte_or_cut_off_never_widens_the_share(served: Server) -> None:
    """The old file says 10 %, the new one 5 % of others; parsed as if whole, its beginnings would say 100 %."""
    file = served.folder / "pulpo.toml"
    old = '[canary]\nenabled = true\npercentage = 0.1\nstrategy = "percentage"\nseed = "a"\n'
    new = '[canary]\nstrategy = "percentage"\nenabled = true\nseed = "b"\npercentage = 0.05\n'
    httpx.post(f"{served.url}/metrics/canary/config", json={"enabled": False}, timeout=LIMIT).raise_for_status()
    file.write_text(old)
    shares: list[float] = []

    def look(*, until: float) -> None:
        limit = time.monotonic() + LIMIT
        while (share := shown(served)) != until:
            shares.append(share)
            assert time.monotonic() < limit, shares[-5:]

    look(until=0.1)
    for cut in (len(new) // 3, len(new) - 3):  # cut off for good, as far as the server can see
        file.write_text(new[:cut])
        time.sleep(0.6)
        shares.append(shown(served))
    file.write_text("")
    for character in new:
        with file.open("a") as writing:
            writing.write(character)
        shares.append(shown(served))
    look(until=0.05)
    assert max(shares) <= 0.1


def shown(server: Server) -> float:
    share: float = httpx.get(f"{server.url}/metrics/canary/status", timeout=LIMIT).json()["share"]
    return share
