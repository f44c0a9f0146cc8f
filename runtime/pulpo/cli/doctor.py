"""``pulpo doctor``: what is installed, reachable or misconfigured, and what to do."""

from __future__ import annotations

from pathlib import Path

import click

from pulpo.cli.options import database_option, json_option, settings_options, sources
from pulpo.cli.output import print_json

MARKS = {"ok": ("ok  ", "green"), "warn": ("warn", "yellow"), "fail": ("FAIL", "red")}


@click.command(short_help="Look at the installation and say what to do.")
@settings_options
@database_option
@json_option
def doctor(config_file: Path | None, assignments: tuple[str, ...], database_url: str | None, as_json: bool) -> None:
    """Look at the installation and say what to do; exit with 1 when something fails."""
    from pulpo.cli.findings import examine

    findings = []
    for finding in examine(sources(config_file, assignments, database_url=database_url)):
        findings.append(finding)
        if not as_json:
            mark, colour = MARKS[finding.status]
            click.echo(f"{click.style(mark, fg=colour)} {finding.check:<15} {finding.detail}")
            if finding.advice:
                click.echo(f"     {'':<15} → {finding.advice}")
    if as_json:
        print_json(findings)
    if any(finding.status == "fail" for finding in findings):
        raise SystemExit(1)
