"""Options that many commands share: where settings come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

if TYPE_CHECKING:
    from pulpo.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


class Sources(TypedDict):
    """What `pulpo.settings.load_settings` takes from a command line."""

    file: Path | None
    overrides: dict[str, Any]


def settings_options(command: F) -> F:
    """Add ``--config`` and ``--set`` to a command, as arguments ``config_file`` and ``assignments``."""
    file = click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Settings file [default: PULPO_CONFIG, else ./pulpo.toml].",
    )
    assignment = click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="KEY=VALUE",
        help="Override one setting, for instance --set turns.deadline=15.",
    )
    return file(assignment(command))


def database_option(command: F) -> F:
    """Add ``--database-url``."""
    return click.option("--database-url", metavar="URL", help="For instance sqlite:///pulpo.db.")(command)


def json_option(command: F) -> F:
    """Add ``--json``, as argument ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def sources(config_file: Path | None, assignments: Sequence[str], **options: Any) -> Sources:
    """Collect the command line's settings; an option that was not given (None) overrides nothing."""
    overrides = {key: value for key, value in options.items() if value is not None}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not (equals and key):
            raise click.BadParameter(f"{assignment!r} is not KEY=VALUE", param_hint="--set")
        overrides[key.strip()] = value
    return Sources(file=config_file, overrides=overrides)


def read_settings(config_file: Path | None, assignments: Sequence[str], **options: Any) -> Settings:
    """Load the settings in force for this command."""
    from pulpo.settings import load_settings

    return load_settings(**sources(config_file, assignments, **options))
