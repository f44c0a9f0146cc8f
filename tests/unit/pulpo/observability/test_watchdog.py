"""Who blocks the event loop is named while it still does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pulpo.contracts.events import Event, LoopBlocked
from pulpo.observability import watchdog as module_of_watchdog
from pulpo.observability.watchdog import Watchdog, culprit, plugins_by_module
from support.waiting import LIMIT, eventually

BLOCKING = """
import time

def block(seconds):
    time.sleep(seconds)

def through(library, seconds):
    library(seconds)

async def tool(seconds):
    block(seconds)
"""


def module(name: str) -> Any:
    """A plugin's module, as if it were installed."""
    made = ModuleType(name)
    exec(compile(BLOCKING, f"{name}.py", "exec"), vars(made))  # noqa: S102
    return made


slow: Any = module("slow_plugin.tools")


class Told:
    """What was told, and in which thread."""

    def __init__(self) -> None:
        self.events: list[tuple[LoopBlocked, str]] = []

    def __call__(self, event: Event) -> None:
        assert isinstance(event, LoopBlocked)
        self.events.append((event, threading.current_thread().name))

    def block(self, times: int) -> None:
        """Block whoever calls until something was told so many times; nothing else ends it in time."""
        limit = time.monotonic() + LIMIT
        while len(self.events) < times and time.monotonic() < limit:
            time.sleep(0.01)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def watchdog(told: Told) -> Watchdog:
    return Watchdog({"slow": "slow_plugin.plugin", "other": "other_plugin"}, emit=told)


async def test_a_tool_that_blocks_is_named_while_it_blocks(watchdog: Watchdog, told: Told) -> None:
    with watchdog.watching():
        await asyncio.sleep(0.06)
        slow.through(told.block, 1)  # which ends because somebody was named
        ((event, thread),) = told.events
        assert (event.plugin, thread) == ("slow", "pulpo-watchdog")
        assert event.where.startswith("slow_plugin.tools.py:")
        assert watchdog.blamed["slow"].times == 1


class Looks:
    """The watching thread's waits, in a time of their own, which is over after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self.now = 0.0
        self._end = seconds

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return self.now > self._end


@pytest.mark.parametrize(("seconds", "named"), [(0.2, 0), (0.5, 1), (60.0, 1)])
def test_who_blocks_is_named_within_half_a_second_and_once(
    watchdog: Watchdog, told: Told, monkeypatch: pytest.MonkeyPatch, seconds: float, named: int
) -> None:
    """By the clock of the looks: how long a busy machine withholds a processor is nobody's promise."""
    looks, blocking, over = Looks(seconds), threading.Event(), threading.Event()

    def block(_seconds: float) -> None:
        blocking.set()
        over.wait(LIMIT)

    blocked = threading.Thread(target=slow.through, args=(block, seconds))
    blocked.start()
    blocking.wait(LIMIT)
    monkeypatch.setattr(module_of_watchdog, "time", SimpleNamespace(monotonic=lambda: looks.now))
    assert blocked.ident is not None
    watchdog._watch(blocked.ident, looks)  # type: ignore[arg-type]
    over.set()
    blocked.join()
    assert [event.plugin for event, _ in told.events] == ["slow"] * named


async def test_it_is_named_again_the_next_time(watchdog: Watchdog, told: Told) -> None:
    with watchdog.watching():
        for times in (1, 2):
            slow.through(told.block, times)
            await eventually(lambda: not watchdog._told)  # it looks from another thread, and tells nobody
    assert [event.plugin for event, _ in told.events] == ["slow", "slow"]
    assert watchdog.blamed["slow"].times == 2


async def test_a_plugin_is_blamed_for_the_library_it_calls(watchdog: Watchdog, told: Told) -> None:
    with watchdog.watching():
        slow.through(told.block, 1)
    assert told.events[0][0].plugin == "slow"


@pytest.mark.parametrize("do", [lambda: asyncio.sleep(0.6), lambda: asyncio.to_thread(slow.block, 0.6)])
async def test_who_awaits_or_uses_a_thread_is_not_named(watchdog: Watchdog, told: Told, do: Callable[[], Any]) -> None:
    with watchdog.watching():
        await do()
    assert told.events == []


async def test_what_is_nobodys_plugin_is_not_named(watchdog: Watchdog, told: Told) -> None:
    with watchdog.watching():
        time.sleep(0.5)  # noqa: ASYNC251 - blocking is the point
    assert told.events == []


async def test_the_thread_ends_with_its_block(watchdog: Watchdog) -> None:
    with watchdog.watching():
        (watching,) = (thread for thread in threading.enumerate() if thread.name == "pulpo-watchdog")
    watching.join(LIMIT)
    assert not watching.is_alive()


def test_modules_belong_to_the_plugin_with_the_longest_name() -> None:
    plugins = plugins_by_module({"a": "acme.plugins.a", "b": "acme.plugins.b", "solo": "solo.plugin", "x": "pulpo.x"})
    assert plugins == {
        "acme.plugins.a": "a",
        "acme.plugins.b": "b",
        "solo.plugin": "solo",
        "solo": "solo",
        "pulpo.x": "x",
    }
    assert culprit(None, plugins) == ("", "")
