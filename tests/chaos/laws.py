"""What must hold when everything is mended, whatever was done."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator

from chaos.composed import Composed, in_thread
from load.driver import COME_AGAIN, INSIST, Driver, Response
from load.house import ROWS, people
from load.report import Check, books_agree

SORRY = 0.01
"""A turn that has begun when its database goes away may end with an apology, if it is back before the turn ends."""
MADE = "SELECT customer, count(*) FROM booking_appointments GROUP BY customer"
DONE = "SELECT count(*) FROM effects WHERE tool = 'book_appointment' AND state = 'done'"
OPEN = "SELECT count(*) FROM effects WHERE state = 'intended'"


async def hold(system: Composed, driver: Driver) -> list[Check]:
    """Repeat every message and read the rows; return what was found."""
    changed = [key async for key in _answered_otherwise(driver)]
    made = people(await in_thread(lambda: system.rows(MADE)))
    ((done,),) = await in_thread(lambda: system.rows(DONE))
    ((left,),) = await in_thread(lambda: system.rows(OPEN))
    return [*_checks(driver, changed, made, done, left), await books(system, driver)]


async def books(system: Composed, driver: Driver) -> Check:
    """Hold what people were told against the rows."""
    return books_agree(driver.town.told(), people(await in_thread(lambda: system.rows(ROWS))))


def _checks(driver: Driver, changed: list[str], made: Counter[str], done: int, left: int) -> Iterator[Check]:
    told = Counter({visit.name: visit.told["book_appointment"] for visit in driver.town.visits})
    trouble = [*driver.broken, *driver.lost]
    yield Check("every message is answered in the end", f"{len(trouble)} were not: {trouble[:2]}", not trouble)
    found = f"{len(driver.sorry)} of {len(driver.kept)}: {driver.sorry[:2]}"
    yield Check(f"at most {SORRY:.0%} hear an apology", found, len(driver.sorry) <= SORRY * len(driver.kept))
    found = f"{len(driver.kept)} keys repeated, {len(changed)} answered otherwise: {changed[:2]}"
    yield Check("a repeated key has the same answer", found, not changed)
    twice = [name for name, number in made.items() if number > 1]
    yield Check("nothing is booked twice", f"{made.total()} made, twice for {twice[:2]}", not twice)
    yield Check("what was made was told", f"{told.total()} told", +told == made)
    yield Check("the ledger has an effect for each row", f"{done} done, {left} open", done == made.total() and not left)


async def _answered_otherwise(driver: Driver) -> AsyncIterator[str]:
    for key, (request, before) in driver.kept.items():
        response = await _answer(driver, request)
        if response.status != 200 or json.loads(response.body) != json.loads(before):
            yield key


async def _answer(driver: Driver, request: bytes) -> Response:
    """Ask until there is an answer: on a busy machine the database may be late for one."""
    limit = time.monotonic() + INSIST
    while True:
        response = await driver.ask(request)
        if response.status not in COME_AGAIN or time.monotonic() > limit:
            return response
        await asyncio.sleep(response.retry_after / 10)
