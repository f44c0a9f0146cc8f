"""The edge: ids, sizes, languages, bodies, replies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.http import wire
from pulpo.http.wire import Reply


def receiving(*pieces: bytes, gone: bool = False) -> Any:
    messages: Iterable[dict[str, Any]] = iter(
        [{"type": "http.request", "body": it, "more_body": n < len(pieces) or gone} for n, it in enumerate(pieces, 1)]
        + [{"type": "http.disconnect"}]
    )

    async def receive() -> dict[str, Any]:
        return next(iter(messages))

    return receive


class Sent:
    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    async def __call__(self, message: Any) -> None:
        self.messages.append(message)

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=8))
async def test_a_body_is_the_sum_of_its_pieces(pieces: list[bytes]) -> None:
    assert await wire.read_body(receiving(*pieces), {}) == b"".join(pieces)


@pytest.mark.parametrize(("pieces", "fits"), [([b"x" * 10], True), ([b"x" * 5, b"x" * 5], True), ([b"x" * 11], False)])
async def test_the_limit_counts_bytes(pieces: list[bytes], fits: bool) -> None:
    if fits:
        assert len(await wire.read_body(receiving(*pieces), {}, limit=10)) == 10
    else:
        with pytest.raises(wire.BodyTooLargeError):
            await wire.read_body(receiving(*pieces), {}, limit=10)


@pytest.mark.parametrize("length", [b"11", b"9" * 5000])
async def test_a_declared_length_is_enough_to_refuse(length: bytes) -> None:
    with pytest.raises(wire.BodyTooLargeError):
        await wire.read_body(receiving(b"x"), {b"content-length": length}, limit=10)


async def test_a_client_that_leaves_is_not_an_empty_body() -> None:
    with pytest.raises(wire.ClientGoneError):
        await wire.read_body(receiving(b"x", gone=True), {})


@pytest.mark.parametrize(
    ("sent", "language"),
    [
        (None, "en"),
        (b"es", "es"),
        (b"es-AR,es;q=0.9", "es-AR"),
        (b"en;q=0.8", "en"),
        (b"*", "en"),
        (b"", "en"),
        (b"\xff\xff", "en"),
        (b"es" * 5000, "en"),
    ],
)
def test_the_first_language_counts(sent: bytes | None, language: str) -> None:
    assert wire.language({} if sent is None else {b"accept-language": sent}) == language


def test_request_ids_differ_and_begin_with_their_process() -> None:
    ids = wire.request_ids("p")
    assert [ids({}), ids({b"x-request-id": b"mine.1"}), ids({b"x-request-id": b"a\nb"})] == ["p-1", "mine.1", "p-2"]


@pytest.mark.parametrize(
    "sent",
    [b"sk-proj-abcdefghijklmnopqrstuvwxyz012345", b"AKIAIOSFODNN7EXAMPLE", b"4111111111111111", b"it-is-tulipanes-9"],
)
def test_a_request_id_that_is_like_a_secret_is_not_taken(sent: bytes) -> None:
    ids = wire.request_ids("p", secrets=re.compile("tulipanes-9"))
    assert ids({b"x-request-id": sent}) == "p-1"


@pytest.mark.parametrize(
    "given", [b"7b0c3b9e-52a5-4c0e-9d0f-6a1c1f0e2d3b", b"01JD3Q7Z8K2M4N6P8R0T2V4X6Z", b"web:42.7_a"]
)
def test_usual_request_ids_are_taken(given: bytes) -> None:
    assert wire.request_ids("p", secrets=re.compile("tulipanes-9"))({b"x-request-id": given}) == given.decode()


@pytest.mark.parametrize(
    ("path", "query", "headers", "status"),
    [
        ("/chat", b"", [], None),
        ("/" + "x" * wire.MAX_PATH, b"", [], 414),
        ("/", b"x" * (wire.MAX_PATH + 1), [], 414),
        ("/", b"", [(b"a", b"x" * wire.MAX_HEADERS)], 431),
        ("/", b"", [(b"a", b"xxx")] * (wire.MAX_HEADERS // 4), None),
    ],
)
def test_sizes(path: str, query: bytes, headers: list[wire.Header], status: int | None) -> None:
    assert wire.oversized({"path": path, "query_string": query, "headers": headers}) == status  # type: ignore[arg-type]


async def test_a_reply_says_how_long_it_is_and_who_asked() -> None:
    sent = Sent()
    await wire.send_reply(sent, Reply(body=b"{}", headers=((b"a", b"b"),)), request_id="r")
    assert sent.headers[b"content-length"] == b"2"
    assert sent.headers[b"x-request-id"] == b"r"
    assert sent.headers[b"cache-control"] == b"no-store"
    assert sent.headers[b"a"] == b"b"
    assert sent.messages[1] == {"type": "http.response.body", "body": b"{}", "more_body": False}


@pytest.mark.parametrize("status", [204, 304])
async def test_a_reply_without_content_describes_none(status: int) -> None:
    sent = Sent()
    await wire.send_reply(sent, Reply(status=status), request_id="r")
    assert not {b"content-type", b"content-length"} & set(sent.headers)


def test_the_policy_allows_nothing_but_our_own() -> None:
    policy = dict(item.strip().split(" ", 1) for item in wire.CSP.split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert not [value for value in policy.values() if "unsafe" in value or "*" in value]
