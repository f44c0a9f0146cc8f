"""The OpenAPI 3.1 document, written from the operations that are served.

Litestar's own generator does not see `asgi` routes; what it writes of others fails redocly and spectral.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import msgspec

import pulpo
from pulpo.http.auth import PUBLIC
from pulpo.http.operations import Call, Operation
from pulpo.http.problems import Problem
from pulpo.http.reading import END, MAX_PARAMETER
from pulpo.http.wire import Reply

Schema: TypeAlias = dict[str, Any]

PATH: Final = "/schema/openapi.json"

_TAGS: Final = {
    "admin": "Run the installation.",
    "canary": "Switch the canary while it serves.",
    "chat": "Talk to the agent.",
    "conversations": "What was said.",
    "health": "How the server does.",
    "plugins": "What is installed.",
    "schema": "This document.",
}

_DESCRIPTION: Final = (
    "Send messages to `POST /chat`; plugins add tags of their own. Errors are problem+json (RFC 9457) with the "
    "request's id, which you may choose with an `X-Request-Id` header. Until the first API key is created the server "
    "is a demo that answers without one, on loopback only."
)


def with_document(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """Return the operations and one more: the document of them all, itself included, written once."""
    body = msgspec.json.encode(document_of((*operations, _document_operation(b""))))
    # There, unlike in Python, a plain $ is the very end; and not every reader of it knows more than that.
    end = msgspec.json.encode(END).strip(b'"')
    return (*operations, _document_operation(body.replace(end, b"$")))


def document_of(operations: Iterable[Operation]) -> Schema:
    """Return the document of all documented operations; everything in it follows from their values."""
    shown = [it for it in operations if it.documented]
    types = [kind for it in shown for kind in (it.query, it.body, it.response) if kind is not None]
    found, components = msgspec.json.schema_components([Problem, *types], ref_template="#/components/schemas/{name}")
    schemas = dict(zip([Problem, *types], found, strict=True))
    paths: dict[str, Schema] = {}
    for operation in shown:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas, components)
    queries = {_name(schemas[it.query]) for it in shown if it.query is not None}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "PulpoAI",
            "version": pulpo.__version__,
            "summary": "An agent runtime for chats that book.",
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
            "contact": {"name": "PulpoAI developers"},
        },
        "servers": [{"url": "/", "description": "This server."}],
        "tags": _tags(shown),
        "security": [{"apiKey": []}],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in components.items() if name not in queries},
            "securitySchemes": {
                "apiKey": {"type": "http", "scheme": "bearer", "description": "`pulpo keys create` makes one."}
            },
        },
    }


def _document_operation(body: bytes) -> Operation:
    async def document(_call: Call) -> Reply:
        return Reply(body=body)

    return Operation(
        method="GET",
        path=PATH,
        scope=PUBLIC,
        handler=document,
        id="getOpenApiDocument",
        tag="schema",
        summary="Read this document",
        response=dict[str, Any],
    )


def _operation(operation: Operation, schemas: Mapping[Any, Schema], components: Mapping[str, Schema]) -> Schema:
    written: Schema = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _described(operation),
        "parameters": [*_path_parameters(operation), *_query_parameters(operation, schemas, components)]
        + [{"name": name, "in": "header", "required": False, **it} for name, it in operation.request_headers.items()],
        "responses": {str(operation.status): _success(operation, schemas)}
        | {str(status): _failure(status, schemas[Problem]) for status in sorted(statuses(operation))},
    }
    if operation.scope == PUBLIC:
        written["security"] = []
    if operation.body is not None:
        content = {"application/json": {"schema": schemas[operation.body]}}
        written["requestBody"] = {"required": True, "content": content}
    return written


def statuses(operation: Operation) -> set[int]:
    """Return the error statuses an operation may answer with; a 500 is a bug and not documented."""
    found = {414, 431, *operation.errors}
    if operation.scope != PUBLIC:
        found |= {401, 403, 503}
    if operation.counted:
        found.add(429)
    if "{" in operation.path:
        found.add(404)
    if operation.query is not None or operation.request_headers:
        found.add(400)
    if operation.body is not None:
        found |= {400, 408, 413, 415}
    return found


def _described(operation: Operation) -> str:
    others = "" if operation.scope == "admin" else " (or `admin`)"
    scope = "No key is needed." if operation.scope == PUBLIC else f"Needs the scope `{operation.scope}`{others}."
    return f"{operation.description} {scope}".strip()


def _success(operation: Operation, schemas: Mapping[Any, Schema]) -> Schema:
    written: Schema = {"description": HTTPStatus(operation.status).phrase}
    if operation.response_headers:
        written["headers"] = dict(operation.response_headers)
    if operation.response is not None:
        written["content"] = {operation.content_type: {"schema": schemas[operation.response]}}
    elif operation.status != 204:
        written["content"] = {operation.content_type: {"schema": {}}}
    return written


def _failure(status: int, schema: Schema) -> Schema:
    written: Schema = {
        "description": HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": schema}},
    }
    if status in (409, 429, 503):
        description = "Seconds after which to try again."
        written["headers"] = {"Retry-After": {"description": description, "schema": {"type": "integer", "minimum": 0}}}
    return written


def _path_parameters(operation: Operation) -> list[Schema]:
    schema = {"type": "string", "minLength": 1, "maxLength": MAX_PARAMETER}
    return [
        {"name": name, "in": "path", "required": True, "description": name.replace("_", " "), "schema": schema}
        for name in re.findall(r"\{([^}]*)\}", operation.path)
    ]


def _query_parameters(
    operation: Operation, schemas: Mapping[Any, Schema], components: Mapping[str, Schema]
) -> list[Schema]:
    """Each field of the query's struct is a parameter; its description moves up beside its name."""
    if operation.query is None:
        return []
    struct = components[_name(schemas[operation.query])]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in struct.get("required", ()),
            "description": schema.get("description", name.replace("_", " ")),
            "schema": {key: value for key, value in schema.items() if key != "description"},
        }
        for name, schema in struct["properties"].items()
    ]


def _tags(shown: Sequence[Operation]) -> list[Schema]:
    return [
        {"name": tag, "description": _TAGS.get(tag, f"Routes of the plugin {tag}.")}
        for tag in sorted({it.tag for it in shown})
    ]


def _name(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]
