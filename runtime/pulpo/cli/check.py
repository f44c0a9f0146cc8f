"""``pulpo check``: is a plugin well made."""

from __future__ import annotations

from pathlib import Path

import click

from pulpo.cli.options import json_option, read_settings, settings_options
from pulpo.cli.output import print_json

COLOURS = {"error": "red", "warning": "yellow"}


@click.command(short_help="Say what a plugin's author should mend.")
@click.argument("name")
@settings_options
@json_option
def check(name: str, config_file: Path | None, assignments: tuple[str, ...], as_json: bool) -> None:
    """Load the plugin NAME alone and strictly, and say what its author should mend; exit with 1 for an error.

    NAME is the entry point's. The plugin's own table of the settings applies.
    """
    from pulpo.testing.check import check_plugin, exit_code

    root = click.get_current_context().find_root().command
    findings = check_plugin(
        name,
        sections=read_settings(config_file, assignments).plugins.sections,
        reserved=root.commands if isinstance(root, click.Group) else (),
    )
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            click.echo(
                f"{click.style(f'{finding.level:<7}', COLOURS[finding.level])} {finding.subject}: {finding.message}"
            )
        if not findings:
            click.echo(f"plugin {name} is well made")
    raise SystemExit(exit_code(findings))
