"""The plugin's hooks: its settings, the businesses as workspaces, tools, routes and tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

import pulpo
from pulpo_booking.agenda_routes import agenda_routes
from pulpo_booking.business_routes import business_routes
from pulpo_booking.configuration import followed, warm
from pulpo_booking.desk import Desk
from pulpo_booking.feed_routes import feed_routes
from pulpo_booking.files import load_businesses
from pulpo_booking.routes import booking_routes
from pulpo_booking.tools import booking_tools

if TYPE_CHECKING:
    import click


class BookingSettings(BaseModel):
    """``[plugins.pulpo_booking]``: ``businesses`` are .json or .toml files, or names of shipped samples."""

    model_config = ConfigDict(extra="forbid")

    businesses: tuple[str, ...] = Field(default=("demo",), min_length=1)

    @cached_property
    def desk(self) -> Desk:
        """The businesses, read once; raises `BusinessFileError` naming file, key and what is allowed."""
        return Desk(load_businesses(self.businesses))


@pulpo.hookimpl
def pulpo_settings() -> type[BaseModel]:
    return BookingSettings


@pulpo.hookimpl
def pulpo_migrations() -> Path:
    return Path(__file__).parent / "migrations"


@pulpo.hookimpl
def pulpo_register_workspaces(settings: BookingSettings) -> Iterable[pulpo.Workspace]:
    return [business.as_workspace() for business in settings.desk.businesses.values()]


@pulpo.hookimpl
def pulpo_register_tools(settings: BookingSettings) -> Sequence[pulpo.Tool]:
    return booking_tools(settings.desk)


@pulpo.hookimpl
def pulpo_register_routes(settings: BookingSettings) -> Iterable[pulpo.Route]:
    desk = settings.desk
    return [*booking_routes(desk), *agenda_routes(desk), *business_routes(desk), *feed_routes(desk)]


@pulpo.hookimpl
def pulpo_lifespan(runtime: pulpo.Runtime, settings: BookingSettings) -> AbstractAsyncContextManager[None]:
    return _held_open(settings.desk, runtime)


@pulpo.hookimpl
def pulpo_register_commands(settings: BookingSettings) -> Sequence[pulpo.Command]:
    return [pulpo.Command(name="booking", summary="Look after the business and its agenda.", load=_booking_command)]


@pulpo.hookimpl
def pulpo_register_console_sections(settings: BookingSettings) -> Sequence[pulpo.ConsoleSection]:
    title = {"es": "Agenda", "en": "Agenda"}
    folder = Path(__file__).parent / "console"
    return [pulpo.ConsoleSection(id="agenda", title=title, files=folder, module="agenda.js", style="agenda.css")]


def _booking_command() -> click.Command:
    # Imported here: the server has no use for the commands.
    from pulpo_booking.cli import booking

    return booking


@asynccontextmanager
async def _held_open(desk: Desk, runtime: pulpo.Runtime) -> AsyncIterator[None]:
    """Load what is slow before the server says that it is ready, so that no customer waits for it."""
    await asyncio.to_thread(_warm, desk, runtime.clock().date())
    async with followed(desk, runtime):
        yield


def _warm(desk: Desk, today: date) -> None:
    for business in desk.configured.values():
        warm(business, today)
    import_module("pulpo_booking.appointments")
