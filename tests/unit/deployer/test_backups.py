from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deployer import backups
from deployer.engine import DeployError

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DUMP = """SET search_path = '';
COPY public.appointments (id, name) FROM stdin;
1\tAna
2\tCOPY public.keys (id) FROM stdin;
\\.


COPY public.keys (id) FROM stdin;
\\.


-- PostgreSQL database dump complete
"""


def test_a_backup_that_is_cut_off_is_refused(engine, machine, tmp_path: Path) -> None:
    machine.said["pg_dump"] = "CREATE TABLE"
    with pytest.raises(DeployError, match="not complete"):
        backups.back_up(engine, folder=tmp_path, now=NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_kept_for_its_owner_alone(engine, machine, tmp_path: Path) -> None:
    machine.said["pg_dump"] = DUMP
    file = backups.back_up(engine, folder=tmp_path, now=NOW)
    assert list(tmp_path.iterdir()) == [file]
    assert file.name == "20261124T093000Z.sql"
    assert file.stat().st_mode & 0o777 == 0o600


def test_rows_of_a_dump_are_counted_by_table(tmp_path: Path) -> None:
    file = tmp_path / "dump.sql"
    file.write_text(DUMP, "utf-8")
    assert backups.rows_in(file) == {"public.appointments": 2, "public.keys": 0}


def test_a_restored_backup_is_compared_with_what_was_dumped(engine, machine, tmp_path: Path) -> None:
    file = tmp_path / "dump.sql"
    file.write_text(DUMP, "utf-8")
    machine.said["--tuples-only"] = "public.appointments|2\npublic.keys|0\n"
    assert backups.try_restore(engine, file) == "2 tables, 2 rows"
    machine.said["--tuples-only"] = "public.appointments|1\npublic.keys|0\n"
    with pytest.raises(DeployError, match=r"public\.appointments \(2\)"):
        backups.try_restore(engine, file)
    assert machine.did("dropdb", backups.SCRATCH)
    assert list(tmp_path.iterdir()) == [file]


def test_what_a_restore_on_trial_made_is_removed_when_it_cannot_be_restored(engine, machine, tmp_path: Path) -> None:
    file = tmp_path / "dump.sql"
    file.write_text(DUMP, "utf-8")
    machine.failing = {"ON_ERROR_STOP"}
    with pytest.raises(DeployError, match="no luck"):
        backups.try_restore(engine, file)
    made, removed = (
        max(number for number, line in enumerate(machine.commands) if program in line)
        for program in ("createdb", "dropdb")
    )
    assert made < removed
    assert list(tmp_path.iterdir()) == [file]


def test_an_empty_backup_is_no_backup() -> None:
    with pytest.raises(DeployError, match="no table"):
        backups.compare({}, {})
