"""Who waits for a connection: first come, first served, and nobody waits for a queue that stands still."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType

from pulpo.errors import StoreUnavailableError
from pulpo.store.postgres.link import PATIENCE


class Slots:
    """``size`` places; who waits for one gives up when nobody came out for ``patience`` seconds.

    A crowd that is being served may take longer than that and is no reason to refuse anyone; connections that do
    not come back are.
    """

    def __init__(self, size: int, *, patience: float = PATIENCE) -> None:
        self._size = size
        self._patience = patience
        self._free = size
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._moved = 0.0

    def refuse(self, reason: str, *, since: float) -> None:
        """Tell all who wait that it is in vain: otherwise each would find out for itself, one patience later.

        Nobody is told when somebody came out after ``since`` (the loop's time): then only one place was stuck.
        """
        while self._waiting and self._moved <= since:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(StoreUnavailableError(reason))

    async def __aenter__(self) -> None:
        if self._free and not self._waiting:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await self._called(turn)
        except BaseException:
            if turn.done() and turn.exception() is None:
                self._hand_on()  # it was called and left at the same moment
            turn.cancel()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._moved = asyncio.get_running_loop().time()
        self._hand_on()

    async def _called(self, turn: asyncio.Future[None]) -> None:
        """Wait to be called; raises `StoreUnavailableError` when nobody is any more."""
        loop = asyncio.get_running_loop()
        entered = loop.time()
        while not turn.done():
            left = max(entered, self._moved) + self._patience - loop.time()
            if left <= 0:
                raise StoreUnavailableError(
                    f"all {self._size} database connections have been busy for {self._patience:g} s"
                )
            await asyncio.wait([turn], timeout=left)
        turn.result()

    def _hand_on(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
