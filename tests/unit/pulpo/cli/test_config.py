import json

import pytest


def test_every_value_is_shown_with_its_source_and_secrets_are_hidden(run, folder, monkeypatch) -> None:
    (folder / "pulpo.toml").write_text("[turns]\nmax_steps = 3\n[plugins.mine]\napi_key = 'hunter2'\n")
    monkeypatch.setenv("PULPO_LOG_LEVEL", "debug")
    url = "postgresql://me:hunter2@host/db"
    result = run("config", "show", "--json", "--database-url", url, "--set", "turns.lease=2")
    shown = {item["key"]: (item["value"], item["source"]) for item in json.loads(result.stdout)}
    assert shown["port"] == (8000, "default")
    assert shown["turns.max_steps"] == (3, "pulpo.toml")
    assert shown["log_level"] == ("debug", "environment variable PULPO_LOG_LEVEL")
    assert shown["turns.lease"] == (2.0, "option --set turns.lease")
    assert shown["database_url"] == ("postgresql://me:***@host/db", "option --database-url")
    assert shown["plugins.mine.api_key"] == ("***", "pulpo.toml")
    assert "hunter2" not in result.output


def test_the_table_has_a_line_for_every_setting(run) -> None:
    table = run("config", "show").stdout
    listed = [item["key"] for item in json.loads(run("config", "show", "--json").stdout)]
    assert [line.split()[0] for line in table.splitlines()[2:]] == listed


@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_file_elsewhere_can_be_named(run, tmp_path, monkeypatch, by: str) -> None:
    file = tmp_path / "other.toml"
    file.write_text("port = 1")
    if by == "variable":
        monkeypatch.setenv("PULPO_CONFIG", str(file))
    result = run("config", "show", "--json", *(["--config", str(file)] if by == "option" else []))
    assert {"key": "port", "value": 1, "source": str(file)} in json.loads(result.stdout)
