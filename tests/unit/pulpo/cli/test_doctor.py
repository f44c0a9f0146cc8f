import json

CHECKS = [
    "python",
    "libraries",
    "optional parts",
    "time zones",
    "settings",
    "plugins",
    "variants",
    "database",
    "address",
    "rate limits",
]


def test_a_healthy_installation_ends_with_0(run, echo: str, free_port: int) -> None:
    result = run("doctor", "--set", f"port={free_port}")
    assert result.exit_code == 0
    assert [line[5:20].strip() for line in result.stdout.splitlines()] == CHECKS
    assert all(line.startswith("ok   ") for line in result.stdout.splitlines())


def test_a_fault_ends_with_1_and_says_what_to_do(run, echo: str) -> None:
    result = run("doctor", "--set", "variants.stable.planner=gone")
    assert result.exit_code == 1
    assert "FAIL variants        no plugin offers variants.stable.planner = 'gone'" in result.stdout
    assert "→ install the plugin, or change it" in result.stdout


def test_a_plugin_that_keeps_the_server_from_starting_is_named(run, install, echo: str) -> None:
    bad = install("doctored", "1 / 0")
    result = run("doctor", "--set", f"plugins.allow={echo},{bad}", "--set", f"plugins.required={bad}")
    assert result.exit_code == 1
    assert f"FAIL plugin {bad} " in result.stdout


def test_findings_are_printed_as_json(run, echo: str) -> None:
    found = json.loads(run("doctor", "--json").stdout)
    assert [finding["check"] for finding in found] == CHECKS
    assert {tuple(finding) for finding in found} == {("check", "status", "detail", "advice")}


def test_broken_settings_are_found_not_raised(run) -> None:
    result = run("doctor", "--set", "prot=1")
    assert result.exit_code == 1
    assert "FAIL settings        option --set prot: prot: no such setting" in result.stdout
