"""What is old enough is forgotten, in bounded pieces, on both databases."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from pulpo.conversation import ToolCall
from pulpo.store import approvals, retention
from pulpo.store.approvals import Wish
from pulpo.store.conversations import Accepted
from pulpo.store.migrate import upgrade
from pulpo.store.retention import OLD_CONVERSATIONS, Retention, sweep, tidy
from pulpo.store.schema import conversations, idempotency, turns
from pulpo.store.transact import transact
from pulpo.store.turnstore import TurnStore
from support.turns import NOW, asked, assign, done

CHOSEN = Retention(idempotency=100.0, approvals=200.0, conversations=300.0)


async def turn(store: TurnStore, number: int, *, at: float, finished: bool = True, workspace_id: str = "demo") -> None:
    """Accept a turn of its own conversation, under a key, and answer it."""
    name = f"t{number}"
    wanted = asked(name, f"c{number}", new=True, idempotency_key=f"k{number}", now=at, workspace_id=workspace_id)
    accepted = await store.accept(wanted, assign)
    assert isinstance(accepted, Accepted)
    if finished:
        await store.finish(msgspec.structs.replace(done(name, 1, f"c{number}"), now=at))


async def left(store: TurnStore, table: sa.Table, column: str) -> list[str]:
    found = await store.database.read(lambda c: c.execute(sa.select(table.c[column])).scalars().all())
    return sorted(found)


async def test_keys_go_before_their_conversations_and_a_running_turn_stays(store: TurnStore) -> None:
    await turn(store, 1, at=NOW - 400)
    await turn(store, 2, at=NOW - 150)
    await turn(store, 3, at=NOW - 50)
    await turn(store, 4, at=NOW - 400, finished=False)
    await store.database.write(partial(sweep, chosen=CHOSEN, now=NOW))
    assert await left(store, idempotency, "key") == ["k3"]
    assert await left(store, conversations, "id") == ["c2", "c3", "c4"]
    assert await left(store, turns, "id") == ["t2", "t3", "t4"]


async def test_conversations_of_every_workspace_go(store: TurnStore) -> None:
    for number, workspace in enumerate(("atelier", "demo", "zoo", "demo")):
        await turn(store, number, at=NOW - 400 + 200 * (number == 3), workspace_id=workspace)
    await store.database.write(partial(sweep, chosen=CHOSEN, now=NOW))
    assert await left(store, conversations, "id") == ["c3"]


def test_who_is_old_enough_is_found_without_reading_the_whole_table(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/pulpo.db"
    upgrade(address, {})
    found = transact(address, lambda c: c.execute(sa.text(f"EXPLAIN QUERY PLAN {OLD_CONVERSATIONS}"), WORDS).all())
    steps = [row[3] for row in found]
    assert any("SEARCH c USING INDEX conversations_by_workspace (workspace_id=? AND last_at<?)" in it for it in steps)
    assert not [it for it in steps if it.startswith(("SCAN c", "SCAN conversations"))]


WORDS = {"before": 1.0, "most": 1}


async def test_conversations_are_kept_unless_asked(store: TurnStore) -> None:
    await turn(store, 1, at=NOW - 10_000_000)
    await store.database.write(partial(sweep, chosen=Retention(), now=NOW))
    assert await left(store, conversations, "id") == ["c1"]


async def test_only_approvals_that_were_carried_out_go(store: TurnStore) -> None:
    for number, state in enumerate(("waiting", "decided", "settled")):
        wish = Wish(
            id=state,
            workspace_id="demo",
            conversation_id=f"c{number}",
            turn_id="t",
            proposed_in="t",
            user_id=None,
            locale="es",
            scopes=frozenset(),
            attributes={},
            call=ToolCall("1", "refund", {}),
            policy="",
            reason="",
            asked_at=NOW - 300,
            expires_at=NOW + 300,
        )
        await store.database.write(partial(approvals.ask, wish=wish))
        if state != "waiting":
            decide = partial(approvals.decide, state="denied", reason="", by="", now=NOW - 250)
            await store.database.write(lambda c, id_=state, decide=decide: decide(c, id_, "demo"))
    await store.database.write(partial(approvals.settle, approval_id="settled", settled="told"))
    await store.database.write(partial(sweep, chosen=CHOSEN, now=NOW))
    kept = await store.database.read(lambda c: approvals.recent(c, "demo", state=None, limit=10))
    assert sorted(it.wish.id for it in kept) == ["decided", "waiting"]


async def test_a_sweep_takes_a_bounded_number_and_comes_again(
    store: TurnStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "PAUSE", 0.0)
    for number in range(7):
        await turn(store, number, at=NOW - 150)
    assert await store.database.write(partial(sweep, chosen=CHOSEN, now=NOW))
    assert len(await left(store, idempotency, "key")) == 5
    monkeypatch.setattr(retention, "BATCHES", 2)
    await tidy(store.database, CHOSEN, clock=lambda: NOW)
    assert len(await left(store, idempotency, "key")) == 1
    await tidy(store.database, CHOSEN, clock=lambda: NOW)
    assert await left(store, idempotency, "key") == []
