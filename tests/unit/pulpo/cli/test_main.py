import subprocess
import sys

import pytest

from pulpo import __version__

COMMANDS = "serve chat plugins check doctor eval config keys logs db canary breakers approvals".split()


def test_the_version_is_told(run) -> None:
    assert run("--version").output == f"PulpoAI {__version__}\n"


def test_help_names_every_command_on_one_line_each(run) -> None:
    own, _, plugins = run("--help").output.partition("Commands:")[2].partition("\n\nCommands of plugins:")
    lines = own.split("\n")[1:]
    assert sorted(line.split()[0] for line in lines if line) == sorted(COMMANDS)
    assert [line.split()[0] for line in plugins.split("\n") if line] == ["booking"]
    assert not any(line.endswith("...") for line in lines)


BOOKING = ("booking agenda", "booking import", "booking show", "booking feed create")
BELOW = (*BOOKING, "config show", "keys create", "keys list", "keys revoke", "db upgrade")


@pytest.mark.parametrize("command", [*COMMANDS, *BELOW])
def test_every_command_has_help(run, command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert "Usage: " in result.output


@pytest.mark.parametrize("command", "plugins;chat;serve;breakers list;db upgrade;keys list;config show".split(";"))
def test_a_wrong_setting_is_one_line_and_exit_code_2(run, command: str) -> None:
    result = run(*command.split(), "--set", "prot=1")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("pulpo: option --set prot: prot: no such setting; did you mean port?")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("assignment", ["port", "=1", ""])
def test_an_assignment_without_key_and_value_is_refused(run, assignment: str) -> None:
    result = run("plugins", "--set", assignment)
    assert result.exit_code == 2
    assert "is not KEY=VALUE" in result.stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nope", "pulpo: no such command 'nope'; `pulpo --help` tells how to call it"),
        ("--nope", "pulpo: no such option '--nope'; `pulpo --help` tells"),
        ("keys create", "pulpo: missing option '--workspace'; `pulpo keys create --help` tells"),
        ("serve --port x", "pulpo: invalid value for '--port': 'x' is not a valid integer; `pulpo serve --help` tells"),
        ("booking agenda --url x --workspace y", "pulpo: --workspace is for the database of the settings;"),
    ],
)
def test_a_wrong_call_is_one_line_that_says_where_the_right_one_is_told(run, line: str, says: str) -> None:
    result = run(*line.split())
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith(says)


def test_a_group_without_a_command_shows_its_help(run) -> None:
    result = run("keys")
    assert "Usage: pulpo keys" in result.output
    assert "create  Make a key" in result.output


def test_the_module_is_the_command_and_a_broken_file_ends_it_with_2(folder) -> None:
    (folder / "pulpo.toml").write_text("[canary]\npercentage = 10\n")
    command = [sys.executable, "-m", "pulpo", "config", "show"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "pulpo: pulpo.toml: canary.percentage: 10 is not a fraction between 0 and 1: write 0.1 for 10 %\n"
    )


def test_the_command_loads_nothing_heavy_until_it_runs() -> None:
    heavy = {"litestar", "sqlalchemy", "pydantic", "pydantic_settings", "rich", "uvicorn", "anyio", "alembic"}
    script = f"import sys, pulpo.cli; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "[]\n"
