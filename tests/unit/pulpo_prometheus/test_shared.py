"""Several processes, one page: each counts for itself, any of them shows the sum."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pulpo
from pulpo_prometheus import shared
from pulpo_prometheus.page import PLAIN
from support.metrics import Page, called, finished

COUNT = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import pulpo
from support.metrics import Page, called, finished
page = Page(folder=Path(sys.argv[2]))
for _ in range(int(sys.argv[3])):
    page.tell(finished(duration=0.3))
    page.tell(called())
page.sink.process.readings = lambda: pulpo.Readings(turns_in_flight=2, breakers={"open": 1})
page.sink.process.refresh()
"""
REFUSE = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import pulpo
from support.metrics import Page
configured = pulpo.CanaryConfigured(3, 0.2, "percentage", "canary", problem="the settings file is refused")
Page(folder=Path(sys.argv[2])).tell(configured)
"""
TESTS = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(shared.VARIABLE, str(tmp_path))
    return tmp_path


def elsewhere(script: str, folder: Path, *arguments: object) -> None:
    command = [sys.executable, "-c", script, str(TESTS), str(folder), *map(str, arguments)]
    subprocess.run(command, check=True)


def count_elsewhere(folder: Path, turns: int) -> None:
    elsewhere(COUNT, folder, turns)


def test_one_process_shares_nothing(tmp_path: Path) -> None:
    assert shared.folder_of({}) is None
    assert shared.folder_of({shared.VARIABLE: str(tmp_path / "new")}) == tmp_path / "new"
    assert (tmp_path / "new").is_dir()


def test_the_page_of_one_process_counts_what_the_others_did(folder: Path) -> None:
    page = Page(folder=folder)
    for turns in (20, 7):
        count_elsewhere(folder, turns)
    for _ in range(5):
        page.tell(finished(duration=2.0))
    requests = "pulpo_orchestrator_requests_total"
    assert page.value(requests, variant="stable", served_by="stable", outcome="ok") == 32
    assert page.value("pulpo_orchestrator_duration_seconds_count", variant="stable") == 32
    assert page.value("pulpo_orchestrator_duration_seconds_bucket", variant="stable", le="0.5") == 27
    assert page.value("pulpo_orchestrator_duration_seconds_sum", variant="stable") == pytest.approx(18.1)
    assert page.value("pulpo_tool_calls_total", tool="book", outcome="ok") == 27
    assert page.value("pulpo_turns_in_flight") == 4
    assert page.value("pulpo_build_info", **labels_of_the_build(page)) == 1


def test_whoever_leaves_takes_its_gauges_along(folder: Path) -> None:
    page = Page(folder=folder)
    page.tell(finished())
    page.sink.process.readings = lambda: pulpo.Readings(turns_in_flight=2)
    page.sink.process.refresh()
    assert page.value("pulpo_turns_in_flight") == 2
    shared.leave(folder)
    assert page.value("pulpo_turns_in_flight") is None
    assert page.value("pulpo_workspace_turns_total", workspace="demo", outcome="ok") == 1


def test_a_process_that_refuses_the_settings_is_not_hidden_by_one_that_takes_them(folder: Path) -> None:
    page = Page(folder=folder)
    page.tell(pulpo.CanaryConfigured(3, 0.2, "percentage", "canary"))
    assert page.value("pulpo_canary_config_valid") == 1
    elsewhere(REFUSE, folder)
    assert page.value("pulpo_canary_config_valid") == 0


def test_metadata_is_that_of_one_process(folder: Path) -> None:
    def described(page: Page) -> set[str]:
        page.tell(finished())
        page.tell(called())
        return {line for line in PLAIN.write(page.registry).decode().splitlines() if line.startswith("# ")}

    assert {it for it in described(Page()) if " pulpo_" in it} >= described(Page(folder=folder))


def labels_of_the_build(page: Page) -> dict[str, str]:
    (family,) = [it for it in page.registry.collect() if it.name == "pulpo_build_info"]
    return family.samples[0].labels
