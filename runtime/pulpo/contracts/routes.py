"""HTTP routes of plugins, as values: the runtime mounts, guards, validates and documents them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from pulpo.contracts.storage import Database
from pulpo.conversation import Workspace


class RouteError(Exception):
    """Raise it in a handler to answer with a problem: an HTTP ``status`` (4xx), a ``title`` and a ``detail``
    that says what to do next.

    ``errors`` are the places of the body that are wrong, each a JSON Pointer (RFC 6901) and what is wrong there.
    """

    def __init__(self, status: int, title: str, detail: str, *, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRequest:
    """A checked request: the caller's workspace and scopes come from its key, ``path`` holds the path's
    parameters, ``query`` and ``body`` are instances of the types the route declares (None without), ``accept`` the
    media types that the caller can read, as sent, and ``headers`` those of the declared ``request_headers`` that
    were sent, by lower-case name."""

    workspace: Workspace
    scopes: frozenset[str]
    now: datetime
    locale: str
    database: Database
    path: Mapping[str, str] = field(default_factory=dict)
    query: Any = None
    body: Any = None
    accept: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawResponse:
    """An answer that is not JSON (a calendar feed), or one with ``headers`` of its own (an ETag)."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


RouteHandler: TypeAlias = Callable[[RouteRequest], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation: ``path`` with ``{name}`` parameters (all strings), the ``scope`` a caller needs, msgspec
    Structs for ``query``, ``body`` and ``response``. The handler returns a ``response`` (or a `RawResponse`).

    ``request_headers`` are the optional headers it reads and ``response_headers`` those it sends, by lower-case name
    with what they say; ``errors`` are the statuses of its own `RouteError`s. All three are for the document.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    scope: str
    handler: RouteHandler
    summary: str
    query: type[Any] | None = None
    body: type[Any] | None = None
    response: type[Any] | None = None
    status: int = 200
    request_headers: Mapping[str, str] = field(default_factory=dict)
    response_headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[int, ...] = ()
