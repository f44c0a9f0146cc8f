"""Hears what other replicas notify, on a connection of its own. Only a wake-up: what is true stands in the tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

import asyncpg

from pulpo.background import background_task
from pulpo.errors import StoreUnavailableError
from pulpo.store.postgres.link import connect, unavailable

AGAIN: Final = 1.0
"""Seconds until a lost connection is made anew."""


@asynccontextmanager
async def hearing(address: str, channel: str, heard: Callable[[], None]) -> AsyncIterator[None]:
    """Call ``heard`` on the event loop for every notification of ``channel``, and when some may have been missed."""
    async with background_task(partial(_hear, address, channel, heard), name="hearing"):
        yield


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
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise unavailable(error) from error
    finally:
        connection.terminate()
