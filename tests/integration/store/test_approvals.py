"""What waits for an operator, on both databases."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec

from pulpo.conversation import ToolCall
from pulpo.store import approvals, transcripts
from pulpo.store.approvals import Wish
from pulpo.store.turnstore import TurnStore
from support.turns import asked, assign

WISH = Wish(
    id="a1",
    workspace_id="demo",
    conversation_id="c1",
    turn_id="t1",
    proposed_in="t1",
    user_id="ana",
    locale="es",
    scopes=frozenset({"chat", "channel"}),
    attributes={"timezone": "Europe/Madrid"},
    call=ToolCall("1", "refund", {"order": "ñ", "amount": 1.5}),
    policy="refunds",
    reason="why",
    asked_at=10.0,
    expires_at=20.0,
)


async def ask(store: TurnStore, **changes: object) -> bool:
    return await store.database.write(partial(approvals.ask, wish=msgspec.structs.replace(WISH, **changes)))


async def decide(store: TurnStore, state: str, now: float = 11.0, name: str = "a1") -> bool:
    return await store.database.write(
        lambda c: approvals.decide(c, name, "demo", state=state, reason="fine", by="key_1", now=now)  # type: ignore[arg-type]
    )


async def test_a_wish_comes_back_as_it_was_and_waits_once(store: TurnStore) -> None:
    assert await ask(store)
    assert not await ask(store)
    assert not await ask(store, id="a2"), "the very same call of the conversation waits already"
    assert await ask(store, id="a3", conversation_id="c2")
    found = await store.database.read(lambda c: approvals.find(c, "a1", "demo"))
    assert found is not None
    assert (found.wish, found.state, found.settled) == (WISH, "waiting", None)
    assert await store.database.read(lambda c: approvals.find(c, "a1", "elsewhere")) is None


async def test_of_many_who_decide_at_once_one_does(store: TurnStore) -> None:
    await ask(store)
    states = ["approved", "denied"] * 4
    assert sum(await asyncio.gather(*(decide(store, state) for state in states))) == 1
    assert not await decide(store, "denied")


async def test_what_is_decided_is_due_until_it_is_settled_once(store: TurnStore) -> None:
    await ask(store)
    assert await store.database.read(approvals.due) == ()
    await decide(store, "approved")
    (unsettled,) = await store.database.read(approvals.due)
    assert (unsettled.wish.id, unsettled.decided_by, unsettled.decision_reason) == ("a1", "key_1", "fine")
    settle = partial(approvals.settle, approval_id="a1", settled="done")
    assert [await store.database.write(settle) for _ in range(2)] == [True, False]
    assert await store.database.read(approvals.due) == ()


async def test_what_is_due_comes_in_pages_the_oldest_first_and_none_twice(store: TurnStore) -> None:
    decided = {"a1": 11.0, "a2": 12.0, "a3": 12.0, "a4": 9.0}
    for name, now in decided.items():
        await ask(store, id=name, conversation_id=name)
        await decide(store, "denied", now, name)
    last, seen = None, list[str]()
    while page := await store.database.read(partial(approvals.due, after=last, limit=2)):
        seen += [it.wish.id for it in page]
        last = page[-1]
    assert seen == ["a4", "a1", "a2", "a3"]


async def test_what_nobody_decides_in_time_expires_once(store: TurnStore) -> None:
    await ask(store)
    assert not await decide(store, "approved", now=20.0)
    assert [await store.database.read(partial(approvals.overdue, now=now)) for now in (19.0, 20.0)] == [False, True]
    (expired,) = await store.database.write(lambda c: approvals.expire(c, now=20.0))
    assert (expired.wish.id, expired.state) == ("a1", "expired")
    assert not await store.database.read(partial(approvals.overdue, now=20.0))
    assert await store.database.read(approvals.due) == (expired,)
    assert await store.database.write(lambda c: approvals.expire(c, now=20.0)) == ()


async def test_lists_are_of_one_workspace_and_state_and_an_erased_conversation_takes_its_own_along(
    store: TurnStore,
) -> None:
    await store.accept(asked("t1", "c1", new=True), assign)
    await ask(store)
    await ask(store, id="a2", conversation_id="c2", asked_at=12.0)
    await ask(store, id="a3", workspace_id="other")
    listed = await store.database.read(lambda c: approvals.recent(c, "demo", state="waiting", limit=10))
    assert [it.wish.id for it in listed] == ["a2", "a1"]
    assert await store.database.read(lambda c: approvals.recent(c, "demo", state="denied", limit=10)) == ()
    await store.database.write(partial(transcripts.erase, conversation_id="c1", workspace_id="demo"))
    left = await store.database.read(lambda c: approvals.recent(c, "demo", state=None, limit=10))
    assert [it.wish.id for it in left] == ["a2"]
