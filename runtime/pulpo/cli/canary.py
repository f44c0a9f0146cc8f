"""``pulpo canary``: look at the running server's canary and switch it, over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from pulpo.cli.options import json_option
from pulpo.cli.output import print_json, print_table
from pulpo.cli.running import RunningServer, server_options


@click.group()
def canary() -> None:
    """Look at a running server's canary and switch it.

    It is asked over HTTP, with the API key in PULPO_API_KEY where there are keys: --key is seen by other users.
    """


@canary.command()
@server_options
@json_option
def status(server: RunningServer, as_json: bool) -> None:
    """Show what is in force, and who said so."""
    _show(server.call("GET", "/metrics/canary/status").body, as_json=as_json)


@canary.command("set")
@click.argument("changes", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option("--if-revision", type=int, metavar="N", help="Refuse if the configuration is not at revision N.")
@server_options
@json_option
def set_(changes: tuple[str, ...], if_revision: int | None, server: RunningServer, as_json: bool) -> None:
    """Change fields: pulpo canary set enabled=true percentage=0.2."""
    body = dict(map(_pair, changes))
    headers = {} if if_revision is None else {"if-match": f'"{if_revision}"'}
    _show(server.call("POST", "/metrics/canary/config", body=body, headers=headers).body, as_json=as_json)


@canary.command()
@click.argument("names", nargs=-1, metavar="[KEY]...")
@server_options
@json_option
def unset(names: tuple[str, ...], server: RunningServer, as_json: bool) -> None:
    """Give fields (without any, all) back to the settings file, the environment or their defaults."""
    body = {"names": names}
    _show(server.call("POST", "/metrics/canary/unset", body=body).body, as_json=as_json)


@canary.command()
@click.option("--reason", default="", help="Why, for the audit log.")
@server_options
def kill(reason: str, server: RunningServer) -> None:
    """Send everybody to stable now, running conversations too."""
    _show(server.call("POST", "/metrics/canary/kill", body={"reason": reason}).body)


@canary.command()
@server_options
def resume(server: RunningServer) -> None:
    """Take a kill back, and begin an aborted rollout anew."""
    _show(server.call("POST", "/metrics/canary/resume", body={}).body)


@canary.command()
@click.argument("action", type=click.Choice(["pause", "resume", "abort", "promote"]))
@click.option("--reason", default="", help="Why, for the audit log.")
@server_options
def rollout(action: str, reason: str, server: RunningServer) -> None:
    """Keep the rollout's share where it is, let it go on, send everybody back, or give everybody the canary."""
    body = {"action": action, "reason": reason}
    _show(server.call("POST", "/metrics/canary/rollout", body=body).body)


@canary.command()
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="At most this many.")
@click.option("--verify", is_flag=True, help="Check that no entry was changed, added or taken out (else exit code 1).")
@server_options
@json_option
def audit(limit: int, verify: bool, server: RunningServer, as_json: bool) -> None:
    """Show who changed what, newest first."""
    path = f"/metrics/canary/audit?limit={limit}&verify={str(verify).lower()}"
    log = server.call("GET", path).body
    if as_json:
        print_json(log)
    else:
        rows = [
            [str(it["number"]), _date(it["at"]), it["actor"], it["action"], _text(it["before"]), _text(it["after"])]
            for it in log["entries"]
        ]
        print_table(("entry", "at", "actor", "action", "before", "after"), rows)
    if verify:
        click.echo("the log is intact" if log["intact"] else f"the log was tampered with: {log['broken']}", err=True)
        if not log["intact"]:
            raise SystemExit(1)


def _show(status: dict[str, Any], *, as_json: bool = False) -> None:
    if as_json:
        print_json(status)
        return
    share = f"{status['share'] * 100:g} % to {status['variant']!r} by {status['strategy']!r}"
    click.echo(
        f"revision {status['revision']}: {share if status['off'] is None else 'everybody on stable, ' + status['off']}"
    )
    if killed := status["killed"]:
        click.echo(
            f"killed by {killed['by']} at {_date(killed['at'])}{': ' if killed['reason'] else ''}{killed['reason']}"
        )
    if status["problem"]:
        click.echo(f"problem: {status['problem']}")
    if status["missing"]:
        waiting = f"; waiting: {', '.join(status['held'])}" if status["held"] else ""
        click.echo(f"the file has lost {', '.join(status['missing'])} and can only narrow the canary{waiting}")
        click.echo("put them back, or `pulpo canary unset` them")
    if rollout := status.get("rollout"):
        _show_rollout(rollout)
    shadow = status.get("shadow")  # a server of the release before has none
    if shadow and (shadow["share"] or shadow["comparisons"]):
        agreed = "–" if shadow["agreement"] is None else f"{shadow['agreement'] * 100:.4g} %"
        turns, dropped = shadow["comparisons"], shadow["dropped"]
        click.echo(f"shadow: {turns} turns compared, {agreed} agree, {dropped} dropped (this process)")
    rows = [
        [name, json.dumps(it["value"], ensure_ascii=False), " ".join(filter(None, (it["source"], _by(it))))]
        for name, it in status["fields"].items()
    ]
    print_table(("field", "value", "source"), rows, styles={"default": "dim"})


def _show_rollout(known: dict[str, Any]) -> None:
    state = known["rollout"]
    why = known["waiting"] if state["state"] == "progressing" else state["reason"]
    place = f"{state['state']}, step {state['step'] + 1} of {len(state['steps'])}"
    click.echo(f"rollout: {place}; {why}" if why else f"rollout: {place}")
    if few := known.get("shortage"):
        of = "workspaces there are" if few["of"] == "workspaces" else "users by the end of this step, at this pace"
        click.echo(
            f"warning: {few['expected']} {of}, and it takes {few['needed']}: expect it to end inconclusive, for a "
            "person to decide (pulpo canary rollout promote or abort)"
        )


def _by(field: dict[str, Any]) -> str:
    return f"({field['by']}, {_date(field['at'])})" if field["at"] is not None else ""


def _pair(change: str) -> tuple[str, Any]:
    key, equals, value = change.partition("=")
    if not (equals and key):
        raise click.BadParameter(f"{change!r} is not KEY=VALUE", param_hint="KEY=VALUE")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
