"""Talk to another PulpoAI server over HTTP, with what Python has: a terminal is no reason for a dependency."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, NamedTuple, Protocol
from urllib.parse import SplitResult, urlsplit

import msgspec

from pulpo.errors import PulpoError, SettingsError
from pulpo.turns.request import TurnAnswer, TurnRequest

MARGIN = 5.0
"""Seconds added to a turn's longest wait and deadline before a silent server is given up."""

KEYLESS = "the server wants to know who asks: put an API key that is in force into PULPO_API_KEY (`pulpo keys create`)"

FIELDS = ("message", "conversation_id", "user_id", "locale", "region", "channel")


class RemoteError(PulpoError):
    """The server did not answer, or answered with a problem; the message is its title and detail."""


class Response(NamedTuple):
    """What a server sent back; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Exchange(Protocol):
    """Sends one request and returns what came back; raises `RemoteError` when nothing did."""

    def __call__(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Response: ...


def remote(url: str, *, key: str | None, timeout: float) -> Callable[[TurnRequest], TurnAnswer]:
    """Return a function that sends a turn to ``url`` and waits ``timeout`` seconds for the answer.

    Raises `SettingsError` for what is not an HTTP URL; the function raises `RemoteError`.
    """
    send = exchange(url, key=key, timeout=timeout)

    def ask(request: TurnRequest) -> TurnAnswer:
        response = send("POST", "/chat", _body(request))
        return _read(response.status, response.body)

    return ask


def exchange(url: str, *, key: str | None, timeout: float) -> Exchange:
    """Return a function that sends requests to ``url`` with the API key, waiting ``timeout`` seconds for each answer.

    Raises `SettingsError` for what is not an HTTP URL, and for a key that no header can carry.
    """
    parts, port = _place(url)
    if key and not (key.isascii() and key.isprintable()):
        said = "is no API key: it holds what a header cannot carry; copy it again, without a line break"
        raise SettingsError(said, source="option --key or PULPO_API_KEY", key="key")
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    always = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})

    def send(method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Response:
        with closing(connect(parts.hostname or "", port, timeout=timeout)) as connection:
            try:
                connection.request(method, parts.path.rstrip("/") + path, body, {**always, **(headers or {})})
                answer = connection.getresponse()
                named = {name.lower(): value for name, value in answer.getheaders()}
                return Response(answer.status, named, answer.read())
            except (OSError, UnicodeError, http.client.HTTPException) as error:  # UnicodeError: no name of a host
                raise RemoteError(f"{url} does not answer ({error}); is `pulpo serve` running there?") from error

    return send


def _place(url: str) -> tuple[SplitResult, int | None]:
    """Take ``url`` apart; raises `SettingsError` for what is no address of a server."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return parts, parts.port
    except ValueError:  # a port that is none, half an IPv6 address
        pass
    raise SettingsError("expected a URL such as http://127.0.0.1:8000", source="option --url", key="url")


def _body(request: TurnRequest) -> bytes:
    given = {name: getattr(request, name) for name in FIELDS}
    return json.dumps({name: value for name, value in given.items() if value is not None}).encode()


def _read(status: int, body: bytes) -> TurnAnswer:
    try:
        if status == 200:
            return msgspec.json.decode(body, type=TurnAnswer)
        problem: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise RemoteError(f"the answer ({status}) is not one of PulpoAI's: {error}") from error
    if status == 401:
        raise RemoteError(KEYLESS)
    said = [str(problem[name]) for name in ("title", "detail") if problem.get(name)]
    raise RemoteError(": ".join(said) or f"the server answered {status}")
