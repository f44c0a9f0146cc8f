"""The server that commands talk to which change live state: a second process on its database would change nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulpo.cli.options import read_settings, settings_options
from pulpo.errors import CommandError, SettingsError

if TYPE_CHECKING:
    from pulpo.contracts.commands import ApiAnswer


@dataclass(frozen=True, slots=True)
class RunningServer:
    """The server at ``url``, or the one that the settings in force would start here."""

    url: str | None
    key: str | None
    config_file: Path | None
    assignments: Sequence[str]

    def call(self, method: str, path: str, **given: Any) -> ApiAnswer:
        """Call it as `pulpo.Api.call` does; raises `CommandError` and `SettingsError`."""
        from pulpo.cli.api import SECONDS, RemoteApi
        from pulpo.cli.remote import exchange

        send = exchange(self.url or self._address(), key=self.key, timeout=SECONDS)
        return RemoteApi(locale="en", workspace=None, send=send).call(method, path, **given)

    def _address(self) -> str:
        try:
            settings = read_settings(self.config_file, self.assignments)
        except SettingsError as error:
            # A settings file that is broken must not keep anybody from stopping the canary.
            raise CommandError(f"{error}; or name the server: --url http://127.0.0.1:8000") from error
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 # nosec B104 - not to bind
        return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def server_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--url``, ``--key``, ``--config`` and ``--set``, as one argument ``server``."""

    @wraps(command)
    def asking(
        url: str | None, key: str | None, config_file: Path | None, assignments: Sequence[str], **others: Any
    ) -> None:
        command(server=RunningServer(url, key, config_file, assignments), **others)

    url = click.option("--url", metavar="URL", help="The server [default: host and port of the settings].")
    key = click.option("--key", envvar="PULPO_API_KEY", metavar="KEY", help="API key with scope admin.")
    return url(key(settings_options(asking)))
