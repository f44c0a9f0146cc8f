"""From bytes to checked values: JSON bodies, queries and path parameters, each refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from pulpo.http.misfits import told
from pulpo.http.problems import ProblemError

MAX_DEPTH: Final = 32
"""Levels of arrays and objects in a JSON body."""
MAX_PARAMETER: Final = 256
"""Characters of a path parameter."""
MAX_FIELDS: Final = 64
"""Parameters of a query."""

_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_JSON = re.compile(rb'application/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?', re.IGNORECASE)


END: Final = "$(?!\\n)"
"""Where a text ends: Python's own ``$`` also stands before a last line break, other than JSON Schema's."""


def whole(pattern: str) -> str:
    """Return the pattern of a text that ``pattern`` fits from its beginning to its very end."""
    return f"^{pattern}{END}"


def check_media(headers: Mapping[bytes, bytes]) -> None:
    """Raise a 415 unless the body is plain JSON in UTF-8.

    The type is required: a form of somebody else's page can send any other without asking (CORS).
    """
    if _JSON.fullmatch(headers.get(b"content-type", b"").strip()) is None:
        raise ProblemError(415, "Send the body as JSON in UTF-8, with `Content-Type: application/json`.")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise ProblemError(415, "Send the body without Content-Encoding.")


def body_reader(kind: type[Any]) -> Callable[[bytes], Any]:
    """Return a function that decodes a body into ``kind``, or raises a 400 that names what is wrong and where."""
    decode = msgspec.json.Decoder(kind).decode

    def read(body: bytes) -> Any:
        _check_shape(body)
        try:
            return decode(body)
        except msgspec.ValidationError as error:
            raise ProblemError(400, f"The body does not fit: {told(error, kind)}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProblemError(400, f"The body is not JSON in UTF-8: {error or 'it is cut'}") from None

    return read


def query_reader(kind: type[Any]) -> Callable[[bytes], Any]:
    """Return a function that reads a query string into ``kind``, or raises a 400 that names the parameter."""

    def read(query: bytes) -> Any:
        try:
            return msgspec.convert(_pairs(query), kind, strict=False, str_keys=True)
        except msgspec.ValidationError as error:
            raise ProblemError(400, f"The query does not fit: {told(error, kind)}") from None
        except OverflowError as error:
            raise ProblemError(400, f"The query does not fit: {error}") from None

    return read


def path_parameters(given: Mapping[str, Any]) -> Mapping[str, str]:
    """Check the parameters of a path; what cannot be an id is a 404, like any other id that nobody has."""
    for value in given.values():
        if "\0" in value or len(value) > MAX_PARAMETER:
            raise ProblemError(404, "There is nothing at this address.")
    return given


def depth_exceeds(body: bytes, limit: int) -> bool:
    """Say whether arrays and objects of a JSON text are nested deeper than ``limit``; strings do not count."""
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    depth = 0
    for token in _TOKENS.finditer(body):
        first = body[token.start()]
        if first in b"[{":
            depth += 1
            if depth > limit:
                return True
        elif first in b"]}":
            depth -= 1
    return False


def _check_shape(body: bytes) -> None:
    if not body:
        raise ProblemError(400, "The body is empty; send a JSON object.")
    if depth_exceeds(body, MAX_DEPTH):
        raise ProblemError(400, f"The body is nested deeper than {MAX_DEPTH} levels.")
    # PostgreSQL cannot store NUL, so no text may hold one.
    if b"\\u0000" in body and _NUL.search(body):
        raise ProblemError(400, "The body holds a NUL character (\\u0000); leave it out.")


def _pairs(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:  # UnicodeDecodeError is one, and so is "too many fields"
        raise ProblemError(400, f"The query is not UTF-8, or has more than {MAX_FIELDS} parameters.") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ProblemError(400, "A query parameter is given twice.")
    if any("\0" in value for value in found.values()):
        raise ProblemError(400, "The query holds a NUL character.")
    return found
