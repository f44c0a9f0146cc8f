"""What a planner keeps between two messages is gone with its conversation, whether it is erased or lapses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import pulpo
from pulpo.assembly import running
from pulpo.plugins import load_plugins
from pulpo.settings import load_settings
from pulpo.store.retention import Retention, tidy
from pulpo.system import System
from pulpo.turns.request import TurnRequest

pytestmark = pytest.mark.anyio
TOLD = "saffron-4711"
NOW = 1_800_000_000.0


@pulpo.tool(read_only=True, examples={"en": ["what is in my file?", "look at my file", "show me my file"]})
async def look_up_file() -> dict[str, str]:
    """Tell what is in the user's file."""
    return {"diagnosis": TOLD}


class Files:
    @pulpo.hookimpl
    def pulpo_register_tools(self, settings: Any) -> Iterable[pulpo.Tool]:
        return [look_up_file]


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[System]:
    settings = load_settings(environ={}, overrides={"database_url": f"sqlite:///{folder / 'pulpo.db'}"})
    catalogue = load_plugins(extra=[("files", Files())], only=["pulpo_rules"])
    async with running(settings, catalogue=catalogue, clock=lambda: NOW) as system:
        yield system


def _tables_that_hold(connection: sa.Connection, what: str) -> list[str]:
    """The tables in which ``what`` stands, whatever the column and its type."""
    found = []
    for table in sa.inspect(connection).get_table_names():
        rows = connection.execute(sa.text(f'SELECT * FROM "{table}"')).all()
        if any(what in (value.decode(errors="replace") if isinstance(value, bytes) else str(value))
               for row in rows for value in row):  # fmt: skip
            found.append(table)
    return found


def _workspace(system: System) -> str:
    return next(iter(system.workspaces))


async def _held(system: System) -> list[str]:
    return await system.database.read(partial(_tables_that_hold, what=TOLD))


async def _asked(system: System) -> str:
    request = TurnRequest(workspace_id=_workspace(system), message="what is in my file?", locale="en", user_id="eva")
    answer = await system.chat(request)
    assert TOLD in answer.reply
    # The control: between two messages it is kept, in the conversation's dialogue as well as in what was said.
    assert {"conversations", "turns"} <= set(await _held(system))
    return answer.conversation_id


async def test_an_erased_conversation_takes_along_what_was_told_in_it(tmp_path: Path) -> None:
    async with _opened(tmp_path) as system:
        conversation = await _asked(system)
        assert await system.erase(conversation, _workspace(system))
        assert await _held(system) == []


async def test_a_conversation_that_lapses_does_too(tmp_path: Path) -> None:
    async with _opened(tmp_path) as system:
        await _asked(system)
        await tidy(system.database, Retention(conversations=60.0), clock=lambda: NOW + 61)
        assert await _held(system) == []
