"""The composed system under faults and under load; `tox -e chaos` is the long run, scaled by CHAOS_ROUNDS."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from random import Random

from chaos.composed import composed
from chaos.faults import FAULTS
from chaos.laws import books, hold
from chaos.story import Went, live
from load.report import Check
from support.postgres import Postgres

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "0"))
"""Rounds of the long run, each with every fault in another order, longer and under more load."""
SEED = int(os.environ.get("SEED", "1"))
TOLD_WITHIN = 2.0
"""Seconds in which people are told that the database is away, one of them for a machine that has other work."""


async def story(folder: Path, postgres: Postgres) -> tuple[list[Went], list[Check], Check]:
    """Live through all faults; return how each went, what held, and the books without one of their rows."""
    random = Random(SEED)  # noqa: S311
    faults = [each for _ in range(max(1, ROUNDS)) for each in random.sample(FAULTS, len(FAULTS))]
    pace = {"rate": 30.0, "lasts": 4.0, "rest": 6.0} if ROUNDS else {"rate": 12.0, "lasts": 0.8, "rest": 1.2}
    async with composed(folder, postgres) as system:
        driver, went = await live(system, faults, seed=SEED, **pace)
        checks = await hold(system, driver)
        await asyncio.to_thread(
            system.rows,
            "UPDATE booking_appointments SET state = 'cancelled' WHERE id = "
            "(SELECT id FROM booking_appointments WHERE state = 'active' LIMIT 1)",
        )
        return went, checks, await books(system, driver)


def spared(went: Went) -> bool:
    """Whether no message failed or was refused. A short round has other tests beside it and judges no time: where a
    busy machine's database was late and therefore said to be away, refusals are not the fault's doing."""
    return went.failed == 0 and (went.refused == 0 or (not ROUNDS and went.away > 0))


def test_people_keep_what_they_were_told_whatever_is_hurt(own_postgres: Postgres, tmp_path: Path) -> None:
    went, checks, robbed = asyncio.run(story(tmp_path, own_postgres))
    print("", *went, *checks, sep="\n")
    assert [check for check in checks if not check.holds] == []
    for each in went:
        assert each.met > 0, f"nobody met it: {each}"
        assert not each.fault.spares or spared(each), each
        assert not ROUNDS or each.back <= each.fault.back, each
        assert not ROUNDS or each.slowest_refusal <= TOLD_WITHIN, each
    assert not robbed.holds, "a booking that vanished must be missed"
