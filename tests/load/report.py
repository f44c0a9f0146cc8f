"""A run as JSON for programs and as one HTML file for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from load.figures import Second, Stage
from load.plot import Band, Line, chart


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold, and what was found."""

    says: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A run in figures; ``facts`` are what a reader needs to judge them (machine, driver, server)."""

    profile: str
    stages: tuple[Stage, ...]
    seconds: tuple[Second, ...]
    stories: Mapping[str, int]
    told: int
    rows: int | None
    checks: tuple[Check, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every check does."""
        return all(check.holds for check in self.checks)


def books_agree(told: Counter[str], rows: Counter[str]) -> Check:
    """The law of every run: each person has the appointments that they were told to have, and nobody else has any."""
    other = sorted(name for name in told.keys() | rows.keys() if told[name] != rows[name])
    found = f"{told.total()} told, {rows.total()} in the database"
    if other:
        found += f"; {len(other)} people differ, such as {', '.join(other[:3])}"
    return Check("each booking that was told is a row, and each row was told", found, not other)


def write(run: Run, folder: Path) -> Path:
    """Write report.json and report.html into ``folder`` and return the latter's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps({**asdict(run), "holds": run.holds}, indent=1), "utf-8")
    page = folder / "report.html"
    page.write_text(html(run), "utf-8")
    return page


def html(run: Run) -> str:
    """Return the page."""
    return PAGE.format(
        title=escape(f"Load: {run.profile}"),
        checks=_table(("must hold", "found", ""), ((c.says, c.found, "yes" if c.holds else "NO") for c in run.checks)),
        stages=_table(STAGE_COLUMNS, map(_stage_row, run.stages)),
        charts="".join(f"<figure>{each}</figure>" for each in charts(run)),
        stories=_table(("story", "people"), sorted(run.stories.items())),
        facts=_table(("", ""), run.facts.items()),
    )


def charts(run: Run) -> list[str]:
    """Return the run over time."""
    xs = [float(second.at) for second in run.seconds]
    bands = _bands(run.stages)

    def line(name: str, attribute: str) -> Line:
        return Line(name, [float(getattr(second, attribute)) for second in run.seconds])

    sent = [line("sent", "due"), line("answered", "answered"), line("refused", "refused"), line("failed", "failed")]
    waits = [line("P50", "p50"), line("P95", "p95"), line("P99", "p99")]
    made = [
        chart("Messages", xs, sent, unit="a second", bands=bands),
        chart("Answers", xs, [line("answered", "answered"), line("failed", "failed")], unit="a second", bands=bands),
        chart("Time to an answer", xs, waits, unit="ms", bands=bands),
        chart("Time to a refusal", xs, [line("P99", "refused_p99")], unit="ms", bands=bands),
    ]
    if any(second.resident_mb for second in run.seconds):
        made.append(chart("CPU of the server", xs, [line("CPU", "cpu")], unit="% of one", bands=bands))
        made.append(chart("Memory of the server", xs, [line("resident", "resident_mb")], unit="MB", bands=bands))
        made.append(chart("Open files of the server", xs, [line("files", "files")], unit="sockets too", bands=bands))
    return made


STAGE_COLUMNS = (
    "stage",
    "s",
    "sent/s",
    "answered/s",
    "refused/s",
    "failed",
    "P50 ms",
    "P95 ms",
    "P99 ms",
    "refusal P50 ms",
    "refusal P99 ms",
    "driver late P99 ms",
)


def _stage_row(stage: Stage) -> Sequence[str]:
    name, *figures = asdict(stage).values()
    return (name, *(f"{figure:,.1f}" if isinstance(figure, float) else str(figure) for figure in figures))


def _bands(stages: Iterable[Stage]) -> list[Band]:
    bands, at = [], 0.0
    for number, stage in enumerate(stages):
        if number % 2:
            bands.append(Band(stage.name, at, at + stage.seconds))
        at += stage.seconds
    return bands


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    titles = "".join(f"<th>{escape(each)}</th>" for each in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem; color: #222 }}
table {{ border-collapse: collapse; display: block; overflow-x: auto; margin: 0 0 1.5rem }}
th, td {{ padding: .3rem .6rem; border-bottom: 1px solid #ddd; text-align: left; font-variant-numeric: tabular-nums }}
figure {{ margin: 0 0 1.5rem }} svg {{ width: 100%; height: auto }}
</style>
<h1>{title}</h1>
<h2>What must hold</h2>{checks}
<h2>Stages</h2>{stages}
<h2>Over time</h2>{charts}
<h2>Who came</h2>{stories}
<h2>How it was measured</h2>{facts}
</html>
"""
