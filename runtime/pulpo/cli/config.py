"""``pulpo config``: which settings are in force, and why."""

from __future__ import annotations

from pathlib import Path

import click

from pulpo.cli.options import database_option, json_option, settings_options, sources
from pulpo.cli.output import print_json, print_table


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command()
@settings_options
@database_option
@json_option
def show(config_file: Path | None, assignments: tuple[str, ...], database_url: str | None, as_json: bool) -> None:
    """Print every setting in force and where it comes from; secrets are hidden."""
    import json

    from pulpo.settings import explain_settings

    explained = explain_settings(**sources(config_file, assignments, database_url=database_url))
    if as_json:
        print_json([item._asdict() for item in explained])
        return
    rows = [(item.key, json.dumps(item.value, ensure_ascii=False), item.source) for item in explained]
    print_table(("setting", "value", "source"), rows, styles={"default": "dim"})
