"""Brings a database to the newest schema: the core's revisions and each plugin's branch, by alembic."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pulpo.errors import SettingsError, StoreUnavailableError
from pulpo.settings.secrets import shown

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

CORE = Path(__file__).parent / "migrations"

SQLITE = "sqlite:///"


def database_path(url: str) -> Path:
    """Return the file of a ``sqlite:///`` URL; raises `SettingsError` for any other database."""
    path = url.removeprefix(SQLITE)
    if not url.startswith(SQLITE) or not path or path == ":memory:":
        raise SettingsError(
            f"{shown('database_url', url)!r} is not supported: write {SQLITE}FILE"
            " (a relative path, or an absolute one with four slashes)",
            source="settings",
            key="database_url",
        )
    return Path(path)


def upgrade(url: str, branches: Mapping[str, Path]) -> tuple[str, ...]:
    """Apply what is missing and return the revisions that were applied, oldest first.

    ``branches`` are the plugins' folders of revisions, by plugin name. A database that is up to date is left
    alone, without importing alembic. Raises `StoreUnavailableError` when the file cannot be opened.
    """
    path = database_path(url)
    folders = [CORE / "versions", *(branches[name] for name in sorted(branches))]
    try:
        applied = _applied(path)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailableError(f"cannot open the database {path}: {error}") from error
    if applied == _stamp(folders):
        return ()
    return _run(url, path, folders)


def pending(url: str, branches: Mapping[str, Path]) -> bool:
    """Whether `upgrade` would have something to do."""
    folders = [CORE / "versions", *(branches[name] for name in sorted(branches))]
    return _applied(database_path(url)) != _stamp(folders)


def _stamp(folders: Iterable[Path]) -> str:
    """Name every revision file there is: as long as none was added, alembic need not be asked."""
    return " ".join(sorted(file.stem for folder in folders for file in folder.glob("[!_]*.py")))


def _applied(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return ""
    with closing(sqlite3.connect(path)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'pulpo_stamp'").fetchone()
        row = known and connection.execute("SELECT stamp FROM pulpo_stamp").fetchone()
    return row[0] if row else ""


def _run(url: str, path: Path, folders: list[Path]) -> tuple[str, ...]:
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine

    config = _config(url, folders)
    scripts = ScriptDirectory.from_config(config)
    applied: list[str] = []

    def plan(revision: object, _context: object) -> list[object]:
        steps = scripts._upgrade_revs("heads", revision)  # type: ignore[arg-type]  # alembic's own documented recipe
        applied.extend(step.revision.revision for step in steps)
        return list(steps)

    engine = create_engine(url)
    with engine.begin() as connection, EnvironmentContext(config, scripts, fn=plan) as context:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        context.configure(connection=connection, target_metadata=None, transaction_per_migration=False)
        context.run_migrations()
    engine.dispose()
    _write_stamp(path, _stamp(folders))
    return tuple(applied)


def _config(url: str, folders: list[Path]) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(CORE))
    config.set_main_option("version_locations", "\n".join(map(str, folders)))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def _write_stamp(path: Path, stamp: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS pulpo_stamp (stamp TEXT NOT NULL)")
        connection.execute("DELETE FROM pulpo_stamp")
        connection.execute("INSERT INTO pulpo_stamp VALUES (?)", (stamp,))


def heads(url: str, branches: Mapping[str, Path]) -> ScriptDirectory:
    """Return alembic's view of all revisions, for tests and tools."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(url, [CORE / "versions", *branches.values()]))
