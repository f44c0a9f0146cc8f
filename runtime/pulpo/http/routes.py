"""Routes of plugins, as operations. Each plugin's are built on trial: a bad one costs its plugin's routes, not the
start of the server."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from pulpo.contracts.routes import Route, RouteRequest
from pulpo.errors import PluginError
from pulpo.foreign import overreach
from pulpo.http import reading
from pulpo.http.operations import Answer, Call, Operation
from pulpo.plugins import Catalogue, PluginRecord

_PATH = re.compile(r"(/([a-z0-9][a-z0-9._-]*|\{[a-z][a-z0-9_]*\}))+")
_PARAMETER = re.compile(r"\{([^}]*)\}")
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounted:
    """The plugins' operations, and the records of all plugins with a reason where routes were left out."""

    operations: tuple[Operation, ...]
    records: tuple[PluginRecord, ...]


def mount(catalogue: Catalogue, *, reserved: Sequence[Operation]) -> Mounted:
    """Turn the catalogue's routes into operations that fit beside the ``reserved`` ones; never raises."""
    ours = {address(it.path) for it in reserved}
    taken: dict[str, str] = {}
    operations: list[Operation] = []
    reasons: dict[str, str] = {}
    for owner, routes in _by_owner(catalogue).items():
        try:
            built = [_operation(route, owner) for route in routes]
            _check_addresses(built, ours, taken)
        except Exception as error:  # the plugin's types and names are its own code, and may fail in any way
            reasons[owner] = f"its routes are not mounted: {error}"
            continue
        taken.update({address(it.path): it.path for it in built})
        operations += built
    return Mounted(operations=tuple(operations), records=tuple(_remarked(it, reasons) for it in catalogue.records))


def address(path: str) -> str:
    """Return ``path`` with its parameters' names taken out: ``/a/{x}`` and ``/a/{y}`` are one address."""
    return _PARAMETER.sub("{}", path)


def _by_owner(catalogue: Catalogue) -> Mapping[str, list[Route]]:
    found: dict[str, list[Route]] = {}
    for route in catalogue.routes:
        found.setdefault(catalogue.owner("routes", f"{route.method} {route.path}"), []).append(route)
    return found


def _operation(route: Route, owner: str) -> Operation:
    where = f"{route.method} {route.path}"
    if route.method not in METHODS:
        raise ValueError(f"{where}: method {route.method!r} is not one of {', '.join(sorted(METHODS))}")
    if _PATH.fullmatch(route.path) is None:
        raise ValueError(f"{where}: write the path like /booking/{{appointment_id}}: lower case, no slash at the end")
    if not route.scope:
        raise ValueError(f"{where}: name a scope (`public` if anybody may call it)")
    _try_types(route, where)
    return Operation(
        method=route.method,
        path=route.path,
        scope=route.scope,
        handler=_handler(route, owner),
        id=_identifier(route),
        tag=owner,
        summary=route.summary,
        query=route.query,
        body=route.body,
        response=route.response,
        content_type="application/json" if route.response is not None else "*/*",
        status=route.status,
        errors=(503, *route.errors),
        request_headers=_described(route.request_headers),
        response_headers=_described(route.response_headers),
    )


def _described(headers: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    return {name: {"description": said, "schema": {"type": "string"}} for name, said in headers.items()}


def _handler(route: Route, owner: str) -> Callable[[Call], Awaitable[Answer]]:
    wanted = [(name, name.encode("ascii")) for name in route.request_headers]

    async def handle(call: Call) -> Answer:
        try:
            return await route.handler(_request(call, wanted))
        except BaseException as error:
            if did := overreach(error):
                raise PluginError(f"{route.method} {route.path} of {owner} {did}", plugin=owner) from error
            raise

    return handle


def _request(call: Call, wanted: Iterable[tuple[str, bytes]]) -> RouteRequest:
    system = call.door.system
    return RouteRequest(
        workspace=call.caller.workspace,
        scopes=call.caller.scopes,
        now=datetime.fromtimestamp(system.clock(), UTC),
        locale=call.locale,
        database=system.database,
        path=call.path,
        query=call.query,
        body=call.body,
        accept=call.headers.get(b"accept", b"").decode("latin-1"),
        headers={name: call.headers[raw].decode("latin-1") for name, raw in wanted if raw in call.headers},
    )


def _try_types(route: Route, where: str) -> None:
    """Build what will be needed of the route's types, so that a bad one shows now."""
    types = [kind for kind in (route.query, route.body, route.response) if kind is not None]
    try:
        msgspec.json.schema_components(types)
        for kind in types:
            reading.body_reader(kind)
    except Exception as error:
        raise ValueError(f"{where}: its types cannot be used: {error}") from error


def _check_addresses(built: Iterable[Operation], ours: Collection[str], taken: Mapping[str, str]) -> None:
    """Raise `ValueError` for an address of the core's, or one whose parameters have other names elsewhere."""
    names = dict(taken)
    for operation in built:
        known = names.setdefault(address(operation.path), operation.path)
        if address(operation.path) in ours:
            raise ValueError(f"{operation.method} {operation.path}: the runtime serves this address itself")
        if known != operation.path:
            raise ValueError(f"{operation.path} is the same address as {known}: name its parameters alike")


def _identifier(route: Route) -> str:
    words = re.findall(r"[a-z0-9]+", route.path)
    return route.method.lower() + "".join(word.capitalize() for word in words)


def _remarked(record: PluginRecord, reasons: Mapping[str, str]) -> PluginRecord:
    reason = reasons.get(record.name)
    return record if reason is None else replace(record, reason="; ".join(filter(None, (record.reason, reason))))
