"""``pulpo db``: bring the database up to date, and say before what that would do."""

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


@db.command()
@settings_options
@database_option
def check(config_file: Path | None, assignments: tuple[str, ...], database_url: str | None) -> None:
    """Name the revisions that `upgrade` would apply; exit with 2 when the release before could not go on after it."""
    from pulpo.assembly import plugins_of
    from pulpo.errors import SettingsError
    from pulpo.store.compatibility import taken_away
    from pulpo.store.migrate import pending

    settings = read_settings(config_file, assignments, database_url=database_url)
    revisions = pending(settings.database_url, plugins_of(settings).migrations)
    for revision in revisions:
        if lines := taken_away(revision):
            raise SettingsError(
                f"it takes away what the release before needs ({lines[0]}): first deploy one that no longer uses it",
                source="database",
                key=revision.stem,
            )
    click.echo("\n".join(f"would apply {revision.stem}" for revision in revisions) or "already up to date")
