"""The server that commands talk to which change live state: a second process on its database would change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pulpo.cli.options import read_settings

if TYPE_CHECKING:
    from pulpo.cli.api import RemoteApi


def running_server(url: str | None, key: str | None, config_file: Path | None, assignments: Sequence[str]) -> RemoteApi:
    """Return the API of the server at ``url``, or of the one that the settings in force would start here."""
    from pulpo.cli.api import SECONDS, RemoteApi
    from pulpo.cli.remote import exchange

    if url is None:
        settings = read_settings(config_file, assignments)
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 # nosec B104 - not to bind
        url = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    return RemoteApi(locale="en", workspace=None, send=exchange(url, key=key, timeout=SECONDS))
