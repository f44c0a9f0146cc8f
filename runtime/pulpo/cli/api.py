"""The plugins' routes for commands: of a running server over HTTP, else in this process over its database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import msgspec

from pulpo.contracts.commands import Api, ApiAnswer
from pulpo.contracts.routes import RawResponse, Route, RouteError, RouteRequest
from pulpo.conversation import Json, Workspace
from pulpo.errors import CommandError
from pulpo.http.misfits import told

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

    from pulpo.cli.remote import Exchange
    from pulpo.settings import Settings
    from pulpo.system import System

SECONDS = 30.0
"""For a server to answer a command."""


@contextmanager
def opened_api(
    settings: Settings, *, url: str | None, key: str | None, workspace: str | None, locale: str
) -> Iterator[Api]:
    """Hold the API open: that of ``url``, or one in this process while the block lasts."""
    if url:
        from pulpo.cli.remote import exchange

        yield RemoteApi(locale=locale, workspace=None, send=exchange(url, key=key, timeout=SECONDS))
        return
    from anyio.from_thread import start_blocking_portal

    from pulpo.assembly import running

    with start_blocking_portal() as portal, portal.wrap_async_context_manager(running(settings)) as system:
        yield LocalApi(locale=locale, workspace=workspace, portal=portal, system=system)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteApi:
    """The API of a running server; the key it is sent decides the workspace."""

    locale: str
    workspace: str | None
    send: Exchange

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
        """See `pulpo.contracts.commands.Api`."""
        address = path.format(**{name: quote(value, safe="") for name, value in (parameters or {}).items()})
        address += f"?{urlencode(query)}" if query else ""
        sent = None if body is None else msgspec.json.encode(body)
        response = self.send(method, address, sent, {"accept-language": self.locale, **(headers or {})})
        if not 200 <= response.status < 300:
            raise _refused(response.status, response.body)
        if "x-request-id" not in response.headers:  # every answer of ours has one; a sign-in page, say, has none
            raise CommandError("what answers there is no PulpoAI server; name one with --url http://127.0.0.1:8000")
        return ApiAnswer(body=_decoded(response.body), headers=response.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalApi:
    """The routes in this process: whoever may read the database may do all that they do."""

    locale: str
    workspace: str | None
    portal: BlockingPortal
    system: System

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
        """See `pulpo.contracts.commands.Api`."""
        route = self._route(method, path)
        chosen = workspace or self.workspace or self.system.settings.default_workspace
        request = RouteRequest(
            workspace=self.system.workspaces.get(chosen, Workspace(id=chosen)),
            scopes=frozenset({"admin"}),
            now=datetime.fromtimestamp(self.system.clock(), UTC),
            locale=self.locale,
            database=self.system.database,
            path=parameters or {},
            query=_typed(dict(query or {}), route.query),
            body=_typed(body, route.body),
            headers=headers or {},
        )
        try:
            return _answered(self.portal.call(route.handler, request))
        except RouteError as error:
            raise CommandError(_told(error.title, error.detail, error.errors), status=error.status) from error

    def _route(self, method: str, path: str) -> Route:
        for route in self.system.catalogue.routes:
            if (route.method, route.path) == (method, path):
                return route
        raise CommandError(f"no active plugin serves {method} {path}; `pulpo plugins` says which are active")


def _typed(value: Any, kind: type[Any] | None) -> Any:
    if kind is None:
        return None
    try:
        return msgspec.convert(value, kind, strict=False, str_keys=True)
    except msgspec.ValidationError as error:
        raise CommandError(f"this does not fit: {told(error, kind)}", status=400) from None


def _answered(answer: Any) -> ApiAnswer:
    if isinstance(answer, RawResponse):
        return ApiAnswer(body=_decoded(answer.body), headers=answer.headers)
    return ApiAnswer(body=_decoded(msgspec.json.encode(answer)))


def _decoded(body: bytes) -> Json:
    try:
        return msgspec.json.decode(body) if body else None
    except msgspec.DecodeError:
        return body.decode("utf-8", "replace")


def _refused(status: int, body: bytes) -> CommandError:
    from pulpo.cli.remote import KEYLESS

    problem = _decoded(body)
    if not isinstance(problem, dict) or not problem.get("title") or "request_id" not in problem:
        return CommandError(f"the server answered {status}", status=status)
    errors = [(str(each["pointer"]), str(each["detail"])) for each in problem.get("errors", ())]
    said = KEYLESS if status == 401 else _told(str(problem["title"]), str(problem.get("detail", "")), errors)
    return CommandError(said, status=status)


def _told(title: str, detail: str, errors: Any) -> str:
    places = "; ".join(f"{pointer or 'the whole'}: {said}" for pointer, said in errors if said not in detail)
    return ": ".join(part for part in (title, detail, places) if part)
