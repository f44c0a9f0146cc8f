"""What is read together is of one moment, also while turns are counted meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from anyio import from_thread
from sqlalchemy import Connection, event
from sqlalchemy.util import await_only

from pulpo.store import counts
from pulpo.store.counts import HOUR, TurnCount
from pulpo.store.fold import fold
from pulpo.store.turnstore import TurnStore
from support.turns import NOW, accept, asked, done

WINDOWS = [(NOW - HOUR, NOW + 60), (NOW - 30 * 24 * HOUR, NOW + 60)]

Read = Callable[[Connection], Sequence[Sequence[TurnCount]]]


def together(connection: Connection) -> Sequence[Sequence[TurnCount]]:
    return counts.turn_counts_of(connection, WINDOWS)


def apart(connection: Connection) -> Sequence[Sequence[TurnCount]]:
    return [counts.turn_counts(connection, since=since, until=until) for since, until in WINDOWS]


def after_the_first_statement(connection: Connection, do: Callable[[], Awaitable[None]]) -> None:
    """Have ``do`` done on the event loop between the first statement of a reading closure and what it does next."""
    begun: list[bool] = []

    def meanwhile(*_: Any) -> None:
        if begun:
            return
        begun.append(True)
        if connection.dialect.is_async:
            await_only(do())  # type: ignore[arg-type]
        else:
            from_thread.run(do)

    event.listen(connection, "after_cursor_execute", meanwhile)


@pytest.mark.parametrize(
    ("read", "turns"), [(together, [1, 1]), (apart, [1, 2])], ids=["together", "control: read apart"]
)
async def test_a_turn_that_is_counted_meanwhile_is_in_all_windows_or_in_none(
    store: TurnStore, read: Read, turns: list[int]
) -> None:
    async def count(name: str) -> None:
        await accept(store, asked(name, name, new=True))
        await store.finish(done(name, 1, name))
        await fold(store, now=NOW)

    def reading(connection: Connection) -> list[int]:
        after_the_first_statement(connection, lambda: count("t2"))
        return [sum(row.turns for row in rows) for rows in read(connection)]

    await count("t1")
    assert await store.database.read(reading) == turns
    found = await store.database.read(read)
    assert [sum(row.turns for row in rows) for rows in found] == [2, 2], "and it was counted meanwhile"
