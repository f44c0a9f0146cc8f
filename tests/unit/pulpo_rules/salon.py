"""The demo business of the booking plugin on a database of the test's own."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

import pulpo
import pulpo_booking
from pulpo_booking.desk import Desk
from pulpo_booking.files import load_businesses
from pulpo_booking.tools import booking_tools
from unit.pulpo_rules.chat import Chat, chat_with

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileDatabase:
    """`pulpo.Database` on an SQLite file."""

    engine: sa.Engine

    async def read(self, closure: Callable[[sa.Connection], T]) -> T:
        with self.engine.connect() as connection:
            return closure(connection)

    async def write(self, closure: Callable[[sa.Connection], T]) -> T:
        with self.engine.begin() as connection:
            return closure(connection)


def open_database(path: Path) -> FileDatabase:
    """Create the booking plugin's tables with its own migrations."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        for file in sorted((Path(pulpo_booking.__file__).parent / "migrations").glob("*.py")):
            if not file.stem.startswith("_"):
                _revision(file)()
    return FileDatabase(engine)


def _revision(file: Path) -> Callable[[], None]:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    upgrade: Callable[[], None] = module.upgrade
    return upgrade


@cache
def _salon() -> tuple[pulpo.Workspace, tuple[pulpo.Tool, ...]]:
    """The demo business and its tools, which are the same for everybody."""
    desk = Desk(load_businesses(("demo",)))
    return desk.businesses["demo"].as_workspace(), tuple(booking_tools(desk))


def salon_chat(database: FileDatabase, *, locale: str = "es") -> Chat:
    """Begin a conversation of a customer with the demo business."""
    workspace, tools = _salon()

    async def commit(closure: Callable[[sa.Connection], pulpo.Result], /) -> pulpo.Result:
        return await database.write(closure)

    context: dict[str, Any] = {"database": database, "commit": commit}
    return chat_with(tools, locale=locale, workspace=workspace, context=context)


async def say_all(chat: Chat, texts: Iterable[str]) -> str:
    """Say one after the other and return the last answer."""
    answer = ""
    for text in texts:
        answer = await chat.say(text)
    return answer


def booked(chat: Chat) -> list[tuple[str, str, str]]:
    """Return what was changed: tool, date and time (or nothing for a cancellation)."""
    return [(call.tool, call.arguments.get("date", ""), call.arguments.get("time", "")) for call in chat.effects]
