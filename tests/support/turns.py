"""Turns as a store sees them, without a planner."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from pulpo.contracts.canary import Assignment, Pin
from pulpo.conversation import Dialogue
from pulpo.store.conversations import Accept, Accepted, Finish
from pulpo.store.outcomes import Ending
from pulpo.store.turnstore import TurnStore

NOW = 1_795_000_000.0


def asked(turn: str, conversation: str = "c1", *, new: bool = False, **more: Any) -> Accept:
    given: dict[str, Any] = {
        "workspace_id": "demo",
        "user_id": None,
        "locale": "es",
        "request": b'{"message":"hola"}',
        "idempotency_key": None,
        "now": NOW,
        "lease": 300.0,  # no test lasts as long: a lease ends when it is told to (`lapse`), or names its own
    }
    return Accept(turn_id=turn, conversation_id=conversation, new=new, **{**given, **more})


def assign(pin: Pin | None) -> Assignment:
    return Assignment(pin.variant if pin else "canary", "pinned" if pin else "matched")


def done(turn: str, epoch: int, conversation: str = "c1") -> Finish:
    return Finish(
        turn_id=turn,
        conversation_id=conversation,
        epoch=epoch,
        outcome="ok",
        answer=b'{"reply":"hola"}',
        dialogue=Dialogue(goal="book"),
        ending=Ending(workspace_id="demo", variant="canary", served_by="canary", seconds=0.02),
        now=NOW + 1,
    )


async def accept(store: TurnStore, request: Accept) -> Accepted:
    accepted = await store.accept(request, assign)
    assert isinstance(accepted, Accepted)
    return accepted


async def lapse(store: TurnStore, conversation: str = "c1") -> None:
    """Let the lease of a conversation lapse, without waiting for it."""
    lapsed = text("UPDATE conversations SET lease_until = 1 WHERE id = :id")
    await store.database.write(lambda connection: connection.execute(lapsed, {"id": conversation}))
