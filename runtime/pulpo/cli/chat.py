"""``pulpo chat``: talk to the agent in a terminal, in this process or on a server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulpo.cli.options import database_option, read_settings, settings_options

if TYPE_CHECKING:
    from pulpo.cli.terminal import Terminal
    from pulpo.settings import Settings
    from pulpo.turns.request import TurnAnswer, TurnRequest

    Ask = Callable[[TurnRequest], TurnAnswer]


@click.command(short_help="Chat with the agent in this terminal.")
@click.option("--url", metavar="URL", help="Talk to this server instead of running the agent here.")
@click.option("--key", envvar="PULPO_API_KEY", metavar="KEY", help="API key for --url [default: PULPO_API_KEY].")
@click.option("--workspace", metavar="ID", help="Workspace to talk to [default: the demo].")
@click.option("--user", "user_id", metavar="ID", help="Who is talking [default here: terminal].")
@click.option("--locale", metavar="TAG", help="es, en, es-MX … [default: from LANG].")
@click.option("--conversation", "conversation_id", metavar="ID", help="Go on with this conversation.")
@click.option("--json", "as_json", is_flag=True, help="Print every answer as one line of JSON.")
@database_option
@settings_options
def chat(
    url: str | None,
    key: str | None,
    workspace: str | None,
    user_id: str | None,
    locale: str | None,
    conversation_id: str | None,
    as_json: bool,
    database_url: str | None,
    config_file: Path | None,
    assignments: tuple[str, ...],
) -> None:
    """Chat with the agent. Without a terminal every line of standard input is one message."""
    from pulpo.cli.terminal import Terminal
    from pulpo.turns.request import TurnRequest

    if url and workspace:
        raise click.UsageError("--workspace is for a chat in this process; on a server the key decides it")
    settings = read_settings(config_file, assignments, database_url=database_url)
    spoken = locale or spoken_locale(os.environ)
    first = TurnRequest(
        workspace_id=workspace or settings.default_workspace,
        message="",
        conversation_id=conversation_id,
        user_id=user_id or (None if url else "terminal"),
        locale=spoken,
        scopes=frozenset({"chat"}),
    )
    terminal = Terminal(spoken)
    with _there(settings, url, key) if url else _here(settings) as ask:
        unanswered = converse(ask, terminal, first, as_json=as_json)
    if unanswered and not terminal.interactive:
        raise SystemExit(1)


def converse(ask: Ask, terminal: Terminal, first: TurnRequest, *, as_json: bool) -> int:
    """Answer line after line in one conversation and return how many lines got no answer."""
    import msgspec

    from pulpo.errors import PulpoError

    conversation_id, unanswered = first.conversation_id, 0
    for line in terminal.lines():
        try:
            with terminal.thinking():
                answer = ask(msgspec.structs.replace(first, message=line, conversation_id=conversation_id))
        except PulpoError as error:
            terminal.problem(str(error))
            unanswered += 1
            continue
        conversation_id = answer.conversation_id
        if as_json:
            click.echo(msgspec.json.encode(answer).decode())
        else:
            terminal.answer(answer)
    terminal.bye()
    return unanswered


def spoken_locale(environ: Mapping[str, str]) -> str:
    """Return the language of the terminal as a BCP 47 tag: English where it says so, else Spanish."""
    named = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    tag = named.partition(".")[0].replace("_", "-")
    return tag if tag.partition("-")[0] in ("es", "en") else "es"


@contextmanager
def _here(settings: Settings) -> Iterator[Ask]:
    """Run the agent on an event loop of another thread, so that this one can wait for the keyboard."""
    from anyio.from_thread import start_blocking_portal

    from pulpo.assembly import running

    with start_blocking_portal() as portal, portal.wrap_async_context_manager(running(settings)) as system:
        yield lambda request: portal.call(system.chat, request)


@contextmanager
def _there(settings: Settings, url: str, key: str | None) -> Iterator[Ask]:
    from pulpo.cli.remote import MARGIN, remote

    yield remote(url, key=key, timeout=settings.turns.wait + settings.turns.deadline + MARGIN)
