"""The commands of plugins: found when somebody asks for one, with the options that say where the API is."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from copy import copy
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulpo.cli.chat import spoken_locale
from pulpo.cli.options import database_option, read_settings, settings_options
from pulpo.errors import CommandError, PulpoError

if TYPE_CHECKING:
    from pulpo.contracts.commands import Command


def plugin_commands() -> Mapping[str, Command]:
    """Return the commands that the plugins of the current settings offer; raises `SettingsError`."""
    from pulpo.plugins import load_plugins

    chosen = read_settings(None, ()).plugins
    return load_plugins(allow=chosen.allow, deny=chosen.deny, sections=chosen.sections).commands


def loaded(command: Command) -> click.Command:
    """Return a plugin's click command with the options of the API; raises `CommandError` when it cannot be loaded."""
    try:
        made = command.load()
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}"
        raise CommandError(f"command {command.name!r} cannot be loaded: {said}; `pulpo check` its plugin") from error
    if not isinstance(made, click.Command):
        raise CommandError(f"command {command.name!r}: `load` must return a click command, not {type(made).__name__}")
    return _with_api(made, command.name)


def _with_api(command: click.Command, name: str) -> click.Command:
    """Copy the command, and all below it, so that a plugin's own objects stay as they are."""
    made = copy(command)
    made.name = name
    if isinstance(made, click.Group):
        made.commands = {each: _with_api(below, each) for each, below in made.commands.items()}
        return made
    if made.callback is not None:
        taken = {option for parameter in made.params for option in parameter.opts}
        callback = _opening(made.callback)
        own = [each for each in callback.__click_params__ if not taken.intersection(each.opts)]
        made.callback, made.params = callback, [*made.params, *reversed(own)]
    return made


def _opening(callback: Callable[..., Any]) -> Any:
    """Return a callback that opens the API before the plugin's, and closes it after."""

    @settings_options
    @database_option
    @click.option("--workspace", metavar="ID", help="Of which workspace [default: the demo]; on a server the key says.")
    @click.option("--key", envvar="PULPO_API_KEY", metavar="KEY", help="API key for --url [default: PULPO_API_KEY].")
    @click.option("--url", metavar="URL", help="Ask this running server instead of the database of the settings.")
    @wraps(callback)
    def run(
        *arguments: Any,
        url: str | None = None,
        key: str | None = None,
        workspace: str | None = None,
        database_url: str | None = None,
        config_file: Path | None = None,
        assignments: tuple[str, ...] = (),
        **given: Any,
    ) -> Any:
        from pulpo.cli.api import opened_api

        if url and workspace:
            raise click.UsageError("--workspace is for the database of the settings; on a server the key decides it")
        context = click.get_current_context()
        settings = read_settings(config_file, assignments, database_url=database_url)
        opened = opened_api(settings, url=url, key=key, workspace=workspace, locale=spoken_locale(os.environ))
        context.obj = context.with_resource(opened)
        return context.invoke(callback, *arguments, **given)

    return run


class Extensible(click.Group):
    """A group whose unknown commands, and whose help, ask the plugins."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the runtime's own command of that name, else a plugin's."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        command = plugin_commands().get(cmd_name)
        return None if command is None else loaded(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the runtime's commands, then the plugins' under a heading of their own, loading none of them."""
        super().format_commands(ctx, formatter)
        try:
            offered = plugin_commands()
        except PulpoError:
            return  # the settings are wrong: whoever asks for help to mend them must get it
        rows = [(name, each.summary) for name, each in sorted(offered.items()) if name not in self.commands]
        if rows:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(rows)
