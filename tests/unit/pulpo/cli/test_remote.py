import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest

from pulpo.cli.remote import KEYLESS, RemoteError, remote
from pulpo.errors import SettingsError
from pulpo.turns.request import CallReport, TurnAnswer, TurnRequest
from support.waiting import LIMIT

ANSWER = TurnAnswer(
    conversation_id="c",
    turn_id="t",
    reply="hola",
    variant="stable",
    served_by="stable",
    outcome="ok",
    tool_calls=(CallReport("1", "get_services", {}, "ok", 1.5),),
    duration_ms=2.0,
)
REQUEST = TurnRequest(workspace_id="demo", message="¿qué hay?", locale="es", scopes=frozenset({"chat"}))


@contextmanager
def serving(status: int, body: bytes) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that answers everything alike, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["content-length"]))
            asked.append({"path": self.path, "key": self.headers["authorization"], "body": json.loads(text)})
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_a_turn_is_sent_as_the_chat_api_wants_it_and_its_answer_read() -> None:
    with serving(200, msgspec.json.encode(ANSWER)) as (url, asked):
        assert remote(url + "/", key="pulpo_x", timeout=LIMIT)(REQUEST) == ANSWER
    assert asked == [{"path": "/chat", "key": "Bearer pulpo_x", "body": {"message": "¿qué hay?", "locale": "es"}}]


def test_without_a_key_none_is_sent() -> None:
    with serving(200, msgspec.json.encode(ANSWER)) as (url, asked):
        remote(url, key=None, timeout=LIMIT)(REQUEST)
    assert asked[0]["key"] is None


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b'{"title": "No key", "detail": "send one"}', "put an API key that is in force into PULPO_API_KEY"),
        (403, b'{"title": "Not allowed", "detail": "ask for it"}', "Not allowed: ask for it"),
        (409, b'{"title": "Busy"}', "Busy"),
        (503, b"{}", "the server answered 503"),
        (404, b"<html>", r"the answer \(404\) is not one of PulpoAI's"),
        (200, b'{"reply": 1}', r"the answer \(200\) is not one of PulpoAI's"),
    ],
)
def test_what_is_no_answer_is_told(status: int, body: bytes, said: str) -> None:
    with serving(status, body) as (url, _), pytest.raises(RemoteError, match=said):
        remote(url, key=None, timeout=LIMIT)(REQUEST)


def test_a_server_that_is_not_there_is_told(free_port: int) -> None:
    with pytest.raises(RemoteError, match=r"does not answer .*; is `pulpo serve` running there\?"):
        remote(f"http://127.0.0.1:{free_port}", key=None, timeout=LIMIT)(REQUEST)


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8000", "ftp://x", "http://", "http://x:y", "http://x:99999", "http://[::1"]
)
def test_what_is_no_http_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="expected a URL such as"):
        remote(url, key=None, timeout=LIMIT)


def test_a_name_that_no_host_can_have_is_a_server_that_is_not_there() -> None:
    with pytest.raises(RemoteError, match=r"http://a\.\.b does not answer"):
        remote("http://a..b", key=None, timeout=LIMIT)(REQUEST)


@pytest.mark.parametrize("key", ["pulpo_x\n", "pulpo_€"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SettingsError, match="copy it again") as caught:
        remote("http://127.0.0.1:8000", key=key, timeout=LIMIT)
    assert key.strip() not in str(caught.value)


def test_the_command_talks_to_a_server_and_tells_its_problems(run) -> None:
    with serving(200, msgspec.json.encode(ANSWER)) as (url, asked):
        result = run("chat", "--url", url, "--key", "pulpo_x", "--locale", "es", "--user", "ana", input="uno\ndos\n")
    assert result.stdout == "hola\nhola\n"
    assert asked[1]["body"] == {"message": "dos", "conversation_id": "c", "locale": "es", "user_id": "ana"}
    with serving(401, b'{"title": "No key"}') as (url, _):
        result = run("chat", "--url", url, input="uno\n")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"! {KEYLESS}\n")
