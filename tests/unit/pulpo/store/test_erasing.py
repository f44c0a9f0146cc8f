"""What was erased stands neither in rows and pages that were deleted nor in the log."""

from __future__ import annotations

import asyncio
import sqlite3
import struct
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from pulpo.conversation import Dialogue, Fact
from pulpo.store import writer
from pulpo.store.retention import Retention, tidy
from pulpo.store.sqlite import SqliteStore, open_sqlite
from pulpo.store.writer import SqliteWriter
from support.turns import NOW, asked, assign, done

PAGE, LEAF_OF_TABLE, LEAF_OF_INDEX = 4096, 13, 10
TURNS, CONVERSATIONS = 6, 60
SOME = sorted(Random(7).sample(range(CONVERSATIONS), 25))  # noqa: S311


async def talk(store: SqliteStore, number: int) -> None:
    """Say a word of this conversation's own, in what grows and shrinks from turn to turn."""
    name, word = f"c{number}", f"saffron-{number}-4711"
    for epoch in range(1, TURNS + 1):
        turn = f"{name}-{epoch}"
        said = f'{{"message":"{word}"}}'.encode()
        await store.accept(asked(turn, name, new=epoch == 1, request=said, idempotency_key=turn), assign)
        answered = replace(
            done(turn, epoch, name),
            answer=f'{{"reply":"{f"you said {word} " * 20}"}}'.encode(),
            dialogue=Dialogue(facts={"said": Fact(word * (1 + epoch % 3 * 40))}),
        )
        await store.finish(answered)


def left(path: Path, numbers: Iterable[int]) -> tuple[int, int]:
    """How many conversations' words stand in the database's file, and how many in its log."""
    words = [f"saffron-{number}-4711".encode() for number in numbers]
    files = without_gaps(path.read_bytes()), path.with_name(f"{path.name}-wal").read_bytes()
    in_database, in_log = (sum(word in held for word in words) for held in files)
    return in_database, in_log


def without_gaps(database: bytes) -> bytes:
    """The file but for the space in pages that no row ever freed: where SQLite moves rows to another page it leaves
    copies there, which no setting overwrites. See https://www.sqlite.org/fileformat.html#b_tree_pages.
    """
    found = bytearray(database)
    for page in range(0, len(found), PAGE):
        begin = page + (100 if page == 0 else 0)
        kind, _, cells, content = struct.unpack_from(">BHHH", found, begin)
        if kind in (LEAF_OF_TABLE, LEAF_OF_INDEX):
            gap = slice(begin + 8 + 2 * cells, page + (content or PAGE))
            found[gap] = bytes(len(found[gap]))
    return bytes(found)


async def all_talk(store: SqliteStore) -> None:
    await asyncio.gather(*(talk(store, number) for number in range(CONVERSATIONS)))


async def erase(store: SqliteStore) -> None:
    for number in SOME:
        assert await store.erase(f"c{number}", "demo")


async def test_what_is_erased_leaves_the_files_and_what_is_not_stays(path: Path) -> None:
    async with open_sqlite(path) as store:
        await all_talk(store)
        await erase(store)
        assert left(path, SOME) == (0, 0)
        assert left(path, range(CONVERSATIONS))[0] == CONVERSATIONS - len(SOME)


async def test_what_lapses_does_too(path: Path) -> None:
    async with open_sqlite(path) as store:
        await all_talk(store)
        await tidy(store.database, Retention(conversations=60.0), clock=lambda: NOW + 1000)
        assert left(path, range(CONVERSATIONS)) == (0, 0)


async def test_control_what_is_deleted_and_not_overwritten_stands_in_free_space(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "connect", partial(careless, writer.connect))
    async with open_sqlite(path) as store:
        await all_talk(store)
        await erase(store)
        assert left(path, SOME)[0] > len(SOME) / 2


def careless(connect: object, path: Path) -> sqlite3.Connection:
    connection: sqlite3.Connection = connect(path)  # type: ignore[operator]
    connection.execute("PRAGMA secure_delete=OFF")
    return connection


async def test_control_a_log_that_is_not_emptied_keeps_what_was_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqliteWriter, "_empty_the_log", lambda *_: None)
    async with open_sqlite(path) as store:
        await all_talk(store)
        await erase(store)
        assert left(path, SOME)[1] > len(SOME) / 2


async def test_a_reader_of_what_was_before_puts_it_off_to_the_next_commit(path: Path) -> None:
    async with open_sqlite(path) as store:
        await talk(store, 1)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM turns").fetchone() == (TURNS,)
            assert await store.erase("c1", "demo")
            assert left(path, [1])[1] == 1
            assert reader.execute("SELECT count(*) FROM turns").fetchone() == (TURNS,), "it reads on"
            reader.execute("COMMIT")
        await talk(store, 2)
        assert left(path, [1]) == (0, 0)
