"""The plugin's hooks: its settings, the businesses as workspaces, tools, routes and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

import pulpo
from pulpo_booking.desk import Desk
from pulpo_booking.files import load_businesses
from pulpo_booking.routes import booking_routes
from pulpo_booking.tools import booking_tools


class BookingSettings(BaseModel):
    """``[plugins.pulpo_booking]``: ``businesses`` are .json or .toml files, or names of shipped samples."""

    model_config = ConfigDict(extra="forbid")

    businesses: tuple[str, ...] = Field(default=("demo",), min_length=1)

    @cached_property
    def desk(self) -> Desk:
        """The businesses, read once; raises `SettingsError` naming file, key and what is allowed."""
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
    return booking_routes(settings.desk)
