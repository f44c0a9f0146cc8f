"""Somebody at the desk: calls the booking tools with JSON arguments, over real SQLite tables."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

import pulpo
import pulpo_booking
from pulpo_booking.desk import Desk
from pulpo_booking.tools import booking_tools

T = TypeVar("T")

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""2026-11-24 10:00 in Madrid, a Tuesday: the clock of the design's edge cases."""


REVISIONS = ("pulpo_booking_0001", "pulpo_booking_0002")


def migration(name: str = "pulpo_booking_0001") -> ModuleType:
    """Import a revision file the way alembic does, by its path."""
    file = Path(pulpo_booking.__file__).parent / "migrations" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def create_tables(engine: sa.Engine) -> None:
    """Run the plugin's migrations."""
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        for name in REVISIONS:
            migration(name).upgrade()


@dataclass(frozen=True, slots=True)
class EngineDatabase:
    """`pulpo.Database` on an engine, with the ledger's promise for the same idempotency key."""

    engine: sa.Engine
    ledger: dict[str, pulpo.Result] = field(default_factory=dict)

    async def read(self, closure: Callable[[sa.Connection], T]) -> T:
        with self.engine.connect() as connection:
            return closure(connection)

    async def write(self, closure: Callable[[sa.Connection], T]) -> T:
        with self.engine.begin() as connection:
            return closure(connection)

    async def commit(self, key: str, closure: Callable[[sa.Connection], pulpo.Result]) -> pulpo.Result:
        if key in self.ledger:
            return self.ledger[key]
        result = await self.write(closure)
        if result.done and key:
            self.ledger[key] = result
        return result


@dataclass(frozen=True, slots=True)
class Counter:
    """Somebody at the desk: calls tools with JSON arguments, as the runtime does."""

    desk: Desk
    database: EngineDatabase
    workspace: str = "demo"
    user: str | None = "u1"
    conversation: str = "c1"
    locale: str = "es"
    timezone: str | None = None
    now: datetime = NOW

    def at(self, **changes: Any) -> Counter:
        """Return the same desk for another user, time, locale or workspace."""
        return replace(self, **changes)

    def context(self, key: str = "") -> pulpo.ToolContext:
        async def commit(closure: Callable[[sa.Connection], pulpo.Result], /) -> pulpo.Result:
            return await self.database.commit(key, closure)

        return pulpo.ToolContext(
            workspace=self.desk.businesses[self.workspace].as_workspace(),
            locale=self.locale,
            now=self.now,
            user_id=self.user,
            timezone=self.timezone,
            conversation_id=self.conversation,
            idempotency_key=key,
            database=self.database,
            commit=commit,
        )

    def tool(self, name: str) -> pulpo.Tool:
        return next(tool for tool in booking_tools(self.desk) if tool.name == name)

    async def call(self, tool_name: str, /, *, key: str = "", **arguments: Any) -> pulpo.Result:
        """Validate the arguments and run a tool."""
        tool = self.tool(tool_name)
        result = await tool.function(**tool.bind(arguments), context=self.context(key))
        assert isinstance(result, pulpo.Result)
        return result

    async def preview(self, tool_name: str, /, **arguments: Any) -> pulpo.Summary | pulpo.Result:
        """Validate the arguments and run a tool's preview."""
        tool = self.tool(tool_name)
        assert tool.previewer is not None
        return await tool.previewer(**tool.bind(arguments), context=self.context())

    async def book(self, service: str, date: str, time: str, **more: Any) -> pulpo.Result:
        """Book for Eva."""
        given = {"name": "Eva", "phone": "600 100 200", **more}
        return await self.call("book_appointment", service=service, date=date, time=time, **given)

    async def free(self, service: str, date: str, **more: Any) -> list[str]:
        """Return the free local times of a day."""
        result = await self.call("get_availability", service=service, date=date, **more)
        return [start["time"] for start in result.value["times"] if start["date"] == date]

    def rows(self) -> list[tuple[str, str, str]]:
        """Return state, staff and id of all appointments."""
        with self.database.engine.connect() as connection:
            query = sa.text("SELECT state, staff_id, id FROM booking_appointments ORDER BY starts_at, id")
            return [tuple(row) for row in connection.execute(query)]


ORDER = {"service": "corte", "date": "2026-11-26", "time": "17:00", "name": "Eva Gil", "phone": "+34 600 100 200"}
"""What Eva wants."""


async def order(counter: Counter, **changes: Any) -> str:
    """Book what Eva wants, with changes, and return the appointment's id."""
    booked = await counter.call("book_appointment", **{**ORDER, **changes})
    assert booked.done, booked.text
    return str(booked.value["appointment"]["id"])


def business_of(**changes: Any) -> dict[str, Any]:
    """Return a small business: one person, 30 minutes, open 09:00–20:00 every day, without notice."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return {
        "workspace": "shop",
        "name": "Shop",
        "tz": "Europe/Madrid",
        "slot_step_minutes": 15,
        "maximum_advance_days": 400,
        "hours": {day: [["09:00", "20:00"]] for day in days},
        "services": [{"id": "cut", "name": "Cut", "minutes": 30, "price": 20}],
        "staff": [{"id": "ana", "name": "Ana"}],
        **changes,
    }
