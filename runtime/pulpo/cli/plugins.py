"""``pulpo plugins``: which plugins there are, what they add, and why one is out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulpo.cli.options import json_option, settings_options
from pulpo.cli.output import print_json, print_table

if TYPE_CHECKING:
    from pulpo.plugins import PluginRecord

STATES = {"active": "green", "quarantined": "bold red", "blocked": "yellow"}


@click.command(short_help="List the plugins, and why one is not active.")
@settings_options
@json_option
@click.option("--strict", is_flag=True, help="Exit with 1 when a plugin is quarantined.")
def plugins(config_file: Path | None, assignments: tuple[str, ...], as_json: bool, strict: bool) -> None:
    """List the plugins, what each contributes, and why one is not active."""
    from pulpo.cli.options import read_settings
    from pulpo.plugins import load_plugins

    chosen = read_settings(config_file, assignments).plugins
    # Neither `required` nor `strict`: whoever asks why the server refuses to start must see the list.
    records = load_plugins(allow=chosen.allow, deny=chosen.deny, sections=chosen.sections).records
    if as_json:
        print_json(records)
    else:
        columns = ("name", "state", "distribution", "version", "import ms", "contributes", "reason")
        print_table(columns, map(_row, records), styles=STATES)
    if strict and any(record.state == "quarantined" for record in records):
        raise SystemExit(1)


def _row(record: PluginRecord) -> tuple[str, ...]:
    contributes = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in record.contributes.items() if names)
    shipped = (record.distribution, record.version)
    return (record.name, record.state, *shipped, f"{record.import_ms:.1f}", contributes, record.reason)
