"""``pulpo approvals`` against a made-up server; the real one is in ``tests/functional/http/test_approvals.py``."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

APPROVAL = {
    "id": "a1",
    "tool": "refund",
    "arguments": {"order": "ñ1"},
    "user_id": None,
    "reason": "refunds are for the manager",
    "state": "waiting",
    "asked_at": "2026-11-22T10:00:00.123456Z",
    "outcome": None,
}


@pytest.fixture
def server():
    """A server where one call waits, and what it was asked."""
    asked: list[tuple[str, str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(("GET", self.path, None))
            self.answer(200, {"approvals": [APPROVAL]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append(("POST", self.path, body))
            approved = body["decision"] == "approve"
            state, outcome = ("approved", None) if approved else ("denied", "told")
            self.answer(200, {**APPROVAL, "state": state, "outcome": outcome})

        def answer(self, status: int, body: object) -> None:
            self.send_response(status)
            self.send_header("x-request-id", "r-1")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}", asked
        served.shutdown()
        thread.join()


def test_what_waits_is_listed(run, server) -> None:
    url, asked = server
    result = run("approvals", "list", "--url", url)
    for cell in ("a1", "waiting", "2026-11-22T10:00:00Z", "refund", '{"order": "ñ1"}', "refunds are for the manager"):
        assert cell in result.stdout
    assert json.loads(run("approvals", "list", "--all", "--json", "--url", url).stdout)["approvals"] == [APPROVAL]
    assert [path for _, path, _ in asked] == ["/admin/approvals?state=waiting", "/admin/approvals"]


@pytest.mark.parametrize(("decision", "told"), [("approve", "approved, not carried out yet"), ("deny", "denied, told")])
def test_one_is_decided_with_a_reason(run, server, decision: str, told: str) -> None:
    url, asked = server
    result = run("approvals", decision, "a1", "--reason", "fine", "--url", url)
    assert (result.exit_code, result.stdout) == (0, f"refund (a1): {told}\n")
    assert asked == [("POST", "/admin/approvals/a1", {"decision": decision, "reason": "fine"})]
