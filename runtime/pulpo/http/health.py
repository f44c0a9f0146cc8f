"""Is it alive, may it have traffic, and how does it do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

import sqlalchemy as sa
from msgspec import Struct

import pulpo
from pulpo.errors import StoreUnavailableError
from pulpo.http.auth import PUBLIC
from pulpo.http.operations import Call, Door, Operation
from pulpo.http.problems import ProblemError
from pulpo.observability.health import DatabaseHealth, Health, WorkspaceName, assess, observed
from pulpo.plugins import PluginRecord

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pulpo.system import System

DATABASE_SECONDS: Final = 1.0
"""After which a database that does not answer counts as away."""


AWAY: Final = "The database cannot be reached."
RETRY: Final = ((b"retry-after", b"1"),)


class Alive(Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Plugins(Struct, frozen=True):
    """Every plugin found, also those that are not active."""

    plugins: tuple[PluginRecord, ...]


async def live(_call: Call) -> Alive:
    """Say that the event loop turns; nothing else is looked at, for a restart would not mend it."""
    return Alive()


async def ready(call: Call) -> Alive:
    """Say whether new turns may be sent here: not while it drains, nor while the database is away."""
    if call.door.system.draining:
        raise ProblemError(503, "The server is stopping; send requests elsewhere.", headers=RETRY)
    database = await _database(call.door)
    if not database.reachable:
        raise ProblemError(503, AWAY, headers=RETRY)
    return Alive()


def records_now(records: tuple[PluginRecord, ...], system: System) -> tuple[PluginRecord, ...]:
    """Return the records as the routes left them, with those on top that went out when the server started, or since."""
    out = {record.name: record for record in system.catalogue.records if record.state != "active"}
    known = (out.get(record.name, record) for record in records)
    return observed(known, hung=system.guards.threads.stuck, blamed=system.watchdog.blamed)


def health_operations(
    records: tuple[PluginRecord, ...], *, monotonic: Callable[[], float] = time.monotonic
) -> tuple[Operation, ...]:
    """Return the operations about the server itself. ``records`` are the plugins, with what the HTTP door made of
    their routes."""
    started = monotonic()

    async def health(call: Call) -> Health:
        system, workspace = call.door.system, call.caller.workspace
        found = assess(
            version=pulpo.__version__,
            uptime=monotonic() - started,
            workspace=WorkspaceName(workspace.id, workspace.name, workspace.languages),
            turns_in_flight=system.in_flight,
            draining=system.draining,
            database=await _database(call.door),
            plugins=records_now(records, system),
            limits=system.limits.trouble,
        )
        if found.status == "unavailable":
            raise ProblemError(503, AWAY, headers=RETRY, troubles=found.troubles)
        return found

    async def plugins(call: Call) -> Plugins:
        return Plugins(records_now(records, call.door.system))

    return (
        Operation(
            method="GET",
            path="/health/live",
            scope=PUBLIC,
            handler=live,
            id="isAlive",
            tag="health",
            summary="Is the process alive?",
            response=Alive,
        ),
        Operation(
            method="GET",
            path="/health/ready",
            scope=PUBLIC,
            handler=ready,
            id="isReady",
            tag="health",
            summary="May it be sent requests?",
            response=Alive,
            errors=(503,),
        ),
        Operation(
            method="GET",
            path="/metrics/health",
            scope="metrics",
            handler=health,
            id="getHealth",
            tag="health",
            summary="How does it do?",
            description="While the database is away the answer is a problem whose `troubles` name every part that is"
            " down; whose key cannot be checked hears of the database alone.",
            response=Health,
            errors=(503,),
        ),
        Operation(
            method="GET",
            path="/plugins",
            scope="metrics",
            handler=plugins,
            id="listPlugins",
            tag="plugins",
            summary="List the plugins, and why one is not active",
            response=Plugins,
        ),
    )


async def _database(door: Door) -> DatabaseHealth:
    began = time.monotonic()
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            await door.system.database.read(_ping)
    except TimeoutError:
        return DatabaseHealth(False, DATABASE_SECONDS * 1000, "it did not answer in time")
    except StoreUnavailableError as error:
        return DatabaseHealth(False, _milliseconds(began), str(error))
    return DatabaseHealth(True, _milliseconds(began))


def _ping(connection: Connection) -> None:
    connection.execute(sa.text("SELECT 1"))


def _milliseconds(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 3)
