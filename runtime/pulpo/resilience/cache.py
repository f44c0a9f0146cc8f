"""Remembers what read-only tools found, for the seconds they declare: bounded, and one question asked once.

An entry is bytes, so its size is known and whoever gets it cannot change it for the next one. What a plugin changes
in a workspace makes all its entries of that workspace worthless, also those on their way: each carries the number
of changes made before its question was asked.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeAlias

import anyio
from msgspec import Struct

Scope: TypeAlias = tuple[str, str]
"""A plugin and a workspace."""


class _Entry(Struct, frozen=True):
    value: bytes
    until: float
    scope: Scope
    changes: int


class Cache:
    """The least recently used entries go first once there are more than ``most``, or more bytes than ``most_bytes``.

    ``clock`` gives monotonic seconds.
    """

    def __init__(self, *, clock: Callable[[], float], most: int = 4096, most_bytes: int = 16 * 2**20) -> None:
        self._clock = clock
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._asking: dict[Hashable, anyio.Event] = {}
        self._changes: dict[Scope, int] = {}
        self.asked: Counter[str] = Counter()
        """Questions since the start, by ``of``."""
        self.missed: Counter[str] = Counter()
        """Those that somebody had to find out."""

    async def get(
        self, key: Hashable, scope: Scope, seconds: float, find: Callable[[], Awaitable[bytes]], *, of: str = ""
    ) -> bytes:
        """Return what is known under ``key``, or ``find`` it out and keep it for ``seconds``; count it under ``of``.

        Whoever asks meanwhile waits for the same finding; when that fails, one of them tries next.
        """
        self.asked[of] += 1
        while True:
            entry = self._entries.get(key)
            if entry is not None and self._holds(entry):
                self._entries.move_to_end(key)
                return entry.value
            asking = self._asking.get(key)
            if asking is None:
                self.missed[of] += 1
                return await self._find(key, scope, seconds, find)
            await asking.wait()

    def finding(self, key: Hashable) -> bool:
        """Whether somebody is finding out what is under ``key``, so that whoever asks for it now has to wait."""
        return key in self._asking

    @property
    def size(self) -> int:
        """How many entries there are, also those whose time is over and that nobody has asked for since."""
        return len(self._entries)

    def changed(self, scope: Scope) -> None:
        """Something was changed: nothing found before holds any more."""
        self._changes[scope] = self._changes.get(scope, 0) + 1

    def _holds(self, entry: _Entry) -> bool:
        return self._clock() < entry.until and entry.changes == self._changes.get(entry.scope, 0)

    async def _find(self, key: Hashable, scope: Scope, seconds: float, find: Callable[[], Awaitable[bytes]]) -> bytes:
        asking = self._asking[key] = anyio.Event()
        changes = self._changes.get(scope, 0)
        try:
            value = await find()
            self._keep(key, _Entry(value, self._clock() + seconds, scope, changes))
        finally:
            del self._asking[key]
            asking.set()
        return value

    def _keep(self, key: Hashable, entry: _Entry) -> None:
        self._drop(key)
        self._entries[key] = entry
        self._bytes += len(entry.value)
        while self._entries and (len(self._entries) > self._most or self._bytes > self._most_bytes):
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> None:
        dropped = self._entries.pop(key, None)
        if dropped is not None:
            self._bytes -= len(dropped.value)
