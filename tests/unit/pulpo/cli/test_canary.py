"""`pulpo canary` against a server that keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result

from pulpo.cli import main

STATUS: dict[str, Any] = {
    "revision": 3,
    "share": 0.2,
    "off": None,
    "variant": "canary",
    "strategy": "percentage",
    "killed": None,
    "problem": "",
    "missing": ["seed"],
    "shadow": {"share": 0.1, "comparisons": 40, "agreement": 0.975, "dropped": 2},
    "held": ["percentage"],
    "fields": {"percentage": {"value": 0.2, "source": "api", "by": "key k1", "at": 0.0}},
}
AUDIT = {"entries": [], "intact": False, "broken": "entry 2 is missing"}


class Handler(BaseHTTPRequestHandler):
    sent: ClassVar[list[tuple[str, str, Any, str | None]]] = []
    keys: ClassVar[list[str | None]] = []

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.sent.append((self.command, self.path, json.loads(body or b"null"), self.headers["if-match"]))
        self.keys.append(self.headers["authorization"])
        said: Any = AUDIT if "audit" in self.path else STATUS
        status = 412 if self.headers["if-match"] == '"1"' else 200
        problem = {"title": "Changed meanwhile", "detail": "read it again", "request_id": "r-1"}
        encoded = json.dumps(problem if status == 412 else said).encode()
        self.send_response(status)
        self.send_header("x-request-id", "r-1")
        self.send_header("content-length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    do_GET = do_POST = answer  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Be quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    Handler.sent.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["canary", *arguments, "--url", url])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["status"], ("GET", "/metrics/canary/status", None, None)),
        (
            ["set", "percentage=0.2", "enabled=true", "strategy=all"],
            ("POST", "/metrics/canary/config", {"percentage": 0.2, "enabled": True, "strategy": "all"}, None),
        ),
        (["set", "seed=a", "--if-revision", "3"], ("POST", "/metrics/canary/config", {"seed": "a"}, '"3"')),
        (["unset", "seed"], ("POST", "/metrics/canary/unset", {"names": ["seed"]}, None)),
        (["kill", "--reason", "errors"], ("POST", "/metrics/canary/kill", {"reason": "errors"}, None)),
        (["resume"], ("POST", "/metrics/canary/resume", {}, None)),
        (
            ["rollout", "pause", "--reason", "lunch"],
            ("POST", "/metrics/canary/rollout", {"action": "pause", "reason": "lunch"}, None),
        ),
    ],
)
def test_what_is_sent(url: str, arguments: list[str], expected: Any) -> None:
    done = run(url, *arguments)
    assert (done.exit_code, Handler.sent) == (0, [expected])
    assert "revision 3: 20 % to 'canary' by 'percentage'" in done.stdout
    assert "shadow: 40 turns compared, 97.5 % agree, 2 dropped" in done.stdout
    assert "has lost seed and can only narrow the canary; waiting: percentage" in done.stdout


ROLLOUT = {
    "rollout": {"state": "progressing", "step": 1, "steps": [0.1, 0.5, 1.0], "reason": "began"},
    "waiting": "12 of 100 units in the canary",
}


@pytest.mark.parametrize(
    ("of", "told"),
    [
        ("users", "warning: 31 users by the end of this step, at this pace, and it takes 435: expect it to end inc"),
        ("workspaces", "warning: 31 workspaces there are, and it takes 435: expect it to end inconclusive"),
    ],
)
def test_a_rollout_is_told_with_what_it_waits_for_and_that_it_waits_in_vain(
    url: str, of: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STATUS, "rollout", ROLLOUT)
    assert "rollout: progressing, step 2 of 3; 12 of 100 units in the canary" in run(url, "status").stdout
    assert "warning" not in run(url, "status").stdout
    shortage = {"expected": 31, "needed": 435, "of": of}
    monkeypatch.setitem(STATUS, "rollout", {**ROLLOUT, "shortage": shortage})
    assert told in run(url, "status").stdout


def test_a_problem_is_one_line_and_exit_code_2(url: str) -> None:
    done = run(url, "set", "seed=a", "--if-revision", "1")
    assert (done.exit_code, done.stderr.count("\n"), "read it again" in done.stderr) == (2, 1, True)


def test_a_log_that_was_tampered_with_shows_in_the_exit_code(url: str) -> None:
    assert run(url, "audit").exit_code == 0
    verified = run(url, "audit", "--verify")
    assert (verified.exit_code, "entry 2 is missing" in verified.stderr) == (1, True)


def test_a_broken_settings_file_does_not_keep_anybody_from_stopping_it(url: str, tmp_path: Any) -> None:
    broken = tmp_path / "pulpo.toml"
    broken.write_text("[canary]\npercentage = 10\n")
    assert run(url, "kill", "--config", str(broken)).exit_code == 0
    lost = CliRunner().invoke(main, ["canary", "kill", "--config", str(broken)])
    assert (lost.exit_code, "--url" in lost.stderr) == (2, True)


def test_the_key_comes_from_the_environment_or_the_command_line(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Handler.keys.clear()
    monkeypatch.setenv("PULPO_API_KEY", "pulpo_one")
    assert run(url, "status").exit_code == 0
    assert run(url, "status", "--key", "pulpo_two").exit_code == 0
    assert Handler.keys == ["Bearer pulpo_one", "Bearer pulpo_two"]
