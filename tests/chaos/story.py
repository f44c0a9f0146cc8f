"""One fault after another while people chat, and how each of them went."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from chaos.composed import Composed
from chaos.faults import Fault
from load.driver import ANSWERED, FAILED, REFUSED, Driver
from load.figures import percentile
from load.house import SALON_DAYS
from load.profiles import Profile, Stage
from load.visits import Town
from pulpo.http import problems

FOR_EVER = 86400.0
WARM = 1.5
"""Seconds of peace before the first fault."""
CALM = 10
"""Messages that are answered in a row once all is well."""
LONG = 120.0
"""Seconds after which nobody is waited for any more."""
AWAY = tuple(each.encode() for text in (problems.AWAY, problems.UNRECOGNISED) for each in text.values())
"""How a replica says that its database does not answer."""


@dataclass(frozen=True, slots=True)
class Went:
    """How one fault went; times in seconds, ``back`` until the last message after it that was not answered at once."""

    fault: Fault
    lasted: float
    met: int
    """Messages that were sent meanwhile; the three below are those that ended meanwhile."""
    answered: int
    failed: int
    refused: int
    away: int
    """Of those, whom a replica told that its database does not answer."""
    p95: float
    slowest_refusal: float
    back: float

    def __str__(self) -> str:
        return (
            f"{self.fault.name:36} {self.lasted:5.1f} s: {self.answered:4} answered (P95 {self.p95:.2f} s), "
            f"{self.refused:3} refused (slowest {self.slowest_refusal:.2f} s), {self.failed:3} broke off; "
            f"well again after {self.back:.1f} s"
        )


async def live(
    system: Composed, faults: Sequence[Fault], *, seed: int, rate: float, lasts: float, rest: float
) -> tuple[Driver, list[Went]]:
    """Let people come at ``rate`` messages a second and strike; each fault lasts ``lasts`` seconds and until somebody
    has met it, and is followed by ``rest`` seconds of peace, which begin when all is well again."""
    driver = Driver(
        Town("p", seed, date.today(), SALON_DAYS),
        [system.edge],
        Random(seed),  # noqa: S311
        think=0.3,
        api_key=system.key,
        keep=True,
    )
    spans: list[tuple[Fault, float, float, float]] = []

    async def hurt() -> None:
        await asyncio.sleep(WARM)
        for fault in faults:
            began = driver.now()
            await fault.strike(system)
            sent = driver.sent
            await asyncio.sleep(max(lasts, fault.least))
            await _until(lambda sent=sent: driver.sent > sent, f"somebody meets it: {fault.name}")
            await fault.mend(system)
            mended = driver.now()
            await _until(lambda mended=mended: _calm(driver, mended, rest), f"all is well after {fault.name}")
            spans.append((fault, began, mended, driver.now()))
        driver.over = True

    async with asyncio.TaskGroup() as group:
        group.create_task(driver.run(Profile("chaos", (Stage("chaos", FOR_EVER, rate),))))
        group.create_task(hurt())
    return driver, [_went(driver, *span) for span in spans]


async def _until(holds: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < limit, f"it never came to this: {what}"
        await asyncio.sleep(0.02)


def _calm(driver: Driver, since: float, rest: float) -> bool:
    """Whether for ``rest`` seconds everybody heard an answer, and `CALM` who wrote after ``since`` did."""
    bad = (sample.done for sample in driver.samples if sample.done >= since and sample.kind != ANSWERED)
    well = max(bad, default=since)
    return driver.now() - well >= rest and sum(sample.sent >= well for sample in driver.samples) >= CALM


def _went(driver: Driver, fault: Fault, began: float, mended: float, ended: float) -> Went:
    samples = driver.samples
    during = [sample for sample in samples if began <= sample.done < mended]
    after = [sample for sample in samples if mended <= sample.sent < ended and sample.kind != ANSWERED]
    took = sorted(sample.done - sample.sent for sample in during if sample.kind == ANSWERED)
    refusals = [sample.done - sample.sent for sample in during if sample.kind == REFUSED]
    return Went(
        fault,
        mended - began,
        sum(began <= sample.sent < mended for sample in samples),
        len(took),
        sum(sample.kind == FAILED for sample in during),
        len(refusals),
        sum(began <= at < mended and any(words in body for words in AWAY) for at, body in driver.told),
        percentile(took, 0.95),
        max(refusals, default=0.0),
        max((sample.done - mended for sample in after), default=0.0),
    )
