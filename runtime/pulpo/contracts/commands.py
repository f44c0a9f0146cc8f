"""Commands of plugins, as values: what ``pulpo NAME`` runs, loaded when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pulpo.conversation import Json

if TYPE_CHECKING:
    import click


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``pulpo NAME``: ``load`` returns its click command or group and is called when it is used, so that nobody else
    pays for its imports; ``summary`` is its line of ``pulpo --help``.

    Every command below it gets the options that say where the API is (``--url``, ``--key``, ``--workspace``,
    ``--config``, ``--set``, ``--database-url``), and with `click.pass_obj` the `Api` itself.
    """

    name: str
    summary: str
    load: Callable[[], click.Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """What an operation answered: its ``body`` as JSON values (None without one), and its headers in lower case."""

    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


class Api(Protocol):
    """The plugins' routes as a command calls them: of the running server that ``--url`` names, else in this process,
    over the database of the settings. ``locale`` is the terminal's language."""

    @property
    def locale(self) -> str: ...

    @property
    def workspace(self) -> str | None:
        """The workspace that ``--workspace`` names, if any; on a server the key decides."""
        ...

    def call(
        self,
        method: str,
        path: str,
        *,
        workspace: str | None = None,
        parameters: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiAnswer:
        """Call the route of that ``path`` (as it was registered, ``parameters`` fill its braces).

        ``workspace`` goes before ``--workspace`` where there is no server. Raises `CommandError` with the
        problem's words and status.
        """
        ...
