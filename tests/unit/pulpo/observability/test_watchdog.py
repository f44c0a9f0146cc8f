"""Who blocks the event loop is named while it still does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from pulpo.contracts.events import Event, LoopBlocked
from pulpo.observability.watchdog import Watchdog, culprit, plugins_by_module
from support.withheld import withheld

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
    """What was told, when (a processor that was withheld from the teller is not counted), and in which thread."""

    def __init__(self) -> None:
        self.events: list[tuple[LoopBlocked, float, str]] = []

    def __call__(self, event: Event) -> None:
        assert isinstance(event, LoopBlocked)
        self.events.append((event, time.monotonic() - withheld(), threading.current_thread().name))

    def block(self, times: int) -> None:
        """Block whoever calls until something was told so many times."""
        limit = time.monotonic() + 20
        while len(self.events) < times and time.monotonic() < limit:
            time.sleep(0.01)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def watchdog(told: Told) -> Watchdog:
    return Watchdog({"slow": "slow_plugin.plugin", "other": "other_plugin"}, emit=told)


async def test_a_tool_that_blocks_is_named_within_half_a_second_while_it_blocks(watchdog: Watchdog, told: Told) -> None:
    with watchdog.watching():
        await asyncio.sleep(0.06)
        began = time.monotonic()
        await slow.tool(1.0)
        ended = time.monotonic()
        ((event, at, thread),) = told.events
        assert (event.plugin, thread) == ("slow", "pulpo-watchdog")
        assert event.where.startswith("slow_plugin.tools.py:")
        assert at < ended, "told while it still blocked"
        assert at - began < 0.5
        assert watchdog.blamed["slow"].times == 1


async def test_it_is_named_again_the_next_time(watchdog: Watchdog, told: Told) -> None:
    with watchdog.watching():
        for times in (1, 2):
            slow.through(told.block, times)
            while watchdog._told:  # noqa: ASYNC110 - it looks from another thread, and tells nobody
                await asyncio.sleep(0.01)
    assert [event.plugin for event, *_ in told.events] == ["slow", "slow"]
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
        assert "pulpo-watchdog" in {thread.name for thread in threading.enumerate()}
    assert "pulpo-watchdog" not in {thread.name for thread in threading.enumerate()}


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
