"""The document follows from the operations."""

from __future__ import annotations

import json
from typing import Annotated

import msgspec

from pulpo.http.auth import PUBLIC
from pulpo.http.openapi import PATH, document_of, statuses, with_document
from pulpo.http.operations import Call, Operation
from pulpo.http.wire import Reply


class Query(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1, description="How many.")]
    sort: str = "name"


class Thing(msgspec.Struct):
    name: str


async def handler(_call: Call) -> None:
    return None


def operation(**fields: object) -> Operation:
    base = {
        "method": "GET",
        "path": "/things",
        "scope": "chat",
        "handler": handler,
        "summary": "S",
        "id": "i",
        "tag": "t",
    }
    return Operation(**{**base, **fields})  # type: ignore[arg-type]


def test_fields_of_a_query_are_parameters_and_no_schema() -> None:
    document = document_of([operation(query=Query, response=Thing)])
    assert document["paths"]["/things"]["get"]["parameters"] == [
        {
            "name": "limit",
            "in": "query",
            "required": True,
            "description": "How many.",
            "schema": {"type": "integer", "minimum": 1},
        },
        {
            "name": "sort",
            "in": "query",
            "required": False,
            "description": "sort",
            "schema": {"type": "string", "default": "name"},
        },
    ]
    assert set(document["components"]["schemas"]) == {"Misfit", "Problem", "Thing", "Trouble"}


def test_refusals_follow_from_what_is_asked() -> None:
    assert statuses(operation(scope=PUBLIC)) == {414, 431}
    assert statuses(operation()) == {401, 403, 414, 431, 503}
    assert 404 in statuses(operation(path="/things/{id}"))
    assert 400 in statuses(operation(query=Query))
    assert {400, 408, 413, 415} < statuses(operation(body=Thing))
    assert 409 in statuses(operation(errors=(409,)))


def test_public_operations_ask_for_no_key() -> None:
    document = document_of([operation(scope=PUBLIC), operation(method="PUT", body=Thing)])
    assert document["paths"]["/things"]["get"]["security"] == []
    assert "security" not in document["paths"]["/things"]["put"]
    assert document["security"] == [{"apiKey": []}]


def test_nothing_is_promised_of_an_empty_answer() -> None:
    document = document_of([operation(status=204), operation(method="PUT", content_type="*/*")])
    assert "content" not in document["paths"]["/things"]["get"]["responses"]["204"]
    assert document["paths"]["/things"]["put"]["responses"]["200"]["content"] == {"*/*": {"schema": {}}}


def test_pages_are_left_out() -> None:
    assert document_of([operation(documented=False)])["paths"] == {}


async def test_the_document_documents_itself() -> None:
    *_, served = with_document([operation()])
    reply = await served.handler(None)  # type: ignore[arg-type] # it looks at nothing of the call
    assert isinstance(reply, Reply)
    assert set(json.loads(reply.body)["paths"]) == {"/things", PATH}
