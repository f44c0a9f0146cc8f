"""Brings a database to the newest schema: the core's revisions and each plugin's branch, by alembic."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pulpo.errors import StoreUnavailableError
from pulpo.store.addresses import database_path, postgres_address
from pulpo.store.transact import transact

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

CORE = Path(__file__).parent / "migrations"

_LOCK = 0x70756C706F
"""The advisory lock under which one replica migrates while the others, started with it, wait."""


def upgrade(url: str, branches: Mapping[str, Path]) -> tuple[str, ...]:
    """Apply what is missing and return the revisions that were applied, oldest first.

    ``branches`` are the plugins' folders of revisions, by plugin name. A database that is up to date is left
    alone, without importing alembic; so is one that a newer release has brought further, which the one before must
    be able to use (expand first, contract a release later). Raises `StoreUnavailableError` when the database cannot
    be opened. Not for code that an event loop runs: call it in a thread there.
    """
    folders = _folders(branches)
    return _run(url, folders) if _missing(applied(url), folders) else ()


def pending(url: str, branches: Mapping[str, Path]) -> tuple[Path, ...]:
    """Return the revision files that `upgrade` would apply, by name."""
    folders = _folders(branches)
    missing = _missing(applied(url), folders)
    return tuple(sorted(file for folder in folders for file in folder.glob("[!_]*.py") if file.stem in missing))


def applied(url: str) -> frozenset[str]:
    """Return the names of the revision files that the database has seen; none when it has no tables yet."""
    if postgres_address(url) is not None:
        return transact(url, _stamped)
    path = database_path(url)
    try:
        return _stamped_file(path)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailableError(f"cannot open the database {path}: {error}") from error


def _folders(branches: Mapping[str, Path]) -> list[Path]:
    return [CORE / "versions", *(branches[name] for name in sorted(branches))]


def _missing(known: frozenset[str], folders: Iterable[Path]) -> frozenset[str]:
    """Name the revision files not seen yet: as long as there is none, alembic need not be asked."""
    return frozenset(file.stem for folder in folders for file in folder.glob("[!_]*.py")) - known


def _stamped(connection: Connection) -> frozenset[str]:
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table("pulpo_stamp"):
        return frozenset()
    stamp: str = connection.execute(text("SELECT stamp FROM pulpo_stamp")).scalar() or ""
    return frozenset(stamp.split())


def _stamped_file(path: Path) -> frozenset[str]:
    """Like `_stamped`, without the half-second of importing SQLAlchemy."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return frozenset()
    with closing(sqlite3.connect(path)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'pulpo_stamp'").fetchone()
        row = known and connection.execute("SELECT stamp FROM pulpo_stamp").fetchone()
    return frozenset(row[0].split() if row else ())


def _run(url: str, folders: list[Path]) -> tuple[str, ...]:
    def migrate(connection: Connection) -> tuple[str, ...]:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        known = _stamped(connection)
        missing = _missing(known, folders)
        if not missing:
            return ()
        done = _apply(connection, url, folders)
        _write_stamp(connection, known | missing)
        return done

    return transact(url, migrate)


def _apply(connection: Connection, url: str, folders: list[Path]) -> tuple[str, ...]:
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = _config(url, folders)
    scripts = ScriptDirectory.from_config(config)
    applied: list[str] = []

    known = {script.revision for script in scripts.walk_revisions()}

    def plan(current: tuple[str, ...], _context: object) -> list[object]:
        # A branch whose plugin is gone (uninstalled, denied, broken) stays as it is: its tables and data are kept.
        here = tuple(revision for revision in current if revision in known)
        steps = scripts._upgrade_revs("heads", here)  # type: ignore[arg-type]  # alembic's own documented recipe
        applied.extend(step.revision.revision for step in steps)
        return list(steps)

    with EnvironmentContext(config, scripts, fn=plan) as context:
        context.configure(connection=connection, target_metadata=None, transaction_per_migration=False)
        context.run_migrations()
    return tuple(applied)


def _config(url: str, folders: list[Path]) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(CORE))
    config.set_main_option("version_locations", "\n".join(map(str, folders)))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def _write_stamp(connection: Connection, names: Iterable[str]) -> None:
    from sqlalchemy import text

    connection.execute(text("CREATE TABLE IF NOT EXISTS pulpo_stamp (stamp TEXT NOT NULL)"))
    connection.execute(text("DELETE FROM pulpo_stamp"))
    connection.execute(text("INSERT INTO pulpo_stamp VALUES (:stamp)"), {"stamp": " ".join(sorted(names))})
