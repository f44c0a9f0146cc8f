"""The application: operations of the core and of plugins on Litestar's router, over one running system."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from litestar import Litestar, Request, Response, asgi
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Method

from pulpo.assembly import plugins_of, running
from pulpo.http import problems, wire
from pulpo.http.approvals import APPROVAL_OPERATIONS
from pulpo.http.auth import Gate
from pulpo.http.breakers import BREAKER_OPERATIONS
from pulpo.http.canary import CANARY_OPERATIONS
from pulpo.http.chat import chat_operations
from pulpo.http.contributed import contributed_pages
from pulpo.http.conversations import CONVERSATION_OPERATIONS
from pulpo.http.health import health_operations
from pulpo.http.metrics import METRICS_OPERATIONS
from pulpo.http.openapi import with_document
from pulpo.http.operations import Door, Operation
from pulpo.http.overview import overview_operations
from pulpo.http.pages import load_pages
from pulpo.http.problems import ProblemError
from pulpo.http.routes import mount
from pulpo.http.serving import Doorway, Handler, Headers, failed, handler_of
from pulpo.http.site import page_operations
from pulpo.http.visitors import Visitors
from pulpo.observability.logging import ERROR, log, open_log
from pulpo.observability.redaction import known_secrets
from pulpo.plugins import Catalogue, PluginRecord
from pulpo.settings import Settings
from pulpo.store.secrets import secret
from pulpo.system import System

if TYPE_CHECKING:
    from litestar.handlers import ASGIRouteHandler
    from litestar.plugins import PluginProtocol
    from litestar.types import ASGIApp, Receive, Scope, Send

_SIZES = f"Send at most {wire.MAX_PATH} characters of address and {wire.MAX_HEADERS // 1024} KiB of headers."

_METHODS: Sequence[Method] = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Everything that is served, and the records of all plugins with what became of their routes."""

    operations: tuple[Operation, ...]
    records: tuple[PluginRecord, ...]


def create_app(
    settings: Settings, *, catalogue: Catalogue | None = None, clock: Callable[[], float] = time.time
) -> Litestar:
    """Build the application; its lifespan starts and stops the system, whose ``clock`` gives UTC seconds.

    Raises `PluginError` for a required plugin that is not active; a lifespan that fails raises what
    `pulpo.assembly.running` raises.
    """
    catalogue = catalogue or plugins_of(settings)
    request_id = wire.request_ids(secrets.token_hex(6), secrets=known_secrets(os.environ))
    doorway = Doorway()
    surface = surface_of(settings, catalogue)
    handlers = _handlers(surface.operations, doorway, request_id)
    app = _Litestar(
        route_handlers=[_mounted(path, serve) for path, serve in handlers.items()],
        lifespan=[_lifespan(settings, catalogue, surface.records, doorway, clock)],
        exception_handlers={Exception: _outside_handler(request_id)},
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = _entrance(app.asgi_handler, handlers, request_id)
    return app


class _Litestar(Litestar):
    """Without the plugins it has by default, for types that none of our handlers has: they load pydantic a second
    time, in its version 1. Should this name go one day, the start only takes a little longer."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return plugins


def surface_of(settings: Settings, catalogue: Catalogue) -> Surface:
    """Collect the core's operations, the plugins', the document of these, and the pages."""
    pages = page_operations({**load_pages(), **contributed_pages(catalogue.sections)})
    mounted = mount(catalogue, reserved=(*with_document(_core(settings, ())), *pages))
    api = with_document((*_core(settings, mounted.records), *mounted.operations))
    return Surface(operations=(*api, *pages), records=mounted.records)


def _core(settings: Settings, records: tuple[PluginRecord, ...]) -> tuple[Operation, ...]:
    return (
        *chat_operations(settings.turns.max_message),
        *CONVERSATION_OPERATIONS,
        *CANARY_OPERATIONS,
        *health_operations(records),
        *BREAKER_OPERATIONS,
        *APPROVAL_OPERATIONS,
        *METRICS_OPERATIONS,
        *overview_operations(records),
    )


def _handlers(
    operations: Iterable[Operation], doorway: Doorway, request_id: Callable[[Headers], str]
) -> dict[str, Handler]:
    by_path: dict[str, list[Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, []).append(operation)
    return {path: handler_of(group, doorway=doorway, request_id=request_id) for path, group in by_path.items()}


def _mounted(path: str, serve: Handler) -> ASGIRouteHandler | HTTPRouteHandler:
    if "{" not in path:
        return asgi(path, copy_scope=False)(serve)

    # Litestar 2.25 looks an asgi route's path parameters up under the method, where they are not. Its own kind of
    # handler finds them, and may answer with an ASGI application: ours.
    async def parameterised() -> ASGIApp:
        return serve

    return HTTPRouteHandler(path.replace("}", ":str}"), http_method=_METHODS)(parameterised)


def _lifespan(
    settings: Settings,
    catalogue: Catalogue,
    records: tuple[PluginRecord, ...],
    doorway: Doorway,
    clock: Callable[[], float],
) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        with open_log(settings.log_level):
            _report(records)
            async with running(settings, catalogue=catalogue, clock=clock, serving=True) as system:
                app.state.system = system
                doorway.door = await _door(settings, system)
                yield
                doorway.door = None

    return lifespan


async def _door(settings: Settings, system: System) -> Door:
    gate = Gate(
        database=system.database,
        workspaces=system.workspaces,
        default_workspace=settings.default_workspace,
        host=settings.host,
    )
    signing = await system.database.write(partial(secret, name="visitors", rng=secrets.token_bytes))
    visitors = Visitors(secret=signing, rng=secrets.token_bytes)
    return Door(system=system, gate=gate, visitors=visitors)


def _report(records: Iterable[PluginRecord]) -> None:
    """Say in the log what is to be said of a plugin: why it is out, or what its author should mend."""
    for record in records:
        if record.reason:
            fields = {"marker": ERROR} if record.state == "quarantined" else {}
            write = log().info if record.state == "blocked" else log().warning
            write("plugin", plugin=record.name, state=record.state, reason=record.reason, **fields)


def _entrance(app: ASGIApp, handlers: Mapping[str, Handler], request_id: Callable[[Headers], str]) -> ASGIApp:
    """Refuse monstrous addresses and headers before Litestar's router remembers them; and lead to a path without
    parameters past that router, whose way there costs as much as a third of a whole echo."""
    direct = {path: serve for path, serve in handlers.items() if "{" not in path}

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.WEBSOCKET:
            await app(scope, receive, send)
        elif (status := wire.oversized(scope)) is not None:
            id_ = request_id({})
            problem = ProblemError(status, _SIZES, headers=problems.CLOSE)
            await wire.send_reply(send, problems.reply_of(problem, request_id=id_, locale="en"), request_id=id_)
        elif (serve := direct.get(scope["path"])) is not None and wire.plain_host(scope):
            scope["path_params"] = {}
            await serve(scope, receive, send)
        else:
            await app(scope, receive, send)

    return enter


def _outside_handler(
    request_id: Callable[[Headers], str],
) -> Callable[[Request[Any, Any, Any], Exception], Response[bytes]]:
    """Tell errors of the router (no such address, a broken Host) like all others."""

    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        headers = dict(request.scope["headers"])
        id_ = request_id(headers)
        reply = failed(_as_problem(error), headers=headers, request_id=id_)
        return Response(
            reply.body,
            status_code=reply.status,
            media_type=reply.content_type.decode(),
            headers=_decoded({b"x-request-id": id_.encode(), **dict((reply.cache, *reply.headers, *reply.security))}),
        )

    return handle


def _as_problem(error: Exception) -> Exception:
    if isinstance(error, HTTPException) and error.status_code in problems.TITLES and error.status_code < 500:
        detail = "There is nothing at this address; /docs lists what there is."
        sent = tuple((name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items())
        return ProblemError(error.status_code, detail if error.status_code == 404 else error.detail, headers=sent)
    return error


def _decoded(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
