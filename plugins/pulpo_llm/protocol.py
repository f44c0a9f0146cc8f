"""What goes over the wire: the part of OpenAI's chat completions that servers agree on.

Responses are read leniently where servers differ (what is absent is absent) and strictly in what we use.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from pulpo_llm.errors import ModelResponseError

encode: Final = msgspec.json.Encoder().encode


class Named(Struct, frozen=True):
    """The function that a call names; ``arguments`` are JSON in a string."""

    name: str
    arguments: str


class Asked(Struct, frozen=True):
    """A call of a tool, as it stands in our requests."""

    id: str
    function: Named
    type: str = "function"


class Message(Struct, frozen=True, omit_defaults=True):
    """A line of a request."""

    role: str
    content: str
    tool_calls: tuple[Asked, ...] = ()
    tool_call_id: str = ""


class Function(Struct, frozen=True):
    """The function of a call in a response, or a part of it in a stream. A few servers send arguments as an object."""

    name: str | None = None
    arguments: Any = None


class WantedCall(Struct, frozen=True):
    """A call of a tool in a response."""

    function: Function = Function()
    index: int | None = None


class Said(Struct, frozen=True):
    """A message in a response, or a part of it in a stream."""

    content: str | None = None
    refusal: str | None = None
    tool_calls: tuple[WantedCall, ...] | None = None


class Choice(Struct, frozen=True):
    """One of the responses; we ask for one. In a stream its message is in ``delta``."""

    message: Said | None = None
    delta: Said | None = None
    finish_reason: str | None = None


class Details(Struct, frozen=True):
    """What of the prompt was in the provider's cache."""

    cached_tokens: int | None = None


class Used(Struct, frozen=True):
    """Tokens read and written."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: Details | None = None


class Completion(Struct, frozen=True):
    """A response, or one event of a stream of them."""

    choices: tuple[Choice, ...] = ()
    usage: Used | None = None


class Refused(Struct, frozen=True):
    """The body of an error, of which only its code is told: a message may quote the prompt."""

    code: Any = None
    type: Any = None


class Problem(Struct, frozen=True):
    """The body of an error."""

    error: Refused | None = None


_completion: Final = msgspec.json.Decoder(Completion).decode
_problem: Final = msgspec.json.Decoder(Problem).decode


def completion(raw: bytes) -> Completion:
    """Read a response or an event; raises `ModelResponseError` for anything else (HTML, bad UTF-8, half a JSON)."""
    try:
        return _completion(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelResponseError("protocol", f"not a chat completion: {error}") from error


def code_of(raw: bytes) -> str:
    """Return the code that an error's body names, if it is one of the short words that servers use."""
    try:
        said = _problem(raw).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    code = (said.code or said.type) if said else None
    return code if isinstance(code, str) and len(code) <= 64 and code.replace("_", "").isalnum() else ""
