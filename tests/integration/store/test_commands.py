"""Commands on PostgreSQL: `pulpo db upgrade`, `pulpo keys`, `pulpo doctor`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pulpo.cli import main
from pulpo.cli.findings import database
from pulpo.errors import SettingsError, StoreUnavailableError
from pulpo.store.migrate import upgrade
from support.ports import free_port
from support.postgres import Postgres


@pytest.fixture
def url(postgres: Postgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An empty database, and a folder where it is the configured one."""
    address = postgres.create()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULPO_DATABASE_URL", address)
    return address


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_database_is_brought_up_to_date_once(url: str) -> None:
    assert "applied core_0001" in run("db", "upgrade")
    assert run("db", "upgrade") == "already up to date\n"


def test_keys_are_made_listed_and_revoked(url: str) -> None:
    created = run("keys", "create", "--workspace", "demo", "--scope", "chat")
    key_id = created.split()[0]
    assert key_id in run("keys", "list")
    assert run("keys", "revoke", key_id) == f"revoked {key_id}\n"
    assert CliRunner().invoke(main, ["keys", "revoke", key_id]).exit_code != 0


def test_the_doctor_sees_what_is_missing(url: str) -> None:
    assert database(url, {}).status == "warn"
    upgrade(url, {})
    assert database(url, {}).status == "ok"
    gone = database(f"postgresql://ana:secret@127.0.0.1:{free_port()}/pulpo", {})  # pragma: allowlist secret
    assert gone.status == "fail"
    assert "secret" not in gone.text if hasattr(gone, "text") else True


def test_a_schema_of_the_next_release_is_left_alone(url: str, postgres: Postgres) -> None:
    """Replicas of the release before may start while the new one is rolled out."""
    upgrade(url, {})
    name = url.rpartition("/")[2]
    postgres.execute("UPDATE pulpo_stamp SET stamp = stamp || ' core_0002'", database=name)
    postgres.execute("UPDATE alembic_version SET version_num = 'core_0002'", database=name)
    assert upgrade(url, {}) == ()


def test_what_cannot_be_reached_or_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="cannot be used"):
        upgrade(f"postgresql://postgres@127.0.0.1:{free_port()}/pulpo", {})
    with pytest.raises(SettingsError, match="cannot be read as an address"):
        upgrade("postgresql://postgres@127.0.0.1:port/pulpo", {})
