"""The command ``pulpo``: one module a command.

Whoever serves:              `serve` (the command and what it refuses), `waiting` (for PostgreSQL), `servers` (uvicorn),
                             `workers` (granian)
Whoever talks:               `chat` (the command), `terminal` (how it looks), `remote` (another server answers)
Whoever measures:            `eval` (dialogues from files, scored)
Whoever looks at things:     `plugins`, `check`, `config`, `logs`, `doctor` (the command), `findings` (what it looks at)
Whoever runs an installation: `keys`, `db`, `database` (a connection of the command's own)
Whoever operates a server:   `canary`, `breakers`, `approvals`, `running` (the server that these talk to)
Whoever adds a command:      `options` (settings from the command line), `output` (tables and JSON)
Whoever extends it:          `extra` (the commands of plugins), `api` (what these call: a server, or this process)

The modules import click alone; what a command needs it imports when it runs, so that ``pulpo --help`` is quick.
"""

from __future__ import annotations

from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError

from pulpo import __version__
from pulpo.cli import approvals, breakers, canary, chat, check, config, db, doctor, keys, logs, plugins, serve
from pulpo.cli.eval import evaluate
from pulpo.cli.extra import Extensible
from pulpo.errors import PulpoError

__all__ = ["main"]


class Commands(Extensible):
    """A group whose commands answer a known error, or a wrong call, with one line and exit code 2, not a traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the command."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            return _ended(ctx, _usage(error))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PulpoError as error:
            _ended(ctx, str(error))
        except click.UsageError as error:
            _ended(ctx, _usage(error))


def _ended(ctx: click.Context, said: str) -> NoReturn:
    click.echo(f"pulpo: {' '.join(said.split())}", err=True)
    ctx.exit(2)


def _usage(error: click.UsageError) -> str:
    """What click says of a wrong call, with where the right one is told; without a command that is its help."""
    if isinstance(error, NoArgsIsHelpError):
        raise error
    path = error.ctx.command_path if error.ctx else "pulpo"
    said = error.format_message().rstrip(".")
    return f"{said[:1].lower()}{said[1:]}; `{path} --help` tells how to call it"


@click.group("pulpo", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="PulpoAI %(version)s")
def main() -> None:
    """PulpoAI: an agent runtime for chats that book."""


for _command in (
    serve.serve,
    chat.chat,
    plugins.plugins,
    check.check,
    doctor.doctor,
    config.config,
    keys.keys,
    canary.canary,
    logs.logs,
    db.db,
    breakers.breakers,
    approvals.approvals,
    evaluate,
):
    main.add_command(_command)
