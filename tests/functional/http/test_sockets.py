"""What only a real server shows: requests that are no decent HTTP, and clients that are slow to read our refusal."""

from __future__ import annotations

import socket

import httpx
import pytest

from support.server import Server

HEAD = b"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def exchange(server: Server, request: bytes) -> bytes:
    """Send ``request`` and return what comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
        return answer


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", id="two-lengths"),
        pytest.param(HEAD + b"Content-Length: ten\r\n\r\n{}", id="length-no-number"),
        pytest.param(HEAD + b"Content-Length: -5\r\n\r\n{}", id="negative-length"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", id="bad-chunk"),
        pytest.param(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n", id="nul-in-header"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00", id="tls-on-a-plain-port"),
    ],
)
def test_what_is_no_http_is_refused(server: Server, request_: bytes) -> None:
    answer = exchange(server, request_)
    assert answer == b"" or answer.split(b" ")[1].startswith(b"4"), answer[:200]
    assert httpx.get(f"{server.url}/health/live", timeout=60).status_code == 200


def test_a_client_that_sends_20_mb_first_reads_the_413(server: Server) -> None:
    headers = {"content-type": "application/json"}
    refused = httpx.post(f"{server.url}/chat", content=b"x" * 20_000_000, headers=headers, timeout=60)
    assert refused.status_code == 413
    assert refused.json()["title"] == "Request too large"


def test_headers_of_64_kb_are_a_431(server: Server) -> None:
    headers = {"x-junk": "x" * 65_536}
    assert httpx.get(f"{server.url}/health/live", headers=headers, timeout=60).status_code == 431


def test_a_connection_serves_many_requests(server: Server) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        for message in ("hola", "¿qué servicios hay?", "hello"):
            assert client.post("/chat", json={"message": message}).status_code == 200
        assert client.post("/chat", content=b"{", headers={"content-type": "application/json"}).status_code == 400
        assert client.get("/health/live").status_code == 200
