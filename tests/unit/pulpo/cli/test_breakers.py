"""``pulpo breakers`` against a made-up server; the real one is in ``tests/functional/http/test_breakers.py``."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

BREAKER = {
    "workspace": "demo",
    "tool": "book",
    "state": "open",
    "since": "2026-11-22T10:00:00.123456Z",
    "calls": 6,
    "failure_rate": 0.5,
    "slow_rate": 0.0,
    "next_probe": "2026-11-22T10:00:05Z",
    "forced": False,
    "reason": "slow_calls",
    "by": "",
}


@pytest.fixture
def server():
    """A server with one breaker, and what it was told."""
    asked: list[tuple[str, str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(("GET", self.path, self.headers["authorization"]))
            self.answer(200, {"workspace": "demo", "breakers": [BREAKER]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append(("POST", self.path, body))
            if self.path.endswith("/nothing"):
                self.answer(404, {"title": "Not found", "detail": "There is no such tool.", "request_id": "r-1"})
            else:
                self.answer(200, {**BREAKER, "state": body["state"]})

        def answer(self, status: int, body: object) -> None:
            self.send_response(status)
            self.send_header("x-request-id", "r-1")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        yield served.server_port, asked
        served.shutdown()
        thread.join()


def test_they_are_listed_from_the_server_of_the_settings(run, server) -> None:
    port, asked = server
    result = run("breakers", "list", "--set", f"port={port}", "--key", "pulpo_x")
    assert result.exit_code == 0
    for cell in ("demo", "book", "open", "2026-11-22T10:00:00Z", "50%", "2026-11-22T10:00:05Z", "slow calls"):
        assert cell in result.stdout
    assert asked == [("GET", "/admin/breakers", "Bearer pulpo_x")]
    listed = run("breakers", "list", "--json", "--url", f"http://127.0.0.1:{port}").stdout
    assert json.loads(listed)["breakers"] == [BREAKER]


@pytest.mark.parametrize(("command", "state"), [("open", "open"), ("half-open", "half_open"), ("close", "closed")])
def test_one_is_forced_in_the_key_s_workspace(run, server, command: str, state: str) -> None:
    port, asked = server
    result = run("breakers", command, "book", "--url", f"http://127.0.0.1:{port}")
    assert (result.exit_code, result.stdout) == (0, f"book in demo is {state}\n")
    assert asked[-1] == ("POST", "/admin/breakers/demo/book", {"state": state})


def test_names_are_quoted_and_problems_told_in_one_line(run, server) -> None:
    port, asked = server
    result = run("breakers", "open", "a/nothing", "--workspace", "a b", "--url", f"http://127.0.0.1:{port}")
    assert asked[-1][1] == "/admin/breakers/a%20b/a%2Fnothing"
    result = run("breakers", "open", "nothing", "--workspace", "demo", "--url", f"http://127.0.0.1:{port}")
    assert (result.exit_code, result.stderr) == (2, "pulpo: Not found: There is no such tool.\n")


def test_a_server_that_is_not_there_is_told(run, free_port: int) -> None:
    result = run("breakers", "list", "--set", f"port={free_port}")
    assert result.exit_code == 2
    assert "is `pulpo serve` running there?" in result.stderr
