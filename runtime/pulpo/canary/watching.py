"""The settings file while the server runs: when it changed and came to rest, and what it says of the canary.

Editors write in place or rename a new file over the old one; Kubernetes swaps a symbolic link further up. What tells a
change is where the path leads to, and that file's size and time.

It is looked at, four times a second, and not announced: the system tells of folders, and in this one lies the
database. Being told of each of its writes cost four changes of threads and 30 µs a turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Final, NamedTuple

from pulpo.canary.sources import Reading
from pulpo.errors import SettingsError
from pulpo.settings import read_settings_file

STILL: Final = 0.1
"""Seconds in which size and time must not change before the file is read."""

LOOK: Final = 0.25
"""Seconds from one look at the file to the next."""


class Stamp(NamedTuple):
    """What a file looks like from outside."""

    place: Path
    inode: int
    size: int
    changed: int


def stamp(path: Path) -> Stamp | None:
    """Return the file's stamp, or None when there is no file."""
    try:
        place = path.resolve()
        status = place.stat()
    except (OSError, RuntimeError):  # RuntimeError: links that lead in a circle
        return None
    return Stamp(place, status.st_ino, status.st_size, status.st_mtime_ns)


def canary_of(path: Path, *, variants: Collection[str]) -> Reading:
    """Return the fields of ``[canary]`` that a file gives, checked; ``variants`` are those that are running.

    Raises `SettingsError` for a file that no server could start with.
    """
    canary = read_settings_file(path, variants=variants).canary
    if canary.variant not in variants:
        raise SettingsError(
            f"variant {canary.variant!r} is not running: restart the server with it",
            source=str(path),
            key="canary.variant",
        )
    return canary.model_dump(mode="json", exclude_unset=True)


async def changes(path: Path, *, since: Stamp | None) -> AsyncIterator[Stamp | None]:
    """Yield the file's stamp whenever it changed (from ``since``, at first) and came to rest, for ever."""
    seen = since
    while True:
        if stamp(path) != seen:
            seen = await _at_rest(path)
            yield seen
        await asyncio.sleep(LOOK)


async def _at_rest(path: Path) -> Stamp | None:
    now = stamp(path)
    while True:
        before = now
        await asyncio.sleep(STILL)
        now = stamp(path)
        if now == before:
            return now
