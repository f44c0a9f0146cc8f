"""``pulpo approvals``: see and decide the calls that wait for an operator, on a running server."""

from __future__ import annotations

import json
from typing import Any

import click

from pulpo.cli.options import json_option
from pulpo.cli.output import print_json, print_table
from pulpo.cli.running import RunningServer, server_options

STYLES = {"waiting": "yellow", "approved": "green", "denied": "bold red"}
COLUMNS = ("id", "state", "outcome", "asked", "tool", "arguments", "user", "reason")


@click.group(short_help="See and decide the calls that wait for an operator.")
def approvals() -> None:
    """See and decide the calls that wait for an operator, on a running server."""


@approvals.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that do not wait any more.")
@server_options
@json_option
def list_(everything: bool, server: RunningServer, as_json: bool) -> None:
    """List the calls that wait, the latest first."""
    query = None if everything else {"state": "waiting"}
    found = server.call("GET", "/admin/approvals", query=query).body
    if as_json:
        print_json(found)
    else:
        print_table(COLUMNS, map(_row, found["approvals"]), styles=STYLES)


def _deciding(decision: str, help_: str) -> None:
    @approvals.command(decision, help=help_)
    @click.argument("approval_id", metavar="ID")
    @click.option("--reason", default="", help="Why; kept with the decision.")
    @server_options
    def decide(approval_id: str, reason: str, server: RunningServer) -> None:
        path, body = "/admin/approvals/{approval_id}", {"decision": decision, "reason": reason}
        decided = server.call("POST", path, parameters={"approval_id": approval_id}, body=body).body
        outcome = decided["outcome"] or "not carried out yet"
        click.echo(f"{decided['tool']} ({decided['id']}): {decided['state']}, {outcome}")


_deciding("approve", "Run a call that waits, unchanged, and tell the user.")
_deciding("deny", "Refuse a call that waits, and tell the user.")


def _row(approval: dict[str, Any]) -> tuple[str, ...]:
    return (
        approval["id"],
        approval["state"],
        approval["outcome"] or "",
        approval["asked_at"][:19] + "Z",
        approval["tool"],
        json.dumps(approval["arguments"], ensure_ascii=False),
        approval["user_id"] or "",
        approval["reason"],
    )
