"""`POST /chat` and what can be read of it afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from .conftest import Serve, Served


async def chat(client: httpx.AsyncClient, message: str, **more: object) -> httpx.Response:
    headers = {key: str(more.pop(key)) for key in list(more) if "-" in key}
    return await client.post("/chat", json={"message": message, **more}, headers=headers)


async def test_an_answer_has_the_fields_of_the_contract(client: httpx.AsyncClient) -> None:
    answered = await chat(client, "greet Ana")
    body = answered.json()
    assert answered.status_code == 200
    assert list(body) == [
        "conversation_id",
        "turn_id",
        "reply",
        "variant",
        "served_by",
        "outcome",
        "tool_calls",
        "duration_ms",
    ]
    assert body["reply"] == "Hola, Ana!"
    assert answered.headers["x-pulpo-variant"] == body["variant"] == body["served_by"] == "stable"
    (call,) = body["tool_calls"]
    assert {key: call[key] for key in ("id", "tool", "arguments", "outcome")} == {
        "id": "1",
        "tool": "say_hello",
        "arguments": {"name": "Ana"},
        "outcome": "ok",
    }


async def test_a_conversation_goes_on_and_can_be_read_and_erased(client: httpx.AsyncClient) -> None:
    first = (await chat(client, "one")).json()
    address = f"/conversations/{first['conversation_id']}"
    await chat(client, "two", conversation_id=first["conversation_id"])
    transcript = (await client.get(address)).json()
    assert [line["text"] for line in transcript["messages"]] == ["one", "you said one", "two", "you said two"]
    listed = (await client.get("/conversations?limit=1")).json()["conversations"]
    assert [it["conversation_id"] for it in listed] == [first["conversation_id"]]
    assert (await client.delete(address)).status_code == 204
    assert (await client.get(address)).status_code == 404
    assert (await client.delete(address)).status_code == 404


async def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(client: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "k-1"}
    first = await chat(client, "one", **key)
    again = await chat(client, "one", **key)
    other = await chat(client, "two", **key)
    assert again.json() == first.json()
    assert other.status_code == 422
    assert "new key" in other.json()["detail"]


@pytest.mark.parametrize("key", [b"", b"\xc3\xb1", b"a\x01b", b"k" * 256])
async def test_a_key_must_be_printable_and_short(client: httpx.AsyncClient, key: bytes) -> None:
    refused = await client.post("/chat", json={"message": "hi"}, headers=[(b"Idempotency-Key", key)])
    assert refused.status_code == 400


async def test_an_unknown_conversation_is_a_404_in_the_callers_language(client: httpx.AsyncClient) -> None:
    refused = await chat(client, "hi", conversation_id="nope", **{"accept-language": "es-ES,en;q=0.5"})
    assert refused.status_code == 404
    assert refused.json()["title"] == "No encontrado"


async def test_a_failing_planner_is_answered_and_shows_nothing_of_itself(client: httpx.AsyncClient) -> None:
    answered = await chat(client, "break")
    assert answered.status_code == 200
    assert answered.json()["outcome"] == "error"
    assert "secret" not in answered.text


async def test_a_busy_conversation_says_when_to_come_back(serve: Serve) -> None:
    async with serve(turns={"wait": 0}) as served:
        conversation = (await chat(served.client, "hi")).json()["conversation_id"]
        served.toy.started.clear()
        running = asyncio.create_task(chat(served.client, "wait", conversation_id=conversation))
        await served.toy.started.wait()
        refused = await chat(served.client, "hi", conversation_id=conversation)
        assert refused.status_code == 409
        assert int(refused.headers["retry-after"]) >= 1
        served.toy.gate.set()
        assert (await running).status_code == 200


async def test_a_client_that_leaves_does_not_end_the_turn(served: Served) -> None:
    leaving = asyncio.create_task(chat(served.client, "wait"))
    await served.toy.started.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    served.toy.gate.set()
    for _ in range(2000):
        (listed,) = (await served.client.get("/conversations")).json()["conversations"]
        transcript = (await served.client.get(f"/conversations/{listed['conversation_id']}")).json()
        if len(transcript["messages"]) == 2:
            break
        await asyncio.sleep(0.01)
    assert [line["text"] for line in transcript["messages"]] == ["wait", "you said wait"]


async def test_the_length_of_a_message_is_a_setting(serve: Serve) -> None:
    async with serve(turns={"max_message": 5}) as served:
        assert (await chat(served.client, "12345")).status_code == 200
        assert (await chat(served.client, "123456")).status_code == 400


@pytest.mark.parametrize(
    "field",
    [
        {"message": " \n"},
        {"message": "a\0b"},
        {"message": 7},
        {"workspace_id": "other"},
        {"attributes": {"a": {"b": 1}}},
        {"attributes": {str(n): n for n in range(33)}},
        {"locale": "not a tag"},
        {"conversation_id": "../../etc"},
    ],
)
async def test_a_body_that_does_not_fit_is_named(client: httpx.AsyncClient, field: dict[str, object]) -> None:
    refused = await client.post("/chat", json={"message": "hi", **field})
    assert refused.status_code == 400
    assert refused.json()["title"] == "Bad request"


@pytest.mark.parametrize(
    "context",
    [
        {"conversation_id": "c\n"},
        {"user_id": "ana\n"},
        {"locale": "es\n"},
        {"region": "ES\n"},
        {"channel": "web\n"},
        {"attributes": {"plan\n": 1}},
    ],
    ids=lambda context: next(iter(context)),
)
async def test_a_line_break_at_the_end_is_no_part_of_a_name(client: httpx.AsyncClient, context: dict[str, Any]) -> None:
    assert (await client.post("/chat", json={"message": "hi", **context})).status_code == 400


async def test_the_document_tells_patterns_that_every_reader_knows(client: httpx.AsyncClient) -> None:
    document = (await client.get("/schema/openapi.json")).json()
    names = document["components"]["schemas"]["ChatMessage"]["properties"]["channel"]["anyOf"]
    assert names[0]["pattern"] == "^[a-z0-9_-]{1,32}$"
    assert "(?!" not in str(document)
