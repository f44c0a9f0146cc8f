"""The business in force: as its file says, until somebody changes it over the API; then as the database says.

A row has a version. Whoever changes a business adopts it at once; the other replicas look at the versions every
second, and load what is new. What tools see is a snapshot that is swapped whole between two calls.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import pulpo
from pulpo_booking.business import Business
from pulpo_booking.opening import hours_on

if TYPE_CHECKING:
    from pulpo_booking.desk import Desk

_log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
"""How often a replica asks whether another one has changed a business."""


def warm(business: Business, today: date) -> None:
    """Load what the first question about a business would wait for: half a second for its holidays."""
    for ahead in (0, business.maximum_advance_days):
        hours_on(business, today + timedelta(days=ahead))


@asynccontextmanager
async def followed(desk: Desk, runtime: pulpo.Runtime) -> AsyncIterator[None]:
    """Keep the desk at what the database says while the block lasts."""
    desk.announce = runtime.update_workspace
    await _look(desk, runtime)
    follow = partial(_follow, desk, runtime)
    async with pulpo.background_task(follow, name="booking-businesses", again=LOOK_SECONDS):
        yield


async def _follow(desk: Desk, runtime: pulpo.Runtime) -> None:
    reachable = True
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await _look(desk, runtime)
            reachable = True
        except Exception as error:  # the database may be away: what is known goes on to be in force
            if reachable:
                _log.warning("cannot ask for changed businesses: %s", error)
            reachable = False


async def _look(desk: Desk, runtime: pulpo.Runtime) -> None:
    """Load the businesses whose version is not the known one."""
    from pulpo_booking.stored import load, versions

    found: Mapping[str, int] = await runtime.database.read(versions)
    changed = [workspace for workspace, version in found.items() if desk.seen.get(workspace) != version]
    if not changed:
        return
    loaded = await runtime.database.read(lambda connection: load(connection, changed))
    for stored in loaded.values():
        await asyncio.to_thread(warm, stored.business, runtime.clock().date())
    desk.adopt(loaded, seen={**desk.seen, **found})
