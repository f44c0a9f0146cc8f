from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from pulpo.errors import SettingsError, StoreUnavailableError
from pulpo.store.addresses import database_path
from pulpo.store.migrate import pending, upgrade
from pulpo.store.schema import metadata


def test_the_revisions_build_exactly_the_schema(path: Path) -> None:
    """Tables, columns, keys and indexes of the migrated database are those that the code declares."""
    engine = create_engine(f"sqlite:///{path}")
    found = inspect(engine)
    for table in metadata.tables.values():
        columns = {
            column["name"]: (str(column["type"]), column["nullable"]) for column in found.get_columns(table.name)
        }
        declared = {
            column.name: (str(column.type.compile(engine.dialect)), column.nullable) for column in table.columns
        }
        assert columns == declared
        assert {index["name"] for index in found.get_indexes(table.name)} == {index.name for index in table.indexes}
    engine.dispose()


def test_upgrading_twice_changes_nothing(path: Path) -> None:
    assert upgrade(f"sqlite:///{path}", {}) == ()
    assert not pending(f"sqlite:///{path}", {})


def branch(folder: Path, name: str) -> dict[str, Path]:
    """A plugin's folder of revisions, with one that makes a table of the plugin's name."""
    folder = folder / name
    folder.mkdir()
    (folder / f"{name}_0001.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f'revision = "{name}_0001"\ndown_revision = None\nbranch_labels = ("{name}",)\ndepends_on = None\n'
        f'def upgrade():\n    op.create_table("{name}", sa.Column("id", sa.Integer, primary_key=True))\n'
    )
    return {name: folder}


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_plugins_branch_is_applied_when_it_appears(path: Path, tmp_path: Path) -> None:
    url, toys = f"sqlite:///{path}", branch(tmp_path, "toys")
    assert pending(url, toys)
    assert upgrade(url, toys) == ("toys_0001",)
    assert "toys" in tables(path)


def test_a_plugin_that_is_gone_keeps_its_tables_and_stops_nobody(path: Path, tmp_path: Path) -> None:
    """Uninstalled, denied or broken: the others' revisions are applied all the same, and it may come back."""
    url, toys, games = f"sqlite:///{path}", branch(tmp_path, "toys"), branch(tmp_path, "games")
    upgrade(url, toys)
    assert upgrade(url, {}) == ()
    assert upgrade(url, games) == ("games_0001",)
    assert upgrade(url, {**toys, **games}) == ()
    assert {"toys", "games"} <= tables(path)


def test_a_current_database_is_not_worth_importing_alembic_for(path: Path) -> None:
    code = (
        f"import sys; from pulpo.store.migrate import upgrade; upgrade('sqlite:///{path}', {{}});"
        "print('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize("url", ["postgresql://x/y", "sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_what_is_not_a_file_is_refused_with_the_form_to_write(url: str) -> None:
    with pytest.raises(SettingsError, match="write sqlite:///FILE"):
        database_path(url)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database at all, but long enough to look like one" * 20)
    with pytest.raises(StoreUnavailableError, match=r"x\.db"):
        upgrade(f"sqlite:///{tmp_path}/x.db", {})


def test_a_password_is_not_repeated_in_an_error() -> None:
    with pytest.raises(SettingsError) as caught:
        database_path("postgresql://ana:secret@db/pulpo")  # pragma: allowlist secret
    assert "secret" not in str(caught.value)
