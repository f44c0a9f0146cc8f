"""Rate limits that replicas count together in a real Valkey: shared, frozen, killed and back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulpo.contracts.rates import Ask, Use
from pulpo.resilience.windows import Windows
from pulpo.settings.rates import Rate
from pulpo.store import valkey as client
from pulpo.store.valkey import ValkeyCounters, open_counters
from support.distributions import install
from support.server import Server, running
from support.valkey import Valkey, running_valkey

ASK = Ask("user:demo:ana", Rate(5, 30 * 86_400))
"""Windows begin at multiples of their length: none of these does while a test runs."""

FOR_EVER = 60.0
"""Seconds that nothing here takes, however busy the machine is."""
BRIEF = 5.0
"""Seconds in which somebody is answered whose patience is 3 ms and not `FOR_EVER`."""

PATIENT = """
    from pathlib import Path
    from pulpo.store import valkey

    def patient(ask):
        async def asked(self, *what):
            valkey.PATIENCE = valkey.LATE = 0.2 if Path("hurry").exists() else 60.0
            return await ask(self, *what)
        return asked

    valkey.ValkeyCounters.take = patient(valkey.ValkeyCounters.take)
    valkey.ValkeyCounters._send = patient(valkey.ValkeyCounters._send)
"""
"""A plugin for servers that count exactly until they are told to hurry: a late answer lets a message through."""


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    with running_valkey(tmp_path) as server:
        yield server


@pytest.fixture
async def counters(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ValkeyCounters]:
    # What is counted is tested here, not how soon: a busy machine is late for reasons of its own.
    monkeypatch.setattr(client, "PATIENCE", FOR_EVER)
    monkeypatch.setattr(client, "LATE", FOR_EVER)
    async with open_counters(valkey.url, changed=lambda _away, _reason: None) as opened:
        await reached(opened)
        yield opened


async def reached(counters: ValkeyCounters, *, away: bool = False) -> None:
    async with asyncio.timeout(FOR_EVER):
        while counters.away is not away:  # noqa: ASYNC110 - who uses them is not told
            await asyncio.sleep(0.01)


async def test_it_counts_as_a_process_does(counters: ValkeyCounters) -> None:
    uses = [await counters.take([ASK]) for _ in range(7)]
    expected = [Windows().take([ASK], 0.0)[0].count for _ in range(1)]
    assert [use[0].count for use in uses if use] == [*expected, 1, 2, 3, 4, 5, 5]


async def test_of_several_limits_all_are_counted_or_none(counters: ValkeyCounters) -> None:
    other = Ask("workspace:demo:demo", Rate(100, 30 * 86_400))
    for _ in range(6):
        await counters.take([ASK, other])
    uses = await counters.take([ASK, other])
    assert uses is not None
    assert [use.count for use in uses] == [5, 5]


async def test_those_who_ask_at_once_get_each_their_own_answer(counters: ValkeyCounters) -> None:
    found = await asyncio.gather(*(counters.take([ASK]) for _ in range(20)))
    assert sorted(use[0].count for use in found if use) == [0, 1, 2, 3, 4, *[5] * 15]


async def test_a_window_leaves_its_count_to_the_next_and_the_row_lapses(counters: ValkeyCounters) -> None:
    async with asyncio.timeout(FOR_EVER):
        while (use := await after_a_full_window(counters)) is None:
            pass  # a busy machine was late for the one window or the other
    assert (use.before, use.count) == (4, 0)
    async with asyncio.timeout(FOR_EVER):
        while await counters._client.keys("*eva*"):  # noqa: ASYNC110 - a server forgets without a word
            await asyncio.sleep(0.1)


async def after_a_full_window(counters: ValkeyCounters) -> Use | None:
    """Fill a window of a second and ask in the next; None when these were not one and the next, by Valkey's clock."""
    first = await window(counters, begins=True)
    short = Ask(f"user:demo:eva {first}", Rate(4, 1))
    for _ in range(4):
        await counters.take([short])
    filled = await window(counters)
    second = await window(counters, begins=True)
    found = await counters.take([short])
    in_time = first == filled == second - 1 == await window(counters) - 1
    return found[0] if found and in_time else None


async def window(counters: ValkeyCounters, *, begins: bool = False) -> int:
    """Return the second that it is by the server's clock, which is what counts; the next one, once that ``begins``."""
    now, fraction = await counters._client.time()
    if not begins:
        return int(now)
    await asyncio.sleep(1.05 - fraction / 1e6)
    return await window(counters)


async def test_a_frozen_one_costs_milliseconds(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LATE", FOR_EVER)
    async with open_counters(valkey.url, changed=lambda _away, _reason: None) as counters:
        await reached(counters)
        valkey.freeze()
        waits = [await waited(counters.take([ASK])) for _ in range(500)]
        valkey.thaw()
        assert 1 <= sum(wait > 0 for wait in waits) <= 5, "one in a hundred; the others have their answer at once"
        assert max(waits) <= BRIEF


async def test_a_frozen_one_is_found_out(valkey: Valkey) -> None:
    told: list[bool] = []
    async with open_counters(valkey.url, changed=lambda away, _reason: told.append(away)) as counters:
        await reached(counters)
        valkey.freeze()
        await counters.take([ASK])
        await reached(counters, away=True)
        assert told[-1] is True
        valkey.thaw()
        await reached(counters)
        assert told[-1] is False


async def waited(question: Coroutine[Any, Any, object]) -> float:
    """Ask, and return for how many seconds anything was waited for before the answer: mostly for nothing."""
    began = time.monotonic()
    asked = asyncio.ensure_future(question)
    await asyncio.sleep(0)
    if asked.done():
        return 0.0
    await asked
    return max(1e-9, time.monotonic() - began)


async def test_a_killed_one_is_found_again(valkey: Valkey) -> None:
    async with open_counters(valkey.url, changed=lambda _away, _reason: None) as counters:
        await reached(counters)
        valkey.kill()
        for _ in range(100):
            await counters.take([ASK])
        await reached(counters, away=True)
        assert await counters.take([ASK]) is None
        valkey.start()
        await reached(counters)


def test_replicas_count_together_and_a_frozen_valkey_fails_no_turn(valkey: Valkey, tmp_path: Path) -> None:
    install(tmp_path / "site", "patient", {"patient": PATIENT}, entries={"patient": "patient"})
    environ = {
        "PULPO_RATE_LIMIT__URL": valkey.url,
        "PULPO_RATE_LIMIT__WORKSPACE": "6/1000 days",
        "PYTHONPATH": str(tmp_path / "site"),
    }
    with ExitStack() as stack:
        servers = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            servers.append(stack.enter_context(running(tmp_path / name, environ=environ)))
        for server in servers:
            _shared(server)
        statuses = [_chat(servers[number % 2]).status_code for number in range(10)]
        assert statuses == [200] * 6 + [429] * 4, "each alone would allow all ten"
        for server in servers:
            (server.folder / "hurry").touch()
        valkey.freeze()
        assert {_chat(servers[number % 2]).status_code for number in range(8)} <= {200, 429}
        _shared(servers[0], False)
        for server in servers:
            (server.folder / "hurry").unlink()
        valkey.thaw()
        for server in servers:
            _shared(server)
        assert "rate limits not shared" in servers[0].log_path.read_text("utf-8")


def _chat(server: Server) -> httpx.Response:
    return httpx.post(f"{server.url}/chat", json={"message": "hola"}, timeout=FOR_EVER)


def _shared(server: Server, shared: bool = True) -> None:
    """Wait until metrics and health both say that replicas count together, or that they do not."""
    limit = time.monotonic() + FOR_EVER
    gauge, status = (0.0, "ok") if shared else (1.0, "degraded")
    while (
        f"pulpo_rate_limit_degraded {gauge}" not in httpx.get(f"{server.url}/metrics", timeout=FOR_EVER).text
        or httpx.get(f"{server.url}/metrics/health", timeout=FOR_EVER).json()["status"] != status
    ):
        assert time.monotonic() < limit
        time.sleep(0.05)
