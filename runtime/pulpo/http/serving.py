"""The way of a request through an operation: who calls, what it says, the handler, the reply.

It is one `asgi` handler a path, because Litestar's own handlers cost four times as much; what can be done before the
first request (choosing readers, writing headers) is done when the handler is built.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import msgspec
from msgspec.structs import replace

from pulpo.contracts.routes import RawResponse
from pulpo.errors import StoreUnavailableError
from pulpo.http import problems, reading, wire
from pulpo.http.limits import TOO_FAST, admit
from pulpo.http.operations import Answer, Call, Door, Operation
from pulpo.http.problems import CLOSE, ProblemError
from pulpo.http.streams import Stream, send_stream
from pulpo.http.wire import Reply
from pulpo.observability.logging import ERROR, log
from pulpo.observability.logging import request_id as logged_id
from pulpo.tracing import continued, current

if TYPE_CHECKING:
    from litestar.types import HTTPScope, Receive, Scope, Send

Headers: TypeAlias = Mapping[bytes, bytes]
Way: TypeAlias = Callable[["HTTPScope", Headers, "Receive", Door], Awaitable[Reply | Stream]]
Handler: TypeAlias = Callable[["Scope", "Receive", "Send"], Awaitable[None]]

_encode = msgspec.json.Encoder().encode
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(slots=True)
class Doorway:
    """Holds the door while the server runs; before and after, requests are told to come back."""

    door: Door | None = None

    def opened(self) -> Door:
        """Return the door, or raise a 503."""
        if self.door is None:
            raise ProblemError(503, "The server is starting or stopping.", headers=((b"retry-after", b"1"),))
        return self.door


def handler_of(operations: Sequence[Operation], *, doorway: Doorway, request_id: Callable[[Headers], str]) -> Handler:
    """Return the ASGI handler of one path: all its methods, and every error told as a problem."""
    ways = {operation.method: _way(operation) for operation in operations}
    allowed = ", ".join(sorted(ways)).encode("ascii")
    if "GET" in ways:
        ways["HEAD"] = ways["GET"]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        asked = cast("HTTPScope", scope)  # Litestar hands no other kind to a path without a websocket handler
        headers = dict(asked["headers"])
        id_ = request_id(headers)
        logged_id.set(id_)
        if b"traceparent" in headers:
            current.set(continued(headers[b"traceparent"], headers.get(b"tracestate", b"")))
        method = asked["method"]
        try:
            way = ways.get(method)
            if way is None:
                raise ProblemError(405, f"Use {allowed.decode()} here.", headers=((b"allow", allowed),))
            reply: Reply | Stream = await way(asked, headers, receive, doorway.opened())
        except wire.ClientGoneError:
            return
        except Exception as error:
            reply = failed(error, headers=headers, request_id=id_)
        if doorway.door is not None and doorway.door.system.draining and CLOSE[0] not in reply.headers:
            # A connection that is kept would be closed under the client's next request.
            reply = replace(reply, headers=(*reply.headers, *CLOSE))
        if isinstance(reply, Stream):
            await send_stream(send, receive, reply, request_id=id_, head=method == "HEAD")
        else:
            await wire.send_reply(send, reply, request_id=id_, head=method == "HEAD")

    return serve


def failed(error: Exception, *, headers: Headers, request_id: str) -> Reply:
    """Return how the client is told of ``error``; an unexpected one is logged and shows nothing of itself."""
    problem = problems.problem_of(_as_problem(error))
    if problem is None:
        log().error("request failed", marker=ERROR, request_id=request_id, exc_info=error)
        problem = problems.unexpected()
    return problems.reply_of(problem, request_id=request_id, locale=wire.language(headers))


def _way(operation: Operation) -> Way:
    read_body = reading.body_reader(operation.body) if operation.body is not None else None
    read_query = reading.query_reader(operation.query) if operation.query is not None else None
    counted = operation.counted

    async def way(scope: HTTPScope, headers: Headers, receive: Receive, door: Door) -> Reply | Stream:
        try:
            caller = await door.gate.caller(headers, scope["headers"], scope=operation.scope)
        except StoreUnavailableError as error:
            if operation.scope == "chat":
                raise  # what is said of messages is what people in a chat should read
            raise problems.unrecognised(error) from error
        body: Any = None
        if counted:
            await admit(door.system, caller, None, refusal=TOO_FAST)
        if read_body is not None:
            reading.check_media(headers)
            body = read_body(await wire.read_body(receive, headers))
        return _reply(
            operation,
            await operation.handler(
                Call(
                    door=door,
                    caller=caller,
                    headers=headers,
                    path=reading.path_parameters(scope["path_params"]),
                    query=read_query(scope["query_string"]) if read_query is not None else None,
                    body=body,
                )
            ),
        )

    return way


def _reply(operation: Operation, answer: Answer) -> Reply | Stream:
    if answer.__class__ is Reply or answer.__class__ is Stream:
        return answer
    if isinstance(answer, RawResponse):
        return Reply(
            body=answer.body,
            status=operation.status,
            content_type=_field(answer.content_type),
            headers=tuple((_field(name), _field(said)) for name, said in answer.headers.items()),
        )
    if operation.status == 204:
        return Reply(status=204)
    return Reply(body=_encode(answer), status=operation.status)


def _field(said: str) -> bytes:
    """Write a header of a plugin's; raises `ValueError` for a line break: uvicorn would begin another header with it,
    and a plugin may quote what a stranger sent."""
    if _CONTROL.search(said):
        raise ValueError(f"a header with a control character: {said!r}")
    return said.encode("latin-1")


def _as_problem(error: Exception) -> Exception:
    """Name what is wrong with the body's transport; after it, bytes of it may still be on the line."""
    match error:
        case wire.BodyTooLargeError():
            return ProblemError(413, f"Send at most {wire.MAX_BODY // 1024} KiB.", headers=CLOSE)
        case wire.BodyTooSlowError():
            return ProblemError(408, f"The body must arrive within {wire.BODY_SECONDS:g} s.", headers=CLOSE)
        case wire.BodyLengthError():
            return ProblemError(400, "Content-Length is not a number.", headers=CLOSE)
        case _:
            return error
