"""``pulpo booking feed``: the addresses that calendar programs subscribe to."""

from __future__ import annotations

import click

import pulpo

PATH = "/booking/feeds"
COLUMNS = ("id", "name", "staff", "language", "created", "revoked")


@click.group()
def feed() -> None:
    """Make, list and revoke calendar feeds."""


@feed.command()
@click.option("--name", default="", help="A reminder of whose it is.")
@click.option("--staff", metavar="ID", help="Only this person's appointments.")
@click.option("--language", type=click.Choice(["es", "en"]), help="Of its texts [default: the business's first].")
@click.pass_obj
def create(api: pulpo.Api, name: str, staff: str | None, language: str | None) -> None:
    """Make a feed and print its address, once: whoever has it sees names and telephone numbers."""
    given = {"name": name, "staff": staff, "language": language}
    made = api.call("POST", PATH, body={key: value for key, value in given.items() if value}).body
    click.echo(f"{made['feed']['id']}. Subscribe to this address of the server; it is not shown again:", err=True)
    click.echo(made["path"])


@feed.command("list")
@click.pass_obj
def list_(api: pulpo.Api) -> None:
    """List the feeds, never their tokens."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(*COLUMNS, box=SIMPLE_HEAD, show_edge=False)
    for each in api.call("GET", PATH).body["feeds"]:
        table.add_row(*(str(each[column] or "") for column in COLUMNS))
    Console(width=160, highlight=False, markup=False).print(table)


@feed.command()
@click.argument("feed_id", metavar="ID")
@click.pass_obj
def revoke(api: pulpo.Api, feed_id: str) -> None:
    """End a feed for good: its address answers nobody any more."""
    api.call("DELETE", f"{PATH}/{{feed_id}}", parameters={"feed_id": feed_id})
    click.echo(f"revoked {feed_id}")
