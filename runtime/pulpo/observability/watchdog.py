"""Names the plugin that blocks the event loop, while it still does.

The loop leaves a mark every few hundredths of a second; a thread looks whether it does. When it does not, the thread
reads the stack of the loop's thread and blames the innermost plugin in it (a library that blocks was called by
somebody). It blames a plugin that it meets in two looks in a row, so a busy machine alone accuses nobody.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from pulpo.contracts.events import Event, LoopBlocked

EVERY: Final = 0.05
"""Seconds between two marks, and between two looks."""

AFTER: Final = 0.2
"""Seconds without a mark after which the loop counts as blocked."""


class Blame(Struct, frozen=True):
    """A plugin that has blocked the loop: how often, where last, and when (monotonic seconds)."""

    times: int
    where: str
    at: float


class Watchdog:
    """Watches one event loop. ``modules`` map plugins to the modules they were loaded from.

    ``emit`` is called in the watching thread, for the loop cannot do it then.
    """

    def __init__(
        self, modules: Mapping[str, str], *, emit: Callable[[Event], None], every: float = EVERY, after: float = AFTER
    ) -> None:
        self.blamed: dict[str, Blame] = {}
        self._plugins = plugins_by_module(modules)
        self._emit = emit
        self._every = every
        self._after = after
        self._mark = 0.0
        self._suspect = ""
        self._told = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the loop that runs now, from a thread of its own, until the block ends."""
        loop, over = asyncio.get_running_loop(), threading.Event()

        async def mark() -> None:
            while True:
                self._mark = time.monotonic()
                await asyncio.sleep(self._every)

        self._mark = time.monotonic()
        marking = loop.create_task(mark())
        thread = threading.Thread(
            target=self._watch, args=(threading.get_ident(), over), name="pulpo-watchdog", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            over.set()
            marking.cancel()
            thread.join(1.0)

    def _watch(self, loop_thread: int, over: threading.Event) -> None:
        while not over.wait(self._every):
            late = time.monotonic() - self._mark
            if late < self._after:
                self._suspect, self._told = "", False
            elif not self._told:
                self._look(sys._current_frames().get(loop_thread), late)

    def _look(self, frame: FrameType | None, late: float) -> None:
        plugin, where = culprit(frame, self._plugins)
        if plugin and plugin == self._suspect:
            known = self.blamed.get(plugin, Blame(0, "", 0.0))
            self.blamed[plugin] = replace(known, times=known.times + 1, where=where, at=time.monotonic())
            self._told = True
            self._emit(LoopBlocked(plugin, where, late))
        self._suspect = plugin


def plugins_by_module(modules: Mapping[str, str]) -> dict[str, str]:
    """Return plugins by the modules that are theirs: the one they were loaded from, and its top-level package when no
    other plugin comes from there."""
    tops = Counter(module.partition(".")[0] for module in modules.values())
    found = {module: plugin for plugin, module in modules.items()}
    for plugin, module in modules.items():
        top = module.partition(".")[0]
        if tops[top] == 1 and top != "pulpo":
            found.setdefault(top, plugin)
    return found


def culprit(frame: FrameType | None, plugins: Mapping[str, str]) -> tuple[str, str]:
    """Return the plugin of the innermost frame that belongs to one, and where it is (file and line); or two ""."""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        while name:
            if name in plugins:
                return plugins[name], f"{frame.f_code.co_filename}:{frame.f_lineno}"
            name = name.rpartition(".")[0]
        frame = frame.f_back
    return "", ""
