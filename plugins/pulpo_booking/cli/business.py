"""``pulpo booking import`` and ``show``: the business that is in force."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

import pulpo
from pulpo_booking.business import document_of
from pulpo_booking.errors import BusinessFileError
from pulpo_booking.files import load_businesses

PATH = "/booking/business"


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--only", metavar="ID", help="Of several businesses in FILE, only that of this workspace.")
@click.pass_obj
def import_(api: pulpo.Api, file: Path, only: str | None) -> None:
    """Put the business (or businesses) of FILE in force, at once.

    FILE is .json or .toml, or the name of a shipped sample (demo, marea, arce). A running server goes on with its
    conversations; appointments that are booked stay. With --url the key decides the workspace.
    """
    try:
        found = load_businesses([file], key="file")
    except BusinessFileError as error:
        raise pulpo.CommandError(str(error)) from error
    wanted = only or api.workspace
    if wanted is not None and wanted not in found:
        raise pulpo.CommandError(f"{file} has no business of workspace {wanted!r}; it has {', '.join(found)}")
    for workspace, business in found.items():
        if wanted in (None, workspace):
            answer = api.call("PUT", PATH, workspace=workspace, body=document_of(business))
            click.echo(f"{workspace}: {business.name} is in force, version {answer.body['version']}")


@click.command()
@click.pass_obj
def show(api: pulpo.Api) -> None:
    """Print the business in force as JSON, to be edited and imported again; where it comes from goes to stderr."""
    answer = api.call("GET", PATH).body
    source = f"version {answer['version']} of {answer['updated_at']}" if answer["version"] else "from its file"
    click.echo(f"{answer['workspace']}: {source}", err=True)
    click.echo(msgspec.json.format(msgspec.json.encode(answer["business"]), indent=2).decode())
