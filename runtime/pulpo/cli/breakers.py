"""``pulpo breakers``: see and force the circuit breakers of a running server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pulpo.cli.options import json_option
from pulpo.cli.output import print_json, print_table
from pulpo.cli.running import RunningServer, server_options

if TYPE_CHECKING:
    from pulpo.resilience.breaker import State

STYLES = {"closed": "green", "open": "bold red", "half_open": "yellow"}
COLUMNS = ("workspace", "tool", "state", "since", "calls", "failed", "slow", "next probe", "reason", "by")


@click.group(short_help="See and force the circuit breakers of a running server.")
def breakers() -> None:
    """See and force the circuit breakers of a running server; every replica obeys within two seconds."""


@breakers.command("list")
@server_options
@json_option
def list_(server: RunningServer, as_json: bool) -> None:
    """List the breakers of the workspace's tools."""
    found = server.call("GET", "/admin/breakers").body
    if as_json:
        print_json(found)
    else:
        print_table(COLUMNS, map(_row, found["breakers"]), styles=STYLES)


def _forcing(name: str, state: State, help_: str) -> None:
    @breakers.command(name, help=help_)
    @click.argument("tool")
    @click.option("--workspace", metavar="ID", help="Workspace of the tool [default: the key's].")
    @server_options
    def force(tool: str, workspace: str | None, server: RunningServer) -> None:
        where = workspace or server.call("GET", "/admin/breakers").body["workspace"]
        path, parameters = "/admin/breakers/{workspace}/{tool}", {"workspace": where, "tool": tool}
        forced = server.call("POST", path, parameters=parameters, body={"state": state}).body
        click.echo(f"{forced['tool']} in {forced['workspace']} is {forced['state']}")


_forcing("open", "open", "Refuse all calls of a tool until told otherwise.")
_forcing("half-open", "half_open", "Let one call of a tool find out whether it works again.")
_forcing("close", "closed", "Let all calls of a tool through and forget its failures.")


def _row(breaker: dict[str, Any]) -> tuple[str, ...]:
    probe = "forced" if breaker["forced"] else _second(breaker["next_probe"])
    return (
        *(str(breaker[name]) for name in ("workspace", "tool", "state")),
        _second(breaker["since"]),
        str(breaker["calls"]),
        f"{breaker['failure_rate']:.0%}",
        f"{breaker['slow_rate']:.0%}",
        probe,
        breaker["reason"].replace("_", " "),
        breaker["by"],
    )


def _second(moment: str | None) -> str:
    return "" if moment is None else moment[:19] + "Z"
