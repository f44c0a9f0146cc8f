from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pulpo.errors import SettingsError
from pulpo.settings import load_settings

IN_FILE = [
    ("prot = 1", "prot", "did you mean port? Allowed here: host, port, server"),
    ("deadline = 4", "deadline", "did you mean turns.deadline?"),
    ("[turns]\ndedline = 4", "turns.dedline", "did you mean turns.deadline? Allowed here: turns.deadline"),
    ("[variants.canary]\nplaner = 'x'", "variants.canary.planer", "did you mean variants.canary.planner?"),
    ("[workspaces.demo]\ntimezone = 'x'", "workspaces.demo.timezone", "Allowed here: workspaces.demo.name"),
    ("[plugins]\nalow = ['x']", "plugins.alow", "did you mean plugins.allow?"),
    ("zzz = 1\nport = 'x'", "zzz", "no such setting; Allowed here: host"),
    ("port = 'eighty'", "port", "expected a whole number, not 'eighty'"),
    ("port = 80.5", "port", "expected a whole number, not 80.5"),
    ("port = true", "port", "expected a number, not true or false"),
    ("port = 70000", "port", "less than or equal to 65535, not 70000"),
    ("variants = 3", "variants", "expected a table, not 3"),
    ("plugins = 3", "plugins", "expected a table, not 3"),
    ("turns = 3", "turns", "expected a table, not 3"),
    ("host = 3", "host", "expected a text, not 3"),
    ("server = 'hyper'", "server", "expected 'uvicorn' or 'granian', not 'hyper'"),
    ("prometheus_url = 'x'", "prometheus_url", "expected a URL such as http://127.0.0.1:9090"),
    ("[canary]\nenabled = 'maybe'", "canary.enabled", "expected true or false, not 'maybe'"),
    ("[canary]\npercentage = 10", "canary.percentage", "10 is not a fraction between 0 and 1: write 0.1 for 10 %"),
    ("[canary]\npercentage = -0.1", "canary.percentage", "-0.1 is not a fraction between 0 and 1"),
    ("[canary]\npercentage = nan", "canary.percentage", "expected a finite number"),
    ("[canary]\npercentage = true", "canary.percentage", "expected a number, not true or false"),
    ("[canary]\nvariant = 'new'", "canary.variant", "no variant 'new'; add a [variants] table or use: canary, stable"),
    ("[turns]\ndeadline = 5\nassigned_deadline = 6", "turns.assigned_deadline", "6 s is longer than the whole turn"),
    ("[plugins]\nallow = 3", "plugins.allow", "expected a list of texts, not 3"),
    ("[plugins]\ndeny = [3]", "plugins.deny", "expected a text, not 3"),
    ("[workspaces.demo]\ntz = 'Mars/X'", "workspaces.demo.tz", "not an IANA time zone such as Europe/Madrid"),
    ("prot = 1\nhots = 2", "prot", "(1 more after this one)"),
    ("port = 1\nport = 2", "line 2", "is not valid TOML"),
    ("[canary", "line 1", "is not valid TOML"),
    (f"port = {'1' * 5000}", "line 1", "is not valid TOML"),
    (f"port = {'[' * 5000}", "line 1", "is not valid TOML"),
]

IN_ENVIRONMENT = [
    ("PULPO_PROT", "1", "prot", "did you mean PULPO_PORT? Allowed here: PULPO_HOST"),
    ("PULPO_CANARY_ENABLED", "1", "canary_enabled", "did you mean PULPO_CANARY__ENABLED?"),
    ("PULPO_TURNS__DEDLINE", "1", "turns.dedline", "did you mean PULPO_TURNS__DEADLINE?"),
    ("CANARY_PERCENTAGE", "15", "canary.percentage", "write 0.15 for 15 %"),
    ("CANARY_ENABLED", "perhaps", "canary.enabled", "expected true or false, not 'perhaps'"),
    ("PULPO_PORT", "x", "port", "expected a whole number, not 'x'"),
    ("PULPO_PORT__X", "1", "port", "expected a whole number"),
    ("PULPO_VARIANTS__CANARY", '{"planner"', "variants.canary", "begins like JSON but is not"),
]


def problem(file: Path | None = None, **sources: Mapping[str, Any]) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load_settings(file=file, **{"environ": {}, **sources})
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(("text", "key", "said"), IN_FILE)
def test_a_problem_in_the_file_names_file_key_and_what_is_allowed(
    tmp_path: Path, text: str, key: str, said: str
) -> None:
    file = tmp_path / "pulpo.toml"
    file.write_text(text, encoding="utf-8")
    error = problem(file)
    assert (error.source, error.key) == (str(file), key)
    assert said in str(error)


@pytest.mark.parametrize(("name", "value", "key", "said"), IN_ENVIRONMENT)
def test_a_problem_in_the_environment_names_the_variable(name: str, value: str, key: str, said: str) -> None:
    error = problem(environ={name: value})
    assert (error.source, error.key) == (f"environment variable {name}", key)
    assert said in str(error)


def test_a_problem_on_the_command_line_names_the_option() -> None:
    error = problem(overrides={"database_url": "mysql://x"})
    assert str(error).startswith("option --database-url: database_url: expected a database URL")


def test_the_source_blamed_is_the_one_whose_value_is_in_force(tmp_path: Path) -> None:
    file = tmp_path / "pulpo.toml"
    file.write_text("port = 1", encoding="utf-8")
    assert problem(file, environ={"PULPO_PORT": "x"}).source == "environment variable PULPO_PORT"
    file.write_text("port = 'x'", encoding="utf-8")
    assert load_settings(file=file, environ={"PULPO_PORT": "1"}).port == 1


def test_a_password_is_not_repeated_in_the_message() -> None:
    error = problem(environ={"PULPO_DATABASE_URL": "mysql://me:hunter2@host/db"})
    assert "hunter2" not in str(error)


def test_a_mark_that_an_editor_puts_before_the_text_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "pulpo.toml"
    file.write_text("port = 9000", encoding="utf-8-sig")
    assert load_settings(file=file, environ={}).port == 9000


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "pulpo.toml"
    file.write_bytes(b"host = '\xff'")
    assert "is not UTF-8 text" in str(problem(file))
