import sqlite3
from contextlib import closing


def test_upgrading_makes_the_tables_once(run, folder) -> None:
    only = ("--set", "plugins.allow=pulpo_canary")
    first = run("db", "upgrade", *only)
    assert first.exit_code == 0
    assert first.stdout.startswith("applied core_")
    assert run("db", "upgrade", *only).stdout == "already up to date\n"
    with closing(sqlite3.connect(folder / "pulpo.db")) as connection:
        assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'api_keys'").fetchone() == (1,)


def test_a_database_elsewhere_can_be_named(run, tmp_path, folder) -> None:
    path = tmp_path / "deep" / "other.db"
    run("db", "upgrade", "--database-url", f"sqlite:///{path}", "--set", "plugins.allow=pulpo_canary")
    assert path.exists()
    assert list(folder.iterdir()) == []


def test_an_impossible_database_is_one_line(run) -> None:
    result = run("db", "upgrade", "--database-url", "mysql://x")
    assert result.exit_code == 2
    assert "option --database-url: database_url: expected a database URL" in result.stderr


def test_checking_names_what_an_upgrade_would_do_and_does_nothing(run, folder) -> None:
    only = ("--set", "plugins.allow=pulpo_canary")
    first = run("db", "check", *only)
    assert first.exit_code == 0
    assert first.stdout.startswith("would apply core_0001\n")
    assert not (folder / "pulpo.db").exists()
    run("db", "upgrade", *only)
    assert run("db", "check", *only).stdout == "already up to date\n"


def test_a_revision_that_takes_something_away_is_refused(run, folder, monkeypatch, tmp_path) -> None:
    revision = tmp_path / "core_9999.py"
    revision.write_text('def upgrade() -> None:\n    op.drop_table("effects")\n')
    monkeypatch.setattr("pulpo.store.migrate.pending", lambda *_: (revision,))
    result = run("db", "check", "--set", "plugins.allow=pulpo_canary")
    assert result.exit_code == 2
    assert 'core_9999: it takes away what the release before needs (op.drop_table("effects"))' in result.stderr
