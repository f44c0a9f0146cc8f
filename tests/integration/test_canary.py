"""The canary of a real server is switched under load: how soon each way takes effect, and what it costs (nothing)."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from support.server import Server, running

OFF = "[canary]\nstrategy = 'all'\nenabled = false\n"
ON = OFF.replace("false", "true")
CLIENTS = 3


class Turn(NamedTuple):
    started: float
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
        with httpx.Client(base_url=server.url, timeout=30) as client:
            while not over.is_set():
                started = time.monotonic()
                answer = client.post("/chat", json={"message": "hola"})
                turns.append(Turn(started, answer.status_code, answer.headers.get("x-pulpo-variant", "")))

    clients = [threading.Thread(target=chat) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield turns
    finally:
        over.set()
        for client in clients:
            client.join()


def effect(turns: list[Turn], variant: str, *, since: float) -> float:
    """Seconds after ``since`` from which on every turn that began got ``variant``, once one has for half a second."""
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        time.sleep(0.05)
        seen = [turn for turn in list(turns) if turn.started >= since]
        others = [turn.started for turn in seen if turn.variant != variant]
        last = max(others, default=since)
        if any(turn.started > last + 0.5 for turn in seen):
            return last - since
    raise AssertionError(f"not everybody got {variant!r}: {turns[-5:]}")


def post(server: Server, path: str, **body: object) -> float:
    """Change something and return when it was asked for."""
    asked = time.monotonic()
    httpx.post(f"{server.url}/metrics/canary/{path}", json=body, timeout=10).raise_for_status()
    return asked


def test_every_way_of_switching_takes_effect_in_time_and_fails_no_turn(served: Server) -> None:
    file = served.folder / "pulpo.toml"
    by_api: list[float] = []
    with load(served) as turns:
        began = time.monotonic()
        file.write_text(ON)
        by_file = effect(turns, "canary", since=began)
        for number in range(5):
            variant = ("stable", "canary")[number % 2]
            by_api.append(effect(turns, variant, since=post(served, "config", enabled=variant == "canary")))
        post(served, "config", enabled=True)
        by_kill = effect(turns, "stable", since=post(served, "kill"))
    print(f"\n{len(turns)} turns: file {by_file:.3f} s, API {sorted(by_api)} s, kill {by_kill:.3f} s")
    assert {turn.status for turn in turns} == {200}
    assert by_file <= 2
    assert statistics.median(by_api) <= 0.25
    assert by_kill <= 1


def test_a_file_written_byte_by_byte_or_cut_off_never_widens_the_share(served: Server) -> None:
    """The old file says 10 %, the new one 5 % of others; parsed as if whole, its beginnings would say 100 %."""
    file = served.folder / "pulpo.toml"
    old = '[canary]\nenabled = true\npercentage = 0.1\nstrategy = "percentage"\nseed = "a"\n'
    new = '[canary]\nstrategy = "percentage"\nenabled = true\nseed = "b"\npercentage = 0.05\n'
    httpx.post(f"{served.url}/metrics/canary/config", json={"enabled": False}).raise_for_status()
    file.write_text(old)
    shares: list[float] = []

    def look(*, until: float) -> None:
        limit = time.monotonic() + 10
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
    share: float = httpx.get(f"{server.url}/metrics/canary/status").json()["share"]
    return share
