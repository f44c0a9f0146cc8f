"""Reading back and erasing conversations."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from pulpo.errors import ConversationNotFoundError
from pulpo.http.operations import Call, Operation
from pulpo.store.transcripts import ConversationSummary, Transcript


class ConversationsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How many to return, the latest first."""

    limit: Annotated[int, Meta(ge=1, le=200, description="At most this many.")] = 50


class Conversations(Struct, frozen=True):
    """The workspace's conversations."""

    conversations: tuple[ConversationSummary, ...]


async def list_conversations(call: Call) -> Conversations:
    """Return the latest conversations of the caller's workspace."""
    return Conversations(await call.door.system.conversations(call.caller.workspace.id, call.query.limit))


async def read_conversation(call: Call) -> Transcript:
    """Return one transcript; somebody else's is told as one that does not exist."""
    id_ = call.path["conversation_id"]
    found = await call.door.system.transcript(id_, call.caller.workspace.id)
    if found is None or not _is_theirs(call, found):
        raise ConversationNotFoundError(id_)
    return found


async def erase_conversation(call: Call) -> None:
    """Delete a conversation and all that was said in it."""
    found = await read_conversation(call)
    if not await call.door.system.erase(found.conversation_id, call.caller.workspace.id):
        raise ConversationNotFoundError(found.conversation_id)


def _is_theirs(call: Call, found: Transcript) -> bool:
    """A visitor's conversation is open to that visitor, to channels, and to who runs the business."""
    caller = call.caller
    if found.user_id is None or caller.speaks_for_users or "admin" in caller.scopes:
        return True
    return call.door.visitors.known(call.headers) == found.user_id


CONVERSATION_OPERATIONS = (
    Operation(
        method="GET",
        path="/conversations",
        scope="admin",
        handler=list_conversations,
        id="listConversations",
        tag="conversations",
        summary="List the latest conversations",
        query=ConversationsQuery,
        response=Conversations,
        errors=(503,),
    ),
    Operation(
        method="GET",
        path="/conversations/{conversation_id}",
        scope="chat",
        handler=read_conversation,
        id="getConversation",
        tag="conversations",
        summary="Read a conversation",
        response=Transcript,
        errors=(503,),
    ),
    Operation(
        method="DELETE",
        path="/conversations/{conversation_id}",
        scope="chat",
        handler=erase_conversation,
        id="eraseConversation",
        tag="conversations",
        summary="Erase a conversation and all that was said in it",
        status=204,
        errors=(503,),
    ),
)
