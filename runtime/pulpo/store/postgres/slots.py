"""Who waits for a connection: first come, first served, and nobody waits for a queue that stands still."""

from __future__ import annotations

import asyncio
from types import TracebackType

from pulpo.errors import StoreUnavailableError
from pulpo.store.postgres.link import PATIENCE


class Slots:
    """A semaphore whose waiters give up when nobody came out of it for ``patience`` seconds.

    A crowd that is being served may take longer than that and is no reason to refuse anyone; connections that do
    not come back are.
    """

    def __init__(self, size: int, *, patience: float = PATIENCE) -> None:
        self._size = size
        self._patience = patience
        self._free = asyncio.Semaphore(size)
        self._moved = 0.0

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        entered = loop.time()
        while True:
            deadline = max(entered, self._moved) + self._patience
            try:
                async with asyncio.timeout_at(deadline):
                    await self._free.acquire()
            except TimeoutError:
                if loop.time() >= max(entered, self._moved) + self._patience:
                    raise StoreUnavailableError(
                        f"all {self._size} database connections have been busy for {self._patience:g} s"
                    ) from None
            else:
                return

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._moved = asyncio.get_running_loop().time()
        self._free.release()
