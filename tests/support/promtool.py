"""Series to feed to Prometheus' own test runner, and what an alert should do at which minute."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from support.parts import require

STEP = 30
"""Seconds between two samples, and between two evaluations."""

Part = tuple[float, float]
"""So many minutes, with so much more (or, of a gauge, this value) at each step."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter that grows at the pace of its parts, one after the other."""

    series: str
    parts: Sequence[Part]

    def values(self) -> str:
        written, total = ["0"], 0.0
        for minutes, growth in self.parts:
            steps = round(minutes * 60 / STEP)
            written.append(f"{total + growth:g}+{growth:g}x{steps - 1}")
            total += growth * steps
        return " ".join(written)


@dataclass(frozen=True, slots=True)
class Shown:
    """A gauge."""

    series: str
    parts: Sequence[Part]

    def values(self) -> str:
        return " ".join(f"{value:g}x{round(minutes * 60 / STEP)}" for minutes, value in self.parts)


@dataclass(frozen=True, slots=True)
class Story:
    """What the metrics did, and whether ``alert`` (one of several, joined by ``|``) fires at the minutes named."""

    name: str
    alert: str
    series: Sequence[Counted | Shown]
    fires: Mapping[float, bool]

    def written(self) -> dict[str, Any]:
        expression = f'count(ALERTS{{alertname=~"{self.alert}", alertstate="firing"}}) > bool 0'
        return {
            "name": self.name,
            "interval": f"{STEP}s",
            "input_series": [{"series": each.series, "values": each.values()} for each in self.series],
            "promql_expr_test": [
                {
                    "expr": expression,
                    "eval_time": f"{round(minute * 60)}s",
                    "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
                }
                for minute, fires in self.fires.items()
            ],
        }


def tell(stories: Sequence[Story], rules: Sequence[Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Let promtool run the stories against the rule files, each against what its alert is made of: it would evaluate
    all the other rules at every step besides."""
    groups = [group for path in rules for group in yaml.safe_load(path.read_text("utf-8"))["groups"]]
    files = []
    for number, alert in enumerate(dict.fromkeys(story.alert for story in stories)):
        needed, file = folder / f"rules{number}.yaml", folder / f"stories{number}.yaml"
        needed.write_text(yaml.safe_dump({"groups": _part(groups, alert.split("|"))}), encoding="utf-8")
        tests = [story.written() for story in stories if story.alert == alert]
        content = {"rule_files": [str(needed)], "evaluation_interval": f"{STEP}s", "tests": tests}
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        files.append(str(file))
    return run("promtool", "test", "rules", *files)


def _part(groups: Sequence[dict[str, Any]], alerts: Sequence[str]) -> list[dict[str, Any]]:
    """Return these alerts as they stand in their groups, with the recorded series that their expressions name."""
    rules = [rule for group in groups for rule in group["rules"]]
    wanted, left = set(alerts), list(alerts)
    while left:
        name = left.pop()
        texts = [rule["expr"] for rule in rules if name in (rule.get("alert"), rule.get("record"))]
        found = {rule["record"] for rule in rules if "record" in rule and any(rule["record"] in it for it in texts)}
        left += found - wanted
        wanted |= found
    parts = [
        {**group, "rules": [it for it in group["rules"] if it.get("alert", it.get("record")) in wanted]}
        for group in groups
    ]
    return [part for part in parts if part["rules"]]


def run(command: str, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run promtool or amtool, or skip the test where Prometheus is not installed."""
    require("prometheus")
    path = shutil.which(command)
    assert path is not None, f"{command} comes with prometheus and prometheus-alertmanager"
    return subprocess.run([path, *arguments], capture_output=True, text=True, timeout=300, input=given)
