from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deployer.__main__ import main
from deployer.engine import ROOT


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULPO_ENGINE", "false")
    monkeypatch.setenv("PULPO_COMPOSE", "false")


def test_a_dry_run_names_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["production", "--dry-run", "--blue-green", "--without", "grafana"]) == 0
    said = capsys.readouterr().err
    assert all(
        word in said for word in ("backup", "start the idle colour", "switch", "Prometheus healthy", "smoke chat")
    )
    assert "Grafana" not in said


def test_an_engine_that_fails_ends_the_run_before_any_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staging", "--skip-tests"]) == 1
    said = capsys.readouterr().err
    assert "engine failed" in said
    assert "rolled back" not in said


@pytest.mark.parametrize(("typed", "status"), [("no", 1), ("prod", 1)])
def test_production_is_asked_about(typed: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("builtins.input", lambda _prompt: typed)
    assert main(["production"]) == status
    assert "nothing was changed" in capsys.readouterr().err


def test_production_without_a_person_needs_yes(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def nobody(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    assert main(["production"]) == 2
    assert "--yes" in capsys.readouterr().err


def test_the_script_runs_from_anywhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [ROOT / "scripts/deploy.sh", "rollback", "--dry-run"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "rollback: pulpo-ai:previous" in done.stderr
