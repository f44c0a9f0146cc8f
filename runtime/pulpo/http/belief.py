"""What the database said a moment ago, believed for a while, so that requests need not ask it each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from typing import Generic, TypeVar, cast

T = TypeVar("T")


class Belief(Generic[T]):
    """The answer of ``ask``, believed for ``seconds`` from when it was asked for.

    From half of that on it is asked for again, once at a time and beside the requests, which go on with what is known:
    a look in the database takes as long as several turns, and all of a busy second would wait for it. Only who comes
    when there is nothing to believe waits, and gets what ``ask`` raises. ``clock`` is monotonic, in seconds.
    """

    __slots__ = ("_ask", "_asked_at", "_asking", "_clock", "_seconds", "_value")

    def __init__(self, ask: Callable[[], Awaitable[T]], *, seconds: float, clock: Callable[[], float]) -> None:
        self._ask = ask
        self._seconds = seconds
        self._clock = clock
        self._asked_at = -inf
        self._asking: asyncio.Task[None] | None = None
        self._value: T | None = None

    async def get(self) -> T:
        """Return the answer."""
        age = self._clock() - self._asked_at
        if 2 * age >= self._seconds:
            asking = self._asking or self._begin_to_ask()
            if age >= self._seconds:
                await asyncio.shield(asking)  # that one of those who wait goes away does not end it
        return cast("T", self._value)

    def _begin_to_ask(self) -> asyncio.Task[None]:
        self._asking = asyncio.create_task(self._renew())
        self._asking.add_done_callback(_heard)
        return self._asking

    async def _renew(self) -> None:
        now = self._clock()
        try:
            self._value = await self._ask()
            self._asked_at = now
        finally:
            self._asking = None


def _heard(asking: asyncio.Task[None]) -> None:
    """Take the error of a look that nobody waited for: who comes when the belief is over asks again, and waits."""
    with suppress(asyncio.CancelledError):
        asking.exception()
