"""The load runs in short: both drivers, the report, the law about bookings, and its control."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from load import profiles, runs
from load.__main__ import main
from load.driver import ANSWERED, REFUSED, Sample
from load.house import SALON_DAYS, own
from load.report import write
from support.server import STOP_SECONDS

TESTS = Path(__file__).parents[1]


ENOUGH = 10
"""Bookings; of fewer the law would say little."""


def beside(refused: Sample, samples: Sequence[Sample]) -> int:
    """How many turns may have been running when somebody was refused: six fit in, and as long as one more does,
    nobody is."""
    return sum(each.kind == ANSWERED and each.sent <= refused.done and refused.sent <= each.done for each in samples)


def test_our_driver_and_the_law_and_its_control(tmp_path: Path) -> None:
    profile = profiles.spike(30, seconds=6)
    with own(tmp_path, capacity=30, service=0.2) as house:
        town = runs.town_of("p", 1, SALON_DAYS)
        while town.told().total() < ENOUGH:  # how far people come in three seconds depends on who else is at work
            calm = runs.drive(town, house, profiles.sustained(25, seconds=3))
            assert [*calm.broken, *calm.lost] == []
        heard = runs.drive(town, house, profile)
        run = runs.judge(heard, house, profile, capacity=30, facts={"people": "p"})
        with closing(sqlite3.connect(tmp_path / "pulpo.db")) as database, database:
            database.execute(
                "UPDATE booking_appointments SET state = 'cancelled' WHERE id IN "
                "(SELECT id FROM booking_appointments WHERE state = 'active' LIMIT 1)"
            )
        robbed = runs.judge(heard, house, profile, capacity=30, facts={"people": "p"})
    law, lossless, *_ = run.checks  # how quick it is depends on who else is at work: that is for runs by hand
    assert law.holds, law
    assert lossless.holds, lossless
    assert run.stages[1].offered == pytest.approx(300, rel=0.15)
    begin, end = profile.span("spike")
    became = Counter(sample.kind for sample in heard.samples if begin <= sample.due < end)
    print(f"\n{run.told} bookings told; in the spike {dict(became)}")
    assert became[REFUSED] > became[ANSWERED] > 0
    assert [sample for sample in heard.samples if sample.kind == REFUSED and beside(sample, heard.samples) < 6] == []
    assert not robbed.checks[0].holds, "a booking that vanished must be missed"
    page = write(run, tmp_path / "report").read_text("utf-8")
    assert page.count("<svg") == 7
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_locust_and_the_command(tmp_path: Path) -> None:
    out = tmp_path / "report"
    command = [sys.executable, "-m", "load", "sustained", "--seconds", "6", "--rate", "8", "--out", out]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, timeout=240 + STOP_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads((out / "report.json").read_text("utf-8"))
    assert report["holds"]
    assert report["told"] == report["rows"] > 0
    assert report["facts"]["driver"].startswith("locust")
    assert {"ask", "book"} <= set(report["stories"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sustained", "--url", "http://192.0.2.1:80"], "no loopback address"),
        (["spike", "--driver", "locust"], "cannot outrun"),
        (["sprint"], "'sprint' is not one of"),
    ],
)
def test_what_it_will_not_do(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert says in result.output
