"""Bodies and headers that break stock handling: each gets a 4xx, never a 5xx, and the server goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pulpo.http import wire

from .conftest import Served

DEEP = b'{"message": "a", "attributes": {"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}}"
KIND = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="empty"),
        pytest.param(b"null", 400, id="null"),
        pytest.param(b'{"message": "\xff\xfe"}', 400, id="bad-utf8"),
        pytest.param(b'{"\xff": 1}', 400, id="bad-utf8-key"),
        pytest.param(b"\xef\xbb\xbf{}", 400, id="byte-order-mark"),
        pytest.param(b'{"message": "\xed\xa0\x80"}', 400, id="surrogate-in-utf8"),
        pytest.param(rb'{"message": "\ud800"}', 400, id="lone-surrogate"),
        pytest.param(rb'{"message": "a\u0000b"}', 400, id="nul"),
        pytest.param(b'{"message": "a\0b"}', 400, id="raw-nul"),
        pytest.param(b'{"message": "a", "attributes": {"n": ' + b"9" * 400 + b"}}", 400, id="400-digits"),
        pytest.param(b'{"message": "a", "attributes": {"n": ' + b"9" * 5000 + b"}}", 400, id="5000-digits"),
        pytest.param(b'{"message": "a", "attributes": {"n": 1e999}}', 400, id="infinite"),
        pytest.param(b'{"message": "a", "attributes": {"n": NaN}}', 400, id="nan"),
        pytest.param(b"[" * 200_000, 400, id="200k-open"),
        pytest.param(b'{"a":' * 50_000, 400, id="50k-objects"),
        pytest.param(b'{"message": "a"} trailing', 400, id="trailing"),
        pytest.param(b'{"message": "' + b"a" * 4001 + b'"}', 400, id="message-too-long"),
        pytest.param(DEEP, 413, id="200k-deep-and-too-large"),
        pytest.param(b" " * (wire.MAX_BODY + 1), 413, id="one-byte-too-many"),
        pytest.param(b"x" * 20_000_000, 413, id="20-MB"),
    ],
)
async def test_a_hostile_body_is_refused(client: httpx.AsyncClient, body: bytes, status: int) -> None:
    refused = await client.post("/chat", content=body, headers=KIND)
    assert refused.status_code == status, refused.text
    assert (await client.post("/chat", json={"message": "still there?"})).status_code == 200


async def test_text_that_only_looks_like_nul_is_fine(client: httpx.AsyncClient) -> None:
    answered = await client.post("/chat", content=rb'{"message": "\\u0000 \u00e1"}', headers=KIND)
    assert answered.json()["reply"] == "you said \\u0000 á"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
async def test_another_kind_of_body_is_a_415(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    refused = await client.post("/chat", content=b'{"message": "hi"}', headers=headers)
    assert refused.status_code == 415


@pytest.mark.parametrize("value", ["application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"'])
async def test_usual_spellings_of_json_pass(client: httpx.AsyncClient, value: str) -> None:
    passed = await client.post("/chat", content=b'{"message": "hi"}', headers={"content-type": value})
    assert passed.status_code == 200


async def test_headers_of_64_kb_are_a_431(client: httpx.AsyncClient) -> None:
    refused = await client.get("/health/live", headers={"x-junk": "x" * 65_536})
    assert refused.status_code == 431
    assert refused.headers["connection"] == "close"


async def asked(
    served: Served, pieces: Iterator[dict[str, Any]], headers: dict[bytes, bytes]
) -> tuple[int | None, dict[str, Any]]:
    """Send ``pieces`` as an ASGI server would; after the last one nothing more comes."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        piece = next(pieces, None)
        if piece is None:
            await asyncio.Event().wait()
        return piece or {}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    raw = [(b"host", b"localhost"), (b"content-type", b"application/json"), *headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/chat",
        "raw_path": b"/chat",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": raw,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    await served.app(scope, receive, send)  # type: ignore[arg-type]
    if not sent:
        return None, {}
    return sent[0]["status"], json.loads(sent[1]["body"])


def piece(body: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_that_never_ends_is_a_408(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BODY_SECONDS", 0.05)
    status, problem = await asked(served, iter([piece(b'{"mess', True)]), {})
    assert status == 408
    assert "must arrive" in problem["detail"]


async def test_an_undeclared_flood_is_stopped_at_the_limit(served: Served) -> None:
    taken = 0

    def flood() -> Iterator[dict[str, Any]]:
        nonlocal taken
        for _ in range(20):
            taken += 1
            yield piece(b"x" * 65_536, True)
        yield piece(b"", False)

    status, _ = await asked(served, flood(), {})
    assert status == 413


@pytest.mark.parametrize("length", [b"ten", b"-1", b"1e3", b""])
async def test_a_length_that_is_no_number_is_a_400(served: Served, length: bytes) -> None:
    status, _ = await asked(served, iter([piece(b"{}", False)]), {b"content-length": length})
    assert status == 400


async def test_nobody_is_answered_who_left_while_sending(served: Served) -> None:
    status, _ = await asked(served, iter([piece(b"{", True), {"type": "http.disconnect"}]), {})
    assert status is None
