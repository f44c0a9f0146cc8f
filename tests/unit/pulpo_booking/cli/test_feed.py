"""``pulpo booking feed`` over a real database."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulpo.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["booking", "feed", *arguments])


def test_made_listed_revoked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PULPO_CONFIG", raising=False)
    made = run("create", "--name", "Ana's phone")
    assert made.stdout.startswith("/booking/calendar.ics?token=")
    id_ = made.stderr.partition(".")[0]
    listed = run("list").stdout
    assert id_ in listed
    assert "Ana's phone" in listed
    assert run("revoke", id_).stdout == f"revoked {id_}\n"
    again = run("revoke", id_)
    assert again.exit_code == 2
    assert "No such feed" in again.stderr
