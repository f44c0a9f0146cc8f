"""``pulpo serve``: the server, and what it refuses before it starts."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulpo.cli.options import database_option, settings_options, sources
from pulpo.errors import SettingsError

if TYPE_CHECKING:
    from pulpo.settings import Settings


@click.command()
@click.option("--host", help="Address to listen on [default: 127.0.0.1].")
@click.option("--port", type=int, help="Port to listen on, 0 for any free one [default: 8000].")
@database_option
@click.option("--server", type=click.Choice(["uvicorn", "granian"]), help="HTTP server [default: uvicorn].")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes (granian).")
@settings_options
def serve(
    host: str | None,
    port: int | None,
    database_url: str | None,
    server: str | None,
    workers: int,
    config_file: Path | None,
    assignments: tuple[str, ...],
) -> None:
    """Serve the chat page, the API and the console."""
    from pulpo.cli.waiting import await_database
    from pulpo.settings import load_settings

    given = sources(config_file, assignments, host=host, port=port, database_url=database_url, server=server)
    settings = load_settings(**given)
    refuse_workers(settings, workers)

    # Half a second that a refusal does not need.
    if settings.server == "granian":
        from pulpo.cli.workers import run_granian

        await_database(settings)
        run_granian(settings, given, workers=workers)
    else:
        gc.disable()  # what a start makes is kept: looking for garbage in it is a tenth of the start
        from pulpo.cli.servers import run_uvicorn

        await_database(settings)
        run_uvicorn(settings)


def refuse_workers(settings: Settings, workers: int) -> None:
    """Raise `SettingsError` when the database or the server is made for one process."""
    if workers == 1:
        return
    if settings.database_url.startswith("sqlite"):
        said = "SQLite serves one process: leave it at 1, or use PostgreSQL (database_url = 'postgresql://…')"
    elif settings.server == "uvicorn":
        said = "uvicorn runs one process here: start more replicas, or use --server granian"
    else:
        return
    raise SettingsError(f"{workers} workers are not possible. {said}", source="option --workers", key="workers")
