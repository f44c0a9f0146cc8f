"""A change is found however the file is changed, once it has come to rest."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from pulpo.canary import watching
from pulpo.canary.watching import changes, stamp
from support.waiting import LIMIT


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK", 0.02)


def in_place(path: Path) -> None:
    path.write_text("two")


def replaced(path: Path) -> None:
    new = path.with_suffix(".new")
    new.write_text("two")
    new.replace(path)


def swapped(path: Path) -> None:
    """As Kubernetes does it: the file is a link through a link to a folder, and that one is swapped."""
    folder = path.parent
    (folder / "v2").mkdir()
    (folder / "v2" / path.name).write_text("two")
    (folder / "next").symlink_to("v2")
    (folder / "next").replace(folder / "data")


def touched_in_another_folder(path: Path) -> None:
    path.resolve().write_text("two")


def linked(path: Path) -> None:
    (path.parent / "v1").mkdir()
    (path.parent / "v1" / path.name).write_text("one")
    (path.parent / "data").symlink_to("v1")
    path.symlink_to(Path("data") / path.name)


def plain(path: Path) -> None:
    path.write_text("one")


@pytest.mark.parametrize(
    ("begin", "change"),
    [(plain, in_place), (plain, replaced), (linked, swapped), (linked, touched_in_another_folder), (None, in_place)],
)
async def test_a_change_is_found(
    tmp_path: Path, begin: Callable[[Path], None] | None, change: Callable[[Path], None]
) -> None:
    path = tmp_path / "pulpo.toml"
    if begin is not None:
        begin(path)
    async with aclosing(changes(path, since=stamp(path))) as found:  # type: ignore[type-var]
        asyncio.get_running_loop().call_later(0.05, change, path)
        async with asyncio.timeout(LIMIT):
            seen = await anext(found)
    assert seen == stamp(path)
    assert path.read_text() == "two"


async def test_a_file_that_is_still_being_written_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pulpo.toml"
    path.write_text("")

    async def write() -> None:
        for _ in range(20):
            with path.open("a") as file:
                file.write("x")
            os.utime(path)
            await asyncio.sleep(0.02)

    async with aclosing(changes(path, since=stamp(path))) as found:  # type: ignore[type-var]
        task = asyncio.create_task(write())
        async with asyncio.timeout(LIMIT):
            await anext(found)
        assert path.read_text() == "x" * 20
        await task
