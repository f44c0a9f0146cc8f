"""``python -m autoscaling``: measure a turn on the real server, replay two days against the manifest, draw, compare."""

from __future__ import annotations

import asyncio
import json
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import click
import yaml

from autoscaling.demand import CAMPAIGN_AT, CAMPAIGN_SECONDS, DAY, demand, mean
from autoscaling.replay import Decide, Moment, Pod, replay, total
from autoscaling.rule import Autoscaler, Rule
from load.driver import Driver
from load.house import SALON_DAYS, own
from load.plot import Band, Line, chart
from load.profiles import Profile, Stage
from load.visits import Town
from pulpo.settings import Settings
from support.documents import ROOT

MANIFEST = ROOT / "deploy/kubernetes/base/autoscaler.yaml"
START = 15
"""Seconds until a new pod is ready: scheduling, an image that is there already, `pulpo serve`'s start, a probe."""
LATE = 1.0
"""Seconds beyond what its model takes after which a turn counts as late."""
EVERY = 60
"""Seconds that a point of the plots stands for; of latencies the worst, of counts the last."""


def measured() -> float:
    """Return the seconds of CPU that a turn costs the server, with the people of `load` writing 20 a second."""
    with tempfile.TemporaryDirectory(prefix="pulpo-turn-") as folder, own(Path(folder)) as house:
        driver = Driver(Town("t", 1, date.today(), SALON_DAYS), [house.port], Random(1))  # noqa: S311
        asyncio.run(driver.run(Profile("", (Stage("", 3.0, 20.0),))))
        warm, before = len(driver.samples), house.watch().cpu
        asyncio.run(driver.run(Profile("", (Stage("", 12.0, 20.0),))))
        return (house.watch().cpu - before) / (len(driver.samples) - warm)


@click.command(context_settings={"show_default": True})
@click.option("--cpu", type=click.FloatRange(min=0.0001), help="Seconds of CPU a turn; measured when left out.")
@click.option(
    "--wait",
    "waits",
    type=click.FloatRange(min=0),
    multiple=True,
    default=(1.0, 0.0),
    help="Seconds a turn waits for its model; 0 is the embedded planner.",
)
@click.option(
    "--peak", type=click.FloatRange(min=1), default=150.0, help="Turns a second in a usual day's busiest hour."
)
@click.option("--manifest", type=click.Path(path_type=Path, exists=True), default=MANIFEST)
@click.option("--seed", type=int, default=1)
@click.option("--out", type=click.Path(path_type=Path), default=Path("autoscaling-report"))
def main(cpu: float | None, waits: tuple[float, ...], peak: float, manifest: Path, seed: int, out: Path) -> None:
    """Replay a Friday with a campaign and a Saturday against the autoscaler's manifest, and fixed numbers of pods."""
    rule = Rule.of(yaml.safe_load(manifest.read_text("utf-8")))
    cpu, load, cap = cpu or measured(), demand(peak, seed=seed), Settings().turns.max_in_flight
    out.mkdir(parents=True, exist_ok=True)
    told: list[dict[str, Any]] = []
    for wait in waits:
        pod = Pod(cpu, wait, cap, START)
        runs = {"autoscaler": replay(load, pod, Autoscaler(rule).decide, pods=rule.least)}
        for name, pods in fixed(rule, load, pod).items():
            runs[name] = replay(load, pod, staying(pods), pods=pods)
        sums = {name: asdict(total(moments, late=wait + LATE)) for name, moments in runs.items()}
        told.append({"pod": asdict(pod), "rule": asdict(rule), "peak": peak, "seed": seed, "sums": sums})
        for name, drawn in plots(runs["autoscaler"]).items():
            (out / f"{name}-{wait:g}.svg").write_text(drawn, "utf-8")
    (out / "autoscaling.json").write_text(json.dumps(told, indent=1), "utf-8")
    table = "\n".join(line for each in told for line in lines(each))
    (out / "autoscaling.md").write_text(table, "utf-8")
    click.echo(f"{table}\nplots: {out}")


def lines(told: dict[str, Any]) -> Iterator[str]:
    """Return one comparison as a table in Markdown."""
    pod = told["pod"]
    yield f"A turn takes {pod['cpu'] * 1000:.1f} ms of CPU and waits {pod['wait']:g} s for its model.\n"
    yield f"| pods | pod-hours | most | more than {LATE:g} s later | refused | worst latency |"
    yield "|---|---|---|---|---|---|"
    for name, it in told["sums"].items():
        shares = f"{it['late']:.2%} | {it['refused']:.2%}"
        yield f"| {name} | {it['pod_hours']:.0f} | {it['most']} | {shares} | {it['worst']:.2f} s |"
    yield ""


def fixed(rule: Rule, load: Sequence[float], pod: Pod) -> dict[str, int]:
    """Return what somebody might choose who has no autoscaler."""
    average = max(1, math.ceil(mean(load) * (pod.wait + pod.cpu) / rule.target))
    return {
        f"{rule.least} always, the least": rule.least,
        f"{average} always, for the mean": average,
        f"{rule.most} always, the most": rule.most,
    }


def staying(pods: int) -> Decide:
    """Return a decision that never changes."""
    return lambda _now, _ready, _starting: pods


def plots(moments: Sequence[Moment]) -> dict[str, str]:
    """Return the replay's SVGs: what came, pods, latency."""
    groups = [moments[at : at + EVERY] for at in range(0, len(moments), EVERY)]
    hours = [at * EVERY / 3600 for at in range(len(groups))]
    bands = [
        Band("campaign", CAMPAIGN_AT / 3600, (CAMPAIGN_AT + CAMPAIGN_SECONDS) / 3600),
        Band("Saturday", DAY / 3600, 2 * DAY / 3600),
    ]

    def line(name: str, pick: Any, *, step: bool = False) -> Line:
        return Line(name, [pick(group) for group in groups], step)

    came = line("turns", lambda group: mean([it.arrivals for it in group]))
    pods = [
        line("pods", lambda group: group[-1].pods, step=True),
        line("ready", lambda group: group[-1].ready, step=True),
    ]
    waits = line("latency", lambda group: max(it.latency for it in group))
    flight = line("a pod", lambda group: max(it.in_flight for it in group))
    return {
        "demand": chart("Demand", hours, [came], unit="turns a second", x_unit="h", bands=bands),
        "replicas": chart("Replicas", hours, pods, unit="pods", x_unit="h", bands=bands),
        "latency": chart("Latency, the worst second of each minute", hours, [waits], unit="s", x_unit="h", bands=bands),
        "in-flight": chart("Turns in flight", hours, [flight], unit="a pod", x_unit="h", bands=bands),
    }


if __name__ == "__main__":
    main()
