"""Hears what other replicas notify, on a connection of its own. Only a wake-up: what is true stands in the tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from pulpo.errors import StoreUnavailableError
from pulpo.store.postgres.link import connect

AGAIN: Final = 1.0
"""Seconds until a lost connection is made anew."""


@asynccontextmanager
async def hearing(address: str, channel: str, heard: Callable[[], None]) -> AsyncIterator[None]:
    """Call ``heard`` on the event loop for every notification of ``channel``, and when some may have been missed."""
    task = asyncio.get_running_loop().create_task(_hear(address, channel, heard), name="pulpo-hearing")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _hear(address: str, channel: str, heard: Callable[[], None]) -> None:
    while True:
        with suppress(StoreUnavailableError):
            await _listen(address, channel, heard)
        await asyncio.sleep(AGAIN)


async def _listen(address: str, channel: str, heard: Callable[[], None]) -> None:
    """Listen until the connection is lost."""
    connection = await connect(address)
    lost = asyncio.Event()
    try:
        connection.add_termination_listener(lambda _connection: lost.set())
        await connection.add_listener(channel, lambda *_: heard())
        heard()
        await lost.wait()
    except (OSError, TimeoutError) as error:
        raise StoreUnavailableError(str(error)) from error
    finally:
        connection.terminate()
