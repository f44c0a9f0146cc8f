from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel
import pytest

from pulpo.resilience.cache import Cache, Scope

HERE: Scope = ("plugin", "demo")
ELSEWHERE: Scope = ("plugin", "other")


@dataclass
class Shelf:
    """A cache, its clock, and how often each thing was really looked up."""

    now: float = 0.0
    found: list[str] = field(default_factory=list)
    cache: Cache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = Cache(clock=lambda: self.now, most=3, most_bytes=100)

    def finder(self, name: str, value: bytes | None = None) -> Callable[[], Awaitable[bytes]]:
        async def find() -> bytes:
            self.found.append(name)
            await anyio.lowlevel.checkpoint()
            return name.encode() if value is None else value

        return find

    async def get(self, name: str, *, scope: Scope = HERE, value: bytes | None = None) -> bytes:
        return await self.cache.get((scope, name), scope, 10.0, self.finder(name, value))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


async def test_what_is_known_is_not_looked_up_again_until_it_is_old(shelf: Shelf) -> None:
    assert [await shelf.get("a"), await shelf.get("a")] == [b"a", b"a"]
    shelf.now = 10.0
    await shelf.get("a")
    assert shelf.found == ["a", "a"]


async def test_its_size_counts_entries(shelf: Shelf) -> None:
    for name in ("a", "b", "a"):
        await shelf.get(name)
    assert shelf.cache.size == 2


async def test_what_is_asked_by_many_at_once_is_looked_up_once(shelf: Shelf) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(shelf.get, "a")
    assert shelf.found == ["a"]


async def test_when_the_one_who_looks_leaves_or_fails_another_looks(shelf: Shelf) -> None:
    async def fail() -> bytes:
        await anyio.lowlevel.checkpoint()
        raise ConnectionError

    async def first() -> None:
        with pytest.raises(ConnectionError):
            await shelf.cache.get((HERE, "a"), HERE, 10.0, fail)

    async with anyio.create_task_group() as group:
        group.start_soon(first)
        await anyio.lowlevel.checkpoint()
        group.start_soon(shelf.get, "a")
        group.start_soon(shelf.get, "a")
    assert shelf.found == ["a"]


async def test_a_change_makes_what_was_found_before_worthless_there_and_nowhere_else(shelf: Shelf) -> None:
    await shelf.get("a")
    await shelf.get("a", scope=ELSEWHERE)
    shelf.cache.changed(HERE)
    await shelf.get("a")
    await shelf.get("a", scope=ELSEWHERE)
    assert shelf.found == ["a", "a", "a"]


async def test_what_was_on_its_way_during_a_change_is_given_but_not_kept(shelf: Shelf) -> None:
    async def find() -> bytes:
        shelf.cache.changed(HERE)
        return b"old"

    assert await shelf.cache.get((HERE, "a"), HERE, 10.0, find) == b"old"
    assert await shelf.get("a") == b"a"


async def test_the_least_recently_used_goes_first(shelf: Shelf) -> None:
    for name in ("a", "b", "c", "a", "d", "a", "b"):
        await shelf.get(name)
    assert shelf.found == ["a", "b", "c", "d", "b"]


async def test_bytes_are_bounded_too(shelf: Shelf) -> None:
    await shelf.get("a", value=b"x" * 60)
    await shelf.get("b", value=b"x" * 60)
    await shelf.get("b")
    await shelf.get("a", value=b"x" * 60)
    await shelf.get("huge", value=b"x" * 101)
    await shelf.get("huge", value=b"x" * 101)
    assert shelf.found == ["a", "b", "a", "huge", "huge"]
