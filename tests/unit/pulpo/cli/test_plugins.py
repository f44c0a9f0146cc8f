import json

FIELDS = {"name", "state", "distribution", "version", "contributes", "import_ms", "reason"}


def test_active_and_quarantined_plugins_are_listed_with_the_reason(run, install) -> None:
    good = install("shown_good", "import pulpo\n@pulpo.hookimpl\ndef pulpo_register_tools(settings):\n    return []\n")
    bad = install("shown_bad", "import nothing_of_that_name")
    result = run("plugins", "--json")
    records = {record["name"]: record for record in json.loads(result.stdout)}
    assert result.exit_code == 0
    assert set(records[bad]) == FIELDS
    assert records[bad]["state"] == "quarantined"
    assert "nothing_of_that_name" in records[bad]["reason"]
    assert (records[good]["distribution"], records[good]["version"]) == ("shown_good", "1.2")


def test_strict_ends_with_1_when_one_is_quarantined(run, install) -> None:
    bad = install("strict_bad", "1 / 0")
    assert run("plugins", "--strict", "--set", f"plugins.allow={bad}").exit_code == 1
    assert run("plugins", "--set", f"plugins.allow={bad}").exit_code == 0
    assert run("plugins", "--strict", "--set", "plugins.allow=pulpo_canary").exit_code == 0


def test_the_list_is_shown_even_if_the_server_would_refuse_to_start(run) -> None:
    result = run("plugins", "--set", "plugins.required=gone", "--set", "plugins.strict=true")
    assert result.exit_code == 0
    assert "pulpo_canary" in result.stdout


def test_the_table_says_what_a_plugin_contributes(run, echo: str) -> None:
    result = run("plugins")
    row = next(line for line in result.stdout.splitlines() if line.startswith(echo))
    assert "active" in row
    assert "planners: echo" in result.stdout
    assert "blocked" in result.stdout
