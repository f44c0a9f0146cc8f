"""One running turn per conversation in this process, the others in order. (Across processes the lease decides.)"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from pulpo.errors import ConversationBusyError


class Turnstile:
    """Lets one turn of a conversation through at a time, first come first served."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], deque[anyio.Event]] = {}

    @asynccontextmanager
    async def through(self, conversation_id: str, *, workspace_id: str, wait: float) -> AsyncIterator[None]:
        """Hold the conversation; raises `ConversationBusyError` after ``wait`` seconds in the queue.

        The workspace is part of what is held: nobody can stand in the way of another tenant by naming its ids.
        """
        held = (workspace_id, conversation_id)
        queue = self._waiting.get(held)
        if queue is None:
            self._waiting[held] = deque()
        else:
            await self._queue(queue, held, wait)
        try:
            yield
        finally:
            self._pass_on(held)

    async def _queue(self, queue: deque[anyio.Event], held: tuple[str, str], wait: float) -> None:
        mine = anyio.Event()
        queue.append(mine)
        try:
            with anyio.move_on_after(wait):
                await mine.wait()
        except BaseException:
            self._leave(queue, mine, held)
            raise
        if not mine.is_set():
            queue.remove(mine)
            raise ConversationBusyError(held[1], retry_after=1)

    def _leave(self, queue: deque[anyio.Event], mine: anyio.Event, held: tuple[str, str]) -> None:
        """Somebody gave up while waiting: step out of the queue, or pass on what was just handed over."""
        if mine.is_set():
            self._pass_on(held)
        else:
            queue.remove(mine)

    def _pass_on(self, held: tuple[str, str]) -> None:
        queue = self._waiting[held]
        if queue:
            queue.popleft().set()
        else:
            del self._waiting[held]
