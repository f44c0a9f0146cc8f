"""The API of a running server as a command sees it; that of this process is tested with the commands of plugins."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pulpo.cli.api import LocalApi, RemoteApi
from pulpo.cli.remote import Response
from pulpo.errors import CommandError

OURS = {"x-request-id": "r-1"}
PROBLEM = (
    b'{"title": "Not a business", "detail": "2 places.", "request_id": "r-1",'
    b' "errors": [{"pointer": "/a/0", "detail": "too short"}]}'
)
FOREIGN = b'{"title": "One or more validation errors", "errors": {"name": ["too short"]}}'


def api_that_answers(*answer: object) -> tuple[RemoteApi, list[tuple[object, ...]]]:
    sent: list[tuple[object, ...]] = []

    def send(*request: object) -> Response:
        sent.append(request)
        return Response(*answer)  # type: ignore[arg-type]

    return RemoteApi(locale="es-AR", workspace=None, send=send), sent


def test_a_request_is_written_as_the_route_declares_it() -> None:
    api, sent = api_that_answers(200, {**OURS, "etag": '"1"'}, b'{"a": 1}')
    given = {"parameters": {"name": "a b/c"}, "query": {"from": "é"}, "headers": {"if-match": "*"}}
    answer = api.call("PUT", "/x/{name}/y", body={"k": 1}, **given)
    assert (answer.body, answer.headers) == ({"a": 1}, {**OURS, "etag": '"1"'})
    assert sent == [("PUT", "/x/a%20b%2Fc/y?from=%C3%A9", b'{"k":1}', {"accept-language": "es-AR", "if-match": "*"})]


@pytest.mark.parametrize(("body", "value"), [(b"", None), (b"BEGIN:VCALENDAR", "BEGIN:VCALENDAR")])
def test_an_answer_need_not_be_json(body: bytes, value: object) -> None:
    api, _ = api_that_answers(200, OURS, body)
    assert api.call("GET", "/x").body == value


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (422, PROBLEM, "Not a business: 2 places.: /a/0: too short"),
        (502, b"<html>", "the server answered 502"),
        (404, b"[]", "the server answered 404"),
        (400, FOREIGN, "the server answered 400"),
    ],
)
def test_a_problem_is_told_with_its_places(status: int, body: bytes, said: str) -> None:
    api, _ = api_that_answers(status, {}, body)
    with pytest.raises(CommandError) as caught:
        api.call("GET", "/x")
    assert (str(caught.value), caught.value.status) == (said, status)


@pytest.mark.parametrize("body", [b"<html>Sign in", b"[]", b'{"status": "up"}'])
def test_an_answer_of_another_server_is_told_as_such(body: bytes) -> None:
    api, _ = api_that_answers(200, {}, body)
    with pytest.raises(CommandError, match="is no PulpoAI server; name one with --url"):
        api.call("GET", "/x")


def test_both_kinds_are_called_alike() -> None:
    import inspect

    calls: list[Callable[..., object]] = [RemoteApi.call, LocalApi.call]
    assert len({inspect.signature(call) for call in calls}) == 1
