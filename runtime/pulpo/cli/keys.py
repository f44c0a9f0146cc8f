"""``pulpo keys``: who may call the server."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulpo.cli.database import in_transaction
from pulpo.cli.options import database_option, json_option, read_settings, settings_options
from pulpo.cli.output import print_json, print_table
from pulpo.errors import CommandError

if TYPE_CHECKING:
    from pulpo.settings import Settings
    from pulpo.store.keys import KeyRecord


@click.group(short_help="Make, list and revoke API keys.")
def keys() -> None:
    """Make, list and revoke API keys.

    Scopes: chat (send messages), channel (also say which user it speaks for), booking:read (see appointments),
    booking:admin (configure the business), metrics (see how the service does), admin (change it).
    """


@keys.command()
@click.option("--workspace", required=True, metavar="ID", help="The workspace the key opens.")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do; repeat for several.")
@click.option("--name", default="", help="A reminder of what it is for.")
@settings_options
@database_option
def create(
    workspace: str,
    scopes: tuple[str, ...],
    name: str,
    config_file: Path | None,
    assignments: tuple[str, ...],
    database_url: str | None,
) -> None:
    """Make a key and print it, once: only its SHA-256 is kept."""
    import secrets

    from pulpo.store.keys import create_key

    settings = read_settings(config_file, assignments, database_url=database_url)
    _check_workspace(settings, workspace)
    key_id, secret = in_transaction(
        settings,
        lambda connection: create_key(
            connection, workspace_id=workspace, name=name, scopes=scopes, now=time.time(), rng=secrets.token_bytes
        ),
    )
    # The key alone goes to standard output, so that a script can keep it without parsing.
    click.echo(f"{key_id} for {workspace}: {', '.join(sorted(set(scopes)))}. Keep it, it is not shown again:", err=True)
    click.echo(secret)


@keys.command("list")
@click.option("--workspace", metavar="ID", help="Only the keys of this workspace.")
@settings_options
@database_option
@json_option
def list_(
    workspace: str | None,
    config_file: Path | None,
    assignments: tuple[str, ...],
    database_url: str | None,
    as_json: bool,
) -> None:
    """List the keys, never the secrets themselves."""
    from pulpo.store.keys import list_keys

    settings = read_settings(config_file, assignments, database_url=database_url)
    records = [_shown(record) for record in in_transaction(settings, lambda c: list_keys(c, workspace))]
    if as_json:
        print_json(records)
        return
    columns = ("id", "workspace", "name", "scopes", "created", "revoked")
    rows = [[*(str(record[name]) for name in columns[:3]), " ".join(record["scopes"])] for record in records]
    dates = [[record["created"], record["revoked"] or ""] for record in records]
    print_table(columns, [row + when for row, when in zip(rows, dates, strict=True)])


@keys.command()
@click.argument("key_id", metavar="ID")
@settings_options
@database_option
def revoke(key_id: str, config_file: Path | None, assignments: tuple[str, ...], database_url: str | None) -> None:
    """End a key for good."""
    from pulpo.store.keys import revoke_key

    settings = read_settings(config_file, assignments, database_url=database_url)
    if not in_transaction(settings, lambda connection: revoke_key(connection, key_id, now=time.time())):
        raise CommandError(f"there is no active key {key_id!r}; `pulpo keys list` shows them")
    click.echo(f"revoked {key_id}")


def _check_workspace(settings: Settings, workspace: str) -> None:
    """Raise `CommandError` for a workspace that no server would find: the key would shut out callers who had none
    before, and open nothing."""
    from pulpo.assembly import plugins_of, workspaces_of

    known = workspaces_of(settings, plugins_of(settings))
    if workspace not in known:
        raise CommandError(
            f"there is no workspace {workspace!r}; known are: {', '.join(sorted(known))} ([workspaces.<id>] adds one)"
        )


def _shown(record: KeyRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "workspace": record.workspace_id,
        "name": record.name,
        "scopes": sorted(record.scopes),
        "created": _date(record.created_at),
        "revoked": None if record.revoked_at is None else _date(record.revoked_at),
    }


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
