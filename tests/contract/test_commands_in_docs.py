"""Whatever the documents, the alerts and the messages tell people to type exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pulpo.cli import main

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[2]
PLACES = ("*.md", "*.yaml", "*.yml", "*.py", "*.js", "*.toml", "*.sh")
IN_TICKS = re.compile(r"`(?:\.venv/bin/)?pulpo ([a-z][^`\n]*)`")
EXAMPLES = {"tides"}
"""Commands that the documents have their readers write."""


def documents() -> Iterator[Path]:
    for folder in ("runtime", "plugins", "monitoring", "deploy", "examples", "scripts", ".github"):
        for place in PLACES:
            yield from (it for it in (ROOT / folder).rglob(place) if ".venv" not in it.parts)
    yield from ROOT.glob("*.md")


def told(path: Path) -> set[str]:
    return set(IN_TICKS.findall(path.read_text(encoding="utf-8")))


def unknown(line: str) -> str:
    """What of a command line is no command, or no option of it; empty when all of it is known."""
    command: click.Command | None = main
    context = click.Context(main, info_name="pulpo")
    for word in line.split():
        if isinstance(command, click.Group) and re.fullmatch(r"[a-z|-]+", word) and not word.startswith("-"):
            below = [command.get_command(context, each) for each in word.split("|")]
            if None in below:
                return word
            command = below[0]
        elif word.startswith("--"):
            known = {option for it in command.params for option in it.opts} if command else set()
            if word.split("=")[0] not in known | {"--help", "--version"}:
                return word
    return ""


def test_commands_and_options_that_people_are_told_exist() -> None:
    lines = {(path, line) for path in documents() for line in told(path) if line.split()[0] not in EXAMPLES}
    assert len(lines) > 40
    assert [(path.relative_to(ROOT), line) for path, line in sorted(lines) if unknown(line)] == []


@pytest.mark.parametrize("line", ["config check", "eval x.toml --gaol 1", "canary set|put", "nope"])
def test_what_does_not_exist_is_found(line: str) -> None:
    assert unknown(line)
