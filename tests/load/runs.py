"""One run from beginning to end: drive, measure, hold what was told against the rows."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

from load.driver import Driver, Sample
from load.figures import Watch, recovery, seconds_of, stage_of
from load.house import House
from load.profiles import Profile
from load.report import Check, Run, books_agree
from load.visits import Town

GOODPUT, SHED_MS, RECOVERY, GROWTH, SPARE_FILES = 0.9, 50.0, 5.0, 0.05, 8
"""What a spike and a soak must keep: shares of the capacity, milliseconds, seconds, a share of the memory, files."""
HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Heard:
    """What a driver brings home; ``cpu`` are its own seconds."""

    samples: Sequence[Sample]
    broken: Sequence[str]
    lost: Sequence[str]
    told: Counter[str]
    stories: Mapping[str, int]
    watched: Sequence[Watch]
    cpu: float


def drive(town: Town, house: House, profile: Profile) -> Heard:
    """Send by our own driver: at the profile's rate, come what may."""
    driver, before = Driver(town, [house.port], Random(town.seed)), time.process_time()  # noqa: S311
    watched: list[Watch] = []
    asyncio.run(driver.run(profile, tick=lambda _at: watched.append(house.watch())))
    return Heard(
        driver.samples,
        [*driver.broken, *driver.sorry],
        driver.lost,
        town.told(),
        dict(Counter(visit.kind for visit in town.visits)),
        watched,
        time.process_time() - before,
    )


def swarm(town: Town, house: House, profile: Profile, folder: Path) -> Heard:
    """Send by locust: as many users as the profile wants messages a second."""
    out = folder / "locust.json"
    order = {
        "profile": profile.name,
        "stages": profile.stages,
        "prefix": town.prefix,
        "seed": town.seed,
        "today": town.today.isoformat(),
        "days": town.days,
        "out": str(out),
    }
    command = [sys.executable, "-m", "locust", "-f", str(HERE / "locustfile.py"), "--headless", "--only-summary"]
    command += ["--stop-timeout", "30", "--exit-code-on-error", "0", "--host", f"http://127.0.0.1:{house.port}"]
    # Not measured: coverage's tracer and gevent's greenlets get on badly, and no product code runs there.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environ |= {"LOAD_ORDER": json.dumps(order), "PYTHONPATH": str(HERE.parent)}
    before, watched = os.times(), []
    with (folder / "locust.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, cwd=folder)
        while process.poll() is None:
            watched.append(house.watch())
            time.sleep(1)
    if not out.exists():
        raise RuntimeError(f"locust ended with {process.returncode}:\n{(folder / 'locust.log').read_text()[-2000:]}")
    left = json.loads(out.read_text("utf-8"))
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    samples = [Sample(*each) for each in left["samples"]]
    return Heard(samples, left["broken"], left["lost"], Counter(left["told"]), left["stories"], watched, cpu)


def judge(heard: Heard, house: House, profile: Profile, *, capacity: float | None, facts: Mapping[str, Any]) -> Run:
    """Hold a run to what it must keep."""
    rows = house.rows() if house.rows else None
    checks = list(_checks(heard, profile, capacity))
    if rows is not None:
        mine = {name: number for name, number in rows.items() if name.startswith(f"{facts['people']}-")}
        checks.insert(0, books_agree(heard.told, Counter(mine)))
    return Run(
        profile.name,
        tuple(stage_of(stage.name, profile, heard.samples) for stage in profile.stages),
        seconds_of(heard.samples, seconds=profile.seconds, watched=heard.watched),
        heard.stories,
        heard.told.total(),
        None if rows is None else rows.total(),
        tuple(checks),
        facts,
    )


def machine() -> dict[str, Any]:
    """Tell what else decides about figures."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return {"machine": f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}", "load": load}


def town_of(prefix: str, seed: int, days: int) -> Town:
    """Return people who book from today on."""
    return Town(prefix, seed, date.today(), days)


def _checks(heard: Heard, profile: Profile, capacity: float | None) -> Iterator[Check]:
    unanswered = [*heard.broken, *heard.lost]
    found = f"{len(heard.broken)} answered with an error, {len(heard.lost)} lost"
    yield Check("no message fails", f"{found}: {unanswered[0]}" if unanswered else found, not unanswered)
    if profile.name == "spike" and capacity:
        yield from _spike(heard, profile, capacity)
    if profile.name == "soak" and any(watch.resident for watch in heard.watched):
        yield _memory(heard, profile)
        yield _files(heard, profile)


def _spike(heard: Heard, profile: Profile, capacity: float) -> Iterator[Check]:
    spike = stage_of("spike", profile, heard.samples)
    share, took = spike.goodput / capacity, recovery(profile, heard.samples)
    yield Check(
        f"at {spike.offered:.0f} messages/s it answers at least {GOODPUT:.0%} of {capacity:g} turns/s",
        f"{spike.goodput:.1f}/s = {share:.0%}",
        share >= GOODPUT,
    )
    yield Check(
        f"who is refused is told so within {SHED_MS:g} ms (P99)",
        f"P50 {spike.refused_p50:.1f} ms, P99 {spike.refused_p99:.1f} ms",
        0 < spike.refused_p99 <= SHED_MS,
    )
    yield Check(f"as before within {RECOVERY:g} s of the spike's end", f"{took:.0f} s", took <= RECOVERY)


def _memory(heard: Heard, profile: Profile) -> Check:
    first, last = _tenths([watch.resident for watch in heard.watched], profile)
    found = f"{first / 1e6:.1f} MB in its first tenth, {last / 1e6:.1f} MB in its last: {last / first - 1:+.1%}"
    return Check(f"memory grows by at most {GROWTH:.0%}", found, last <= first * (1 + GROWTH))


def _files(heard: Heard, profile: Profile) -> Check:
    """A file that is left open now and then adds up to many; a few come and go with connections."""
    first, last = _tenths([watch.files for watch in heard.watched], profile)
    found = f"{first:.1f} in its first tenth, {last:.1f} in its last"
    return Check(f"no more than {SPARE_FILES} files more are open at the end", found, last <= first + SPARE_FILES)


def _tenths(held: Sequence[int], profile: Profile) -> tuple[float, float]:
    """The averages of the first and of the last tenth of the soak."""
    begin, end = (int(at) for at in profile.span("soak"))
    held = held[begin:end]
    tenth = max(1, len(held) // 10)
    return sum(held[:tenth]) / tenth, sum(held[-tenth:]) / tenth
