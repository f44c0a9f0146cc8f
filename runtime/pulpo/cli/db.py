"""``pulpo db``: bring the database up to date."""

from __future__ import annotations

from pathlib import Path

import click

from pulpo.cli.database import migrate
from pulpo.cli.options import database_option, read_settings, settings_options


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@settings_options
@database_option
def upgrade(config_file: Path | None, assignments: tuple[str, ...], database_url: str | None) -> None:
    """Create or bring up to date the tables of the core and of every active plugin."""
    applied = migrate(read_settings(config_file, assignments, database_url=database_url))
    click.echo("\n".join(f"applied {revision}" for revision in applied) or "already up to date")
