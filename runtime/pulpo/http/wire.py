"""The ASGI edge: what is read of a request, within which limits, and how a reply is sent.

Header names are lower-case bytes, as ASGI gives them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

from pulpo.observability.redaction import redact_text

if TYPE_CHECKING:
    from litestar.types import HTTPReceiveMessage, Receive, Scope, Send

Header: TypeAlias = tuple[bytes, bytes]

MAX_BODY: Final = 256 * 1024
"""Bytes of a request body."""
MAX_HEADERS: Final = 32 * 1024
"""Bytes of all request headers together."""
MAX_PATH: Final = 2048
"""Characters of a request path."""
BODY_SECONDS: Final = 10.0
"""Within which the whole body must have arrived."""
LINGER_SECONDS: Final = 2.0
"""How long a body that is too large is read and thrown away, so that the client gets to read the answer."""

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def security_headers(csp: str = CSP) -> tuple[Header, ...]:
    """Return the headers that every response has, with a content security policy of its own if need be."""
    return (
        (b"content-security-policy", csp.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
    )


SECURITY: Final = security_headers()
NO_STORE: Final[Header] = (b"cache-control", b"no-store")

_HOST = re.compile(rb"[A-Za-z0-9.:\[\]-]*")
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")


class BodyTooLargeError(Exception):
    """The body is longer than allowed."""


class BodyTooSlowError(Exception):
    """The body did not arrive in time."""


class BodyLengthError(Exception):
    """``Content-Length`` is not a number."""


class ClientGoneError(Exception):
    """The client left before its request was complete: there is nobody to answer."""


class Reply(Struct, frozen=True, kw_only=True):
    """A response as it is sent; ``cache`` and ``security`` complete its own ``headers``."""

    body: bytes = b""
    status: int = 200
    content_type: bytes = b"application/json"
    headers: tuple[Header, ...] = ()
    cache: Header = NO_STORE
    security: tuple[Header, ...] = SECURITY


def request_ids(prefix: str, *, secrets: re.Pattern[str] | None = None) -> Callable[[Mapping[bytes, bytes]], str]:
    """Return a source of request ids: the client's own ``X-Request-Id`` if it is sane, else ``prefix`` and a count.

    An id is logged as it is and sent back, so one that looks like a secret or a person's number, or holds one of
    ``secrets``, is not taken.
    """
    numbers = count(1)

    def request_id(headers: Mapping[bytes, bytes]) -> str:
        given = headers.get(b"x-request-id")
        if given is not None and REQUEST_ID.fullmatch(given):
            id_ = given.decode("ascii")
            if redact_text(id_) == id_ and not (secrets and secrets.search(id_)):
                return id_
        return f"{prefix}-{next(numbers):x}"

    return request_id


async def read_body(
    receive: Receive,
    headers: Mapping[bytes, bytes],
    *,
    limit: int = MAX_BODY,
) -> bytes:
    """Return the whole body. Raises one of this module's errors; after most the connection must be closed."""
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit():
        raise BodyLengthError
    if len(declared) > 18 or int(declared) > limit:
        await _linger(receive)
        raise BodyTooLargeError
    try:
        async with asyncio.timeout(BODY_SECONDS):
            first, more = await _piece(receive)
            body: bytes | bytearray = bytearray(first) if more else first
            while more and len(body) <= limit:
                piece, more = await _piece(receive)
                body += piece
    except TimeoutError:
        raise BodyTooSlowError from None
    if len(body) > limit:
        if more:
            await _linger(receive)
        raise BodyTooLargeError
    return bytes(body)


async def send_reply(send: Send, reply: Reply, *, request_id: str, head: bool = False) -> None:
    """Send ``reply``; for a HEAD request, without its body."""
    fixed: tuple[Header, ...] = (
        (b"content-type", reply.content_type),
        (b"content-length", b"%d" % len(reply.body)),
        (b"x-request-id", request_id.encode("ascii")),
        reply.cache,
    )
    if reply.status in (204, 304):
        fixed = fixed[2:]
    try:
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [*fixed, *reply.headers, *reply.security],
            }
        )
        await send({"type": "http.response.body", "body": b"" if head else reply.body, "more_body": False})
    except RuntimeError as error:
        # uvloop's words for a connection that went while an answer before this one waited for its reader.
        if "handler is closed" not in str(error):
            raise


def oversized(scope: Scope) -> int | None:
    """Return the status that refuses this request's address or headers, or None when they are of a decent size."""
    if len(scope["path"]) > MAX_PATH or len(scope["query_string"]) > MAX_PATH:
        return 414
    size = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value)
    return 431 if size > MAX_HEADERS else None


def plain_host(scope: Scope) -> bool:
    """Whether the ``Host``, if there is one, is a name or an address; any other is for the router to judge."""
    for name, value in scope["headers"]:
        if name == b"host":
            return _HOST.fullmatch(value) is not None
    return True


def language(headers: Mapping[bytes, bytes], *, default: str = "en") -> str:
    """Return the first language the client accepts (RFC 9110, without weights), ``default`` if it names none."""
    first = headers.get(b"accept-language", b"")[:35].decode("latin-1").replace(";", ",").partition(",")[0].strip()
    return first if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", first) else default


async def _piece(receive: Receive) -> tuple[bytes, bool]:
    message: HTTPReceiveMessage = await receive()  # type: ignore[assignment] # this scope is HTTP, so are its messages
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    return message.get("body", b""), message.get("more_body", False)


async def _linger(receive: Receive) -> None:
    """Throw the rest of the body away: closing on unread bytes resets the connection, and with it our answer."""
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            more = True
            while more:
                _, more = await _piece(receive)
    except TimeoutError:
        return
