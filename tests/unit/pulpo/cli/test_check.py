import json


def test_a_plugin_that_cannot_be_used_ends_with_1_and_says_why(run, install) -> None:
    bad = install("checked_bad", "import nothing_of_that_name")
    result = run("check", bad)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"error   plugin {bad}: ")
    assert "nothing_of_that_name" in result.stdout


def test_findings_are_printed_as_json(run, echo: str) -> None:
    findings = json.loads(run("check", echo, "--json").stdout)
    assert {"level", "subject", "message"} == set(findings[0])
    assert any(finding["subject"] == "tool weigh, text" for finding in findings)


def test_nothing_to_mend_ends_with_0(run, install) -> None:
    good = install(
        "checked_good",
        """
        import pulpo
        class Quiet(pulpo.Policy):
            name = "quiet"
        @pulpo.hookimpl
        def pulpo_register_policies(settings):
            return [Quiet()]
        """,
    )
    result = run("check", good)
    assert (result.exit_code, result.stdout) == (0, f"plugin {good} is well made\n")


def test_a_plugin_that_is_not_installed_is_an_error(run) -> None:
    result = run("check", "gone")
    assert result.exit_code == 1
    assert "not installed" in result.stdout
