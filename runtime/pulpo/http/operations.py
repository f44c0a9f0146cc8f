"""One HTTP operation as a value: the same one is served, guarded, validated and documented."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from msgspec import Struct

from pulpo.contracts.routes import RawResponse
from pulpo.http import wire
from pulpo.http.auth import PUBLIC, Caller, Gate
from pulpo.http.streams import Stream
from pulpo.http.visitors import Visitors
from pulpo.http.wire import Reply
from pulpo.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What every operation may use while the server runs."""

    system: System
    gate: Gate
    visitors: Visitors


class Call(Struct, frozen=True, kw_only=True):
    """A request that passed: who calls, and with what. ``query`` and ``body`` are of the operation's types."""

    door: Door
    caller: Caller
    headers: Mapping[bytes, bytes]
    path: Mapping[str, str]
    query: Any
    body: Any

    @property
    def locale(self) -> str:
        """The language the caller asked for (BCP 47), or the business's first."""
        return wire.language(self.headers, default=self.caller.workspace.languages[0])


Answer: TypeAlias = Reply | Stream | RawResponse | Any
"""A value to encode as JSON, or a reply that is ready to be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method on a path with ``{name}`` parameters, the ``scope`` it needs, and the msgspec types it speaks.

    ``errors`` are the statuses it may answer with beside those that follow from its types; ``request_headers`` and
    ``response_headers`` describe headers in the document. A ``documented`` operation is part of the API, the others
    are pages for browsers. ``content_type`` is that of an answer that is not JSON. One that ``counts`` asks the rate
    limits itself, because it knows whose user is behind a request; any other that writes is counted for its caller.
    """

    method: str
    path: str
    scope: str
    handler: Callable[[Call], Awaitable[Answer]]
    summary: str
    id: str = ""
    tag: str = ""
    description: str = ""
    query: type[Any] | None = None
    body: type[Any] | None = None
    response: type[Any] | None = None
    content_type: str = "application/json"
    status: int = 200
    errors: tuple[int, ...] = ()
    request_headers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    response_headers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    documented: bool = True
    counts: bool = False

    @property
    def counted(self) -> bool:
        """Whether a request is counted for its caller before anything of it is read."""
        return self.method not in ("GET", "HEAD") and self.scope != PUBLIC and not self.counts
