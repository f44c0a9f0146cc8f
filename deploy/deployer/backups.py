"""The database's backup: taken before production changes, and restored beside the database to see that it can be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from deployer.engine import ROOT, DeployError, Engine

FOLDER = ROOT / "deploy" / "backups"
SCRATCH = "pulpo_restore_check"
DATABASE = "pulpo"
LONG = 3600.0
"""Seconds that a dump or a restore may take."""

COUNT_ALL = (
    "SELECT format('SELECT %L, count(*) FROM %I.%I', schemaname || '.' || tablename, schemaname, tablename) "
    "FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') \\gexec\n"
)


def back_up(engine: Engine, *, folder: Path = FOLDER, now: datetime | None = None) -> Path:
    """Write the database into a new file of ``folder``; raises `DeployError` when the dump fails or is cut off."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{(now or datetime.now(UTC)):%Y%m%dT%H%M%SZ}.sql"
    draft = target.with_suffix(".part")
    draft.touch(mode=0o600)
    try:
        _client(engine, "pg_dump", "--clean", "--if-exists", DATABASE, target=draft)
        if "PostgreSQL database dump complete" not in _end_of(draft):
            raise DeployError("the backup is not complete; nothing was changed")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def try_restore(engine: Engine, backup: Path) -> str:
    """Restore ``backup`` into a database of its own, compare the rows of every table and remove it again, whatever
    ends this: what the database still does of it is cut off.

    Raises `DeployError` when the backup cannot be restored or lost rows.
    """
    questions = backup.with_suffix(".count")
    questions.write_text(COUNT_ALL, "utf-8")
    try:
        _drop(engine)
        _client(engine, "createdb", SCRATCH)
        _client(engine, "psql", "--quiet", "--set", "ON_ERROR_STOP=1", SCRATCH, source=backup)
        counted = _client(engine, "psql", "--no-align", "--tuples-only", SCRATCH, source=questions)
    finally:
        questions.unlink()
        _drop(engine)
    return compare(rows_in(backup), dict(re.findall(r"^([\w.]+)\|(\d+)$", counted, re.MULTILINE)))


def rows_in(backup: Path) -> dict[str, int]:
    """Count the rows of each table in a dump; a table's rows stand between its COPY and a line ``\\.``."""
    rows: dict[str, int] = {}
    table = ""
    with backup.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if table and line == "\\.\n":
                table = ""
            elif table:
                rows[table] += 1
            elif begun := re.match(r'COPY (["\w.]+) .*FROM stdin;$', line):
                table = begun[1].replace('"', "")
                rows[table] = 0
    return rows


def compare(dumped: Mapping[str, int], restored: Mapping[str, str]) -> str:
    """Raise `DeployError` for a table whose restored rows are not those of the dump."""
    wrong = [f"{table} ({rows})" for table, rows in dumped.items() if restored.get(table) != str(rows)]
    if wrong or not dumped:
        raise DeployError(f"the backup does not restore as it was: {', '.join(wrong) or 'it holds no table'}")
    return f"{len(dumped)} tables, {sum(dumped.values())} rows"


def _drop(engine: Engine) -> None:
    _client(engine, "dropdb", "--if-exists", "--force", SCRATCH)


def _client(
    engine: Engine, program: str, *arguments: str, source: Path | None = None, target: Path | None = None
) -> str:
    return engine.service(
        *("exec", "-T", "postgres", program, "--username", DATABASE, *arguments),
        seconds=LONG,
        source=source,
        target=target,
    )


def _end_of(file: Path, size: int = 400) -> str:
    with file.open("rb") as dump:
        dump.seek(max(0, file.stat().st_size - size))
        return dump.read().decode(errors="replace")
