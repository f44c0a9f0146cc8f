"""``python -m load PROFILE``, or ``tox -e load -- PROFILE``: run it, write the report, say what held."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from load import profiles, runs
from load.house import SALON_DAYS, SERVICE_SECONDS, House, TargetError, loopback, own, sqlite_rows
from load.profiles import Profile
from load.report import write

PROFILES: dict[str, Callable[[float, float], Profile]] = {
    "spike": lambda rate, seconds: profiles.spike(rate, seconds=seconds),
    "sustained": lambda rate, seconds: profiles.sustained(rate, seconds=seconds),
    "soak": lambda rate, seconds: profiles.soak(rate, seconds=seconds),
}
DEFAULTS = {"spike": (100.0, 60.0, "own"), "sustained": (40.0, 300.0, "locust"), "soak": (20.0, 3600.0, "locust")}


@click.command(context_settings={"show_default": True})
@click.argument("profile", type=click.Choice(list(PROFILES)), default="sustained")
@click.option("--rate", type=click.FloatRange(min=1), help="Messages a second; for a spike, the pinned capacity.")
@click.option("--seconds", type=click.FloatRange(min=3), help="How long the whole run lasts.")
@click.option("--driver", type=click.Choice(["own", "locust"]), help="Open loop, or users who wait.")
@click.option("--server", "kind", type=click.Choice(["uvicorn", "granian"]), default="uvicorn")
@click.option("--url", help="A server that runs already, on the loopback; without it one is started.")
@click.option("--database", type=click.Path(path_type=Path), help="With --url: its SQLite file, to count the rows.")
@click.option("--days", type=click.IntRange(min=4), help="How far ahead people book.")
@click.option("--service", type=float, default=SERVICE_SECONDS, help="Seconds of a turn where capacity is pinned.")
@click.option("--seed", type=int, default=1)
@click.option("--out", type=click.Path(path_type=Path), default=Path("load-report"), help="The report's folder.")
def main(
    profile: str,
    rate: float | None,
    seconds: float | None,
    driver: str | None,
    kind: str,
    url: str | None,
    database: Path | None,
    days: int | None,
    service: float,
    seed: int,
    out: Path,
) -> None:
    """Load a server with people who ask, book, move and cancel, and hold what they were told against its rows."""
    usual_rate, usual_seconds, usual_driver = DEFAULTS[profile]
    rate, seconds, driver = rate or usual_rate, seconds or usual_seconds, driver or usual_driver
    if profile == "spike" and driver == "locust":
        raise click.UsageError("locust's users wait for their answers and cannot outrun a server; use --driver own")
    plan = PROFILES[profile](rate, seconds)
    capacity = rate if profile == "spike" and not url else None
    with (
        tempfile.TemporaryDirectory(prefix="pulpo-load-") as temporary,
        _house(Path(temporary), url, database, capacity=capacity, service=service, kind=kind) as house,
    ):
        # A server that runs already may know the people of an earlier run.
        people = f"load{os.getpid()}" if url else "load"
        town = runs.town_of(people, seed, days or (60 if url else SALON_DAYS))
        cpu, began = house.watch().cpu, time.monotonic()
        heard = runs.drive(town, house, plan) if driver == "own" else runs.swarm(town, house, plan, Path(temporary))
        lasted = time.monotonic() - began
        facts = {
            "people": people,
            "driver": f"{driver}, {heard.cpu / lasted:.0%} of a CPU",
            "server": f"{url or kind}, {(house.watch().cpu - cpu) / lasted:.0%} of a CPU",
            "capacity": f"{capacity:g} turns/s, pinned by turns of {service:g} s" if capacity else "not pinned",
            "seed": seed,
            **runs.machine(),
        }
        run = runs.judge(heard, house, plan, capacity=capacity, facts=facts)
    page = write(run, out)
    for stage in run.stages:
        click.echo(
            f"{stage.name}: sent {stage.offered:.1f}/s, answered {stage.goodput:.1f}/s, refused {stage.refused:.1f}/s,"
            f" P50 {stage.p50:.0f} P95 {stage.p95:.0f} P99 {stage.p99:.0f} ms"
        )
    for name in ("driver", "server"):
        click.echo(f"{name}: {facts[name]}")
    for check in run.checks:
        click.echo(f"{'held' if check.holds else 'BROKEN'}: {check.says}: {check.found}")
    click.echo(f"report: {page}")
    sys.exit(0 if run.holds else 1)


@contextmanager
def _house(
    folder: Path, url: str | None, database: Path | None, *, capacity: float | None, service: float, kind: str
) -> Iterator[House]:
    """Start a server, or meet the one at ``url``."""
    if url is None:
        with own(folder, capacity=capacity, service=service, kind=kind) as house:
            yield house
        return
    try:
        port = loopback(url)
    except TargetError as error:
        raise click.UsageError(str(error)) from error
    yield House(port, rows=(lambda: sqlite_rows(database)) if database else None)


if __name__ == "__main__":
    main()
