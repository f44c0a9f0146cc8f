import json
import sqlite3
from contextlib import closing

import pytest

from pulpo.cli.database import in_transaction
from pulpo.settings import Settings
from pulpo.store.keys import authenticate


@pytest.fixture(autouse=True)
def few_plugins(folder) -> None:
    salons = "".join(f'[workspaces.{name}]\nname = "{name}"\n' for name in ("salon", "a", "b"))
    (folder / "pulpo.toml").write_text(f'[plugins]\nallow = ["pulpo_canary"]\n{salons}')


def listed(run, *arguments: str) -> list[dict[str, object]]:
    return json.loads(run("keys", "list", "--json", *arguments).stdout)


def test_a_key_is_printed_alone_once_and_opens_the_workspace(run, folder) -> None:
    result = run("keys", "create", "--workspace", "salon", "--scope", "chat", "--scope", "admin", "--name", "web")
    assert result.exit_code == 0
    secret = result.stdout.strip()
    record = in_transaction(Settings(), lambda connection: authenticate(connection, secret))
    assert record is not None
    assert (record.workspace_id, record.scopes) == ("salon", frozenset({"chat", "admin"}))
    assert "not shown again" in result.stderr
    assert secret not in result.stderr
    for arguments in ((), ("--json",)):
        table = run("keys", "list", *arguments).output
        assert record.id in table
        assert secret not in table
    assert not any(secret.encode() in file.read_bytes() for file in folder.iterdir())


def test_keys_are_listed_by_workspace(run) -> None:
    for workspace in ("a", "b"):
        run("keys", "create", "--workspace", workspace, "--scope", "chat")
    assert [record["workspace"] for record in listed(run)] == ["a", "b"]
    assert [record["workspace"] for record in listed(run, "--workspace", "b")] == ["b"]


def test_a_revoked_key_says_when_and_cannot_be_revoked_again(run) -> None:
    run("keys", "create", "--workspace", "a", "--scope", "chat")
    (record,) = listed(run)
    assert record["revoked"] is None
    assert run("keys", "revoke", str(record["id"])).stdout == f"revoked {record['id']}\n"
    assert listed(run)[0]["revoked"] is not None
    again = run("keys", "revoke", str(record["id"]))
    assert again.exit_code == 2
    assert "`pulpo keys list` shows them" in again.stderr


def test_an_unknown_scope_is_one_line_naming_the_known_ones(run) -> None:
    result = run("keys", "create", "--workspace", "a", "--scope", "root")
    assert result.exit_code == 2
    assert "choose from chat, channel, booking:read, booking:admin, metrics, admin" in result.stderr
    assert listed(run) == []


def test_a_key_to_nowhere_is_not_made(run) -> None:
    result = run("keys", "create", "--workspace", "salom", "--scope", "chat")
    assert result.exit_code == 2
    assert result.stderr.startswith("pulpo: there is no workspace 'salom'; known are: a, b, demo, salon")
    assert listed(run) == []


def test_a_key_made_beside_an_open_database_is_seen_there_and_nothing_is_checkpointed(run, folder) -> None:
    run("db", "upgrade")
    with closing(sqlite3.connect(folder / "pulpo.db")) as server:
        server.execute("PRAGMA journal_mode=WAL")
        server.execute("CREATE TABLE held (x)")
        before = (folder / "pulpo.db").read_bytes()
        run("keys", "create", "--workspace", "a", "--scope", "chat")
        assert server.execute("SELECT count(*) FROM api_keys").fetchone() == (1,)
        assert (folder / "pulpo.db").read_bytes() == before


def test_a_locked_database_is_one_line(run, folder, monkeypatch) -> None:
    run("db", "upgrade")
    monkeypatch.setattr("pulpo.store.transact.WAIT", 0.01)
    with closing(sqlite3.connect(folder / "pulpo.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        result = run("keys", "create", "--workspace", "a", "--scope", "chat")
    assert result.exit_code == 2
    assert result.stderr.startswith("pulpo: the database pulpo.db refuses: database is locked")


def test_a_file_that_is_no_database_is_one_line(run, folder) -> None:
    (folder / "pulpo.db").write_bytes(b"these are not the bytes of a database" * 100)
    result = run("keys", "list")
    assert result.exit_code == 2
    assert "pulpo.db" in result.stderr
    assert result.stderr.count("\n") == 1
