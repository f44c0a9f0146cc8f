"""Commands of plugins: found by name, listed by help, given the API, and never in the way of the runtime's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TIDES = """
    import pulpo
    from msgspec import Struct

    class Tide(Struct):
        harbour: str
        workspace: str
        locale: str

    async def tide(request):
        if request.path["harbour"] == "cadiz":
            raise pulpo.RouteError(404, "No such harbour", "Ask for vigo.", errors=[("/harbour", "it is unknown")])
        return Tide(request.path["harbour"], request.workspace.id, request.locale)

    def load():
        import click

        @click.group()
        def tides():
            "Look at the sea."

        @tides.command()
        @click.argument("harbour")
        @click.option("--url", "colour", default="blue", help="An option of its own.")
        @click.pass_obj
        def show(api, harbour, colour):
            "Tell the tide."
            answer = api.call("GET", "/tides/{harbour}", parameters={"harbour": harbour})
            click.echo(f"{colour} {answer.body}")

        return tides

    def broken():
        raise RuntimeError("no sea")

    @pulpo.hookimpl
    def pulpo_register_routes(settings):
        return [pulpo.Route(method="GET", path="/tides/{harbour}", scope="chat", handler=tide,
                            summary="Tell the tide", response=Tide)]

    @pulpo.hookimpl
    def pulpo_register_commands(settings):
        return [
            pulpo.Command(name="tides", summary="Look at the sea.", load=load),
            pulpo.Command(name="dry", summary="Never works.", load=broken),
            pulpo.Command(name="odd", summary="Is no command.", load=lambda: 5),
            pulpo.Command(name="keys", summary="Hides the runtime's own.", load=load),
        ]
"""


@pytest.fixture(autouse=True)
def tides(install) -> str:
    name: str = install("tides_plugin", TIDES)
    Path("pulpo.toml").write_text(f'[plugins]\nallow = ["{name}", "pulpoai"]\n')
    return name


def test_help_lists_them_below_the_runtime_s_own_without_loading_any(run) -> None:
    listed = run("--help").output.partition("Commands of plugins:")[2]
    assert "tides    Look at the sea." in listed
    assert "dry      Never works." in listed
    assert "keys" not in listed


def test_help_of_a_broken_configuration_is_still_help(run) -> None:
    Path("pulpo.toml").write_text("[canary]\npercentage = 10\n")
    result = run("--help")
    assert result.exit_code == 0
    assert "serve" in result.output
    assert run("tides", "show", "vigo").exit_code == 2


def test_a_command_calls_its_plugin_s_routes_in_this_process(run, monkeypatch) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    result = run("tides", "show", "vigo", "--workspace", "marina")
    assert result.exit_code == 0, result.output
    assert result.stdout == "blue {'harbour': 'vigo', 'workspace': 'marina', 'locale': 'en-GB'}\n"


def test_a_problem_is_one_line_and_exit_code_2(run) -> None:
    result = run("tides", "show", "cadiz")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "pulpo: No such harbour: Ask for vigo.: /harbour: it is unknown\n"


def test_an_option_of_its_own_goes_before_ours(run) -> None:
    shown = run("tides", "show", "--help").output
    assert "An option of its own." in shown
    assert "--database-url" in shown
    assert "Ask this running server" not in shown


@pytest.mark.parametrize(("name", "said"), [("dry", "RuntimeError: no sea"), ("odd", "must return a click command")])
def test_one_that_cannot_be_loaded_says_so_in_one_line(run, name: str, said: str) -> None:
    result = run(name)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_runtime_s_own_go_first_and_check_says_so(run, tides: str) -> None:
    assert "Make, list and revoke API keys." in run("keys", "--help").output
    findings = json.loads(run("check", tides, "--json").stdout)
    assert [each["subject"] for each in findings if "goes first" in each["message"]] == ["command keys"]


def test_an_unknown_command_is_refused(run) -> None:
    result = run("sea")
    assert result.exit_code == 2
    assert result.stderr.startswith("pulpo: no such command 'sea'")


def test_a_server_and_a_workspace_do_not_go_together(run) -> None:
    result = run("booking", "show", "--url", "http://127.0.0.1:1", "--workspace", "demo")
    assert result.exit_code == 2
    assert "on a server the key decides it" in result.stderr
