"""``POST /chat``: one message in, one committed answer out. The hot path of the whole product."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct, field

from pulpo.http.limits import admit
from pulpo.http.misfits import NOT_BLANK
from pulpo.http.operations import Call, Operation
from pulpo.http.problems import ProblemError
from pulpo.http.reading import whole
from pulpo.http.wire import Reply
from pulpo.turns.request import TurnAnswer, TurnRequest

MAX_KEY: Final = 255
"""Characters of an ``Idempotency-Key``."""

_REGION = re.compile(r"(?!XX|ZZ)[A-Z]{2}(-[A-Z0-9]{1,3})?")
_KEY = re.compile(rb"[\x20-\x7e]{1,255}")
_LARGEST = 2**53  # beyond it JSON's numbers are no longer exact

ConversationId = Annotated[str, Meta(pattern=whole("[A-Za-z0-9_-]{1,64}"))]
UserId = Annotated[str, Meta(pattern=whole("[^\\u0000-\\u001f\\u007f]*"), min_length=1, max_length=128)]
Locale = Annotated[str, Meta(pattern=whole("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"), max_length=35)]
Region = Annotated[str, Meta(pattern=whole("[A-Z]{2}(-[A-Z0-9]{1,3})?"))]
Channel = Annotated[str, Meta(pattern=whole("[a-z0-9_-]{1,32}"))]
Name = Annotated[str, Meta(pattern=whole("[A-Za-z0-9_.-]{1,64}"))]
Word = Annotated[str, Meta(max_length=500, pattern="^[^\\u0000]*$")]
Whole = Annotated[int, Meta(ge=-_LARGEST, le=_LARGEST)]
Number = Annotated[float, Meta(ge=-_LARGEST, le=_LARGEST)]

_encode = msgspec.json.Encoder().encode


class ChatContext(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may come with a message; `chat_body` adds the message itself."""

    conversation_id: Annotated[
        ConversationId | None,
        Meta(description="The conversation to go on with, as its first answer names it; without it a new one begins."),
    ] = None
    user_id: Annotated[
        UserId | None, Meta(description="Whom the message is from; believed only from a key with scope `channel`.")
    ] = None
    locale: Annotated[
        Locale | None, Meta(description="BCP 47, such as `es-MX`; without it the business's first language.")
    ] = None
    region: Annotated[Region | None, Meta(description="ISO 3166, such as `ES` or `ES-MD`.")] = None
    channel: Annotated[Channel | None, Meta(description="Where the message comes from, such as `web`.")] = None
    attributes: Annotated[
        dict[Name, Word | Whole | Number | bool | None],
        Meta(
            max_length=32,
            description="Facts about the user that a canary strategy may look at. `timezone`, an IANA name, is told "
            "to tools as well; a zone that this server does not know is ignored.",
        ),
    ] = field(default_factory=dict)


def chat_body(max_message: int) -> type[Any]:
    """Return the type of the body of ``POST /chat``, whose message has at most ``max_message`` characters."""
    message = Annotated[
        str,
        Meta(
            max_length=max_message,
            pattern=NOT_BLANK,
            description="What the user says; not blank.",
        ),
    ]
    return msgspec.defstruct(
        "ChatMessage",
        [("message", message)],
        bases=(ChatContext,),
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        module=__name__,
    )


def chat_operations(max_message: int) -> tuple[Operation, ...]:
    """Return the chat's operation."""
    return (
        Operation(
            method="POST",
            path="/chat",
            scope="chat",
            handler=chat,
            id="chat",
            tag="chat",
            summary="Send a message and get the answer",
            description="The answer is stored before it is sent; a client that leaves does not end the turn.",
            counts=True,
            body=chat_body(max_message),
            response=TurnAnswer,
            errors=(404, 409, 422, 429, 503),
            request_headers={
                "Idempotency-Key": {
                    "description": "Names this message: sent again with the same key, it is answered and not repeated.",
                    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": "^[ -~]+$"},
                }
            },
            response_headers={
                "X-Pulpo-Variant": {
                    "description": "The variant the turn was assigned to.",
                    "schema": {"type": "string"},
                },
                "traceresponse": {
                    "description": "The turn's place in a trace, where traces are recorded (as in `traceparent`).",
                    "schema": {"type": "string"},
                },
                "RateLimit-Policy": {
                    "description": "What is allowed, where a rate limit is set: requests (q) in seconds (w), by scope.",
                    "schema": {"type": "string"},
                },
                "RateLimit": {
                    "description": "What is left of it (r), and the seconds (t) until its window ends.",
                    "schema": {"type": "string"},
                },
            },
        ),
    )


async def chat(call: Call) -> Reply:
    """Run a turn for the caller. Raises what `System.chat` raises."""
    said: Any = call.body
    caller = call.caller
    user_id = _user(call, said.user_id)
    standing = await admit(call.door.system, caller, user_id)
    trace = call.door.system.traced()
    answer = await call.door.system.chat(
        TurnRequest(
            workspace_id=caller.workspace.id,
            message=said.message,
            conversation_id=said.conversation_id,
            user_id=user_id,
            locale=said.locale,
            region=said.region or _region(call),
            channel=said.channel,
            attributes=said.attributes,
            idempotency_key=_idempotency_key(call),
            scopes=caller.scopes,
            trace=trace,
        )
    )
    variant = (b"x-pulpo-variant", answer.variant.encode("latin-1", "replace"))
    told = () if trace is None else ((b"traceresponse", trace.traceparent.encode("ascii")),)
    return Reply(body=_encode(answer), headers=(variant, *standing, *told))


def _region(call: Call) -> str | None:
    """Where the operator's proxy says that the user is; what is no region, such as its word for unknown, is none."""
    header = call.door.system.settings.region_header
    if not header:
        return None
    given = call.headers.get(header.lower().encode("latin-1"), b"").decode("latin-1").upper()
    return given if _REGION.fullmatch(given) else None


def _user(call: Call, claimed: str | None) -> str | None:
    """A name is believed from a channel alone; anybody else is whom our own cookie says, or nobody."""
    if claimed is not None and call.caller.speaks_for_users:
        return claimed
    return call.door.visitors.known(call.headers)


def _idempotency_key(call: Call) -> str | None:
    given = call.headers.get(b"idempotency-key")
    if given is None:
        return None
    if _KEY.fullmatch(given) is None:
        raise ProblemError(400, f"Idempotency-Key must be 1 to {MAX_KEY} printable ASCII characters.")
    return given.decode("ascii")
