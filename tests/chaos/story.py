"""One fault after another while people chat, and how each of them went."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from chaos.composed import Composed
from chaos.faults import Fault
from load.driver import ANSWERED, FAILED, REFUSED, Driver, Sample
from load.figures import percentile
from load.house import SALON_DAYS
from load.profiles import Profile, Stage
from load.visits import Town

FOR_EVER = 86400.0
WARM = 1.5
"""Seconds of peace before the first fault."""


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
    """Let people come at ``rate`` messages a second and strike; each fault lasts ``lasts`` seconds and is followed by
    ``rest`` seconds of peace."""
    driver = Driver(
        Town("p", seed, date.today(), SALON_DAYS),
        [system.edge],
        Random(seed),  # noqa: S311
        think=0.3,
        api_key=system.key,
        keep=True,
    )
    spans: list[tuple[Fault, float, float]] = []

    async def hurt() -> None:
        await asyncio.sleep(WARM)
        for fault in faults:
            began = driver.now()
            await fault.strike(system)
            await asyncio.sleep(lasts)
            await fault.mend(system)
            spans.append((fault, began, driver.now()))
            await asyncio.sleep(rest)
        driver.over = True

    async with asyncio.TaskGroup() as group:
        group.create_task(driver.run(Profile("chaos", (Stage("chaos", FOR_EVER, rate),))))
        group.create_task(hurt())
    return driver, [_went(fault, began, mended, rest, driver.samples) for fault, began, mended in spans]


def _went(fault: Fault, began: float, mended: float, rest: float, samples: Sequence[Sample]) -> Went:
    during = [sample for sample in samples if began <= sample.done < mended]
    after = [sample for sample in samples if mended <= sample.sent < mended + rest and sample.kind != ANSWERED]
    took = sorted(sample.done - sample.sent for sample in during if sample.kind == ANSWERED)
    refusals = [sample.done - sample.sent for sample in during if sample.kind == REFUSED]
    return Went(
        fault,
        mended - began,
        sum(began <= sample.sent < mended for sample in samples),
        len(took),
        sum(sample.kind == FAILED for sample in during),
        len(refusals),
        percentile(took, 0.95),
        max(refusals, default=0.0),
        max((sample.done - mended for sample in after), default=0.0),
    )
