"""What storing a turn costs: accept and finish, sixteen in flight, CPU of this process and turns a second.

Printed, not asserted. The design's figures: SQLite 37 µs and 18,500/s, PostgreSQL 16 µs and 14,300/s. PostgreSQL's
own CPU is another machine's; here it competes for the same cores.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pulpo.store.migrate import upgrade
from pulpo.store.opening import open_store
from pulpo.store.turnstore import TurnStore
from support.postgres import running_postgres
from support.turns import asked, assign, done

IN_FLIGHT, TURNS, ROUNDS = 16, 8000, 5


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/pulpo.db"
        return
    with running_postgres() as server:
        yield server.url()


async def first_turns(store: TurnStore, numbers: Any, turns: int) -> None:
    """Conversations of one turn."""
    for _ in range(turns):
        number = next(numbers)
        await store.accept(asked(f"t{number}", f"c{number}", new=True), assign)
        await store.finish(done(f"t{number}", 1, f"c{number}"))


async def later_turns(store: TurnStore, numbers: Any, turns: int) -> None:
    """One conversation that goes on and on."""
    name = f"long{next(numbers)}"
    for epoch in range(1, turns + 1):
        turn = f"{name}-{epoch}"
        await store.accept(asked(turn, name, new=epoch == 1, idempotency_key=turn), assign)
        await store.finish(done(turn, epoch, name))


async def measured(store: TurnStore, work: Any, numbers: Any) -> tuple[float, float]:
    """Return CPU microseconds a turn and turns a second."""
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(work(store, numbers, TURNS // IN_FLIGHT) for _ in range(IN_FLIGHT)))
    return (time.process_time() - cpu) / TURNS * 1e6, TURNS / (time.perf_counter() - wall)


async def run(url: str) -> list[str]:
    lines, numbers = [], count()
    async with open_store(url) as store:
        for work in (first_turns, later_turns):
            found = sorted([await measured(store, work, numbers) for _ in range(ROUNDS)])
            cpu, rate = found[ROUNDS // 2]
            lines.append(f"  {str(work.__doc__).rstrip('.').lower()}: {cpu:.0f} µs CPU a turn, {rate:,.0f} turns/s")
    return lines


def test_storing_a_turn(url: str) -> None:
    uvloop = pytest.importorskip("uvloop")
    upgrade(url, {})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        lines = runner.run(run(url))
    print(f"\n{url.partition(':')[0]}, {IN_FLIGHT} in flight:", *lines, sep="\n")
