"""Several processes over one database: nobody is counted twice, and one of them acts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

from pulpo.canary.rollout import Rollouts
from pulpo.contracts.canary import Assignment
from pulpo.contracts.events import CanaryRolledBack, Event
from pulpo.settings import CanarySettings, RolloutSettings
from pulpo.store import rollouts as stored
from pulpo.store.conversations import Accepted
from pulpo.store.outcomes import Ending
from pulpo.store.statements import OverSqlalchemy
from pulpo.store.turnstore import TurnStore
from support.turns import NOW, asked, done

SETTINGS = CanarySettings(enabled=True, rollout=RolloutSettings(steps=(0.5, 1.0), minimum_time=0.0, minimum_units=5))


def process(store: TurnStore, events: list[Event], *, made_of: str = "one", now: Callable[[], float]) -> Rollouts:
    names = count()
    return Rollouts(
        store=store,
        settings=lambda: SETTINGS,
        serving=lambda: True,
        fingerprint=lambda _variant: made_of,
        emit=events.append,
        clock=now,
        new_id=lambda: f"{made_of}-{id(events)}-{next(names)}",
    )


async def turns(store: TurnStore, rollout: str, numbers: range, *, bad: bool) -> None:
    for number in numbers:
        variant = "canary" if number % 2 else "stable"
        outcome = "rescued" if bad and variant == "canary" else "ok"
        given = Assignment(variant, "matched", 1, rollout, 0, f"u{number}")
        accepted = await store.accept(asked(f"t{number}", f"c{number}", new=True), lambda _pin, it=given: it)
        assert isinstance(accepted, Accepted)
        ending = Ending(
            workspace_id="demo", variant=variant, served_by="stable", seconds=0.1, rollout=rollout, unit=f"u{number}"
        )
        finish = done(f"t{number}", 1, f"c{number}")
        fields: dict[str, Any] = {name: getattr(finish, name) for name in finish.__struct_fields__}
        await store.finish(type(finish)(**{**fields, "outcome": outcome, "ending": ending}))


async def test_of_many_processes_one_begins_counts_and_rolls_back(store: TurnStore) -> None:
    events: list[Event] = []
    here = [process(store, events, now=lambda: NOW) for _ in range(4)]
    await asyncio.gather(*(each.tick() for each in here))
    assert len({each.current.id for each in here if each.current}) == 1
    await turns(store, here[0].current.id, range(60), bad=True)  # type: ignore[union-attr]
    await asyncio.gather(*(each.tick() for each in here))
    await asyncio.gather(*(each.tick() for each in here))
    assert {each.current.state for each in here if each.current} == {"aborted"}
    assert sum(isinstance(event, CanaryRolledBack) for event in events) == 1
    rollout = here[0].current.id  # type: ignore[union-attr]
    kinds = await store.database.read(lambda c: stored.enrolled(OverSqlalchemy(c), rollout, kind="unit"))
    assert kinds == {0: (30, 30)}
    blocks = await store.database.read(lambda c: stored.blocks(OverSqlalchemy(c), rollout))
    assert sum(block.canary_bad for block in blocks if block.guardrail == "error_or_rescue") == 30


async def test_the_release_before_follows_and_does_not_begin_back(store: TurnStore) -> None:
    events: list[Event] = []
    old = process(store, events, now=lambda: NOW)
    await old.tick()
    new = process(store, events, made_of="two", now=lambda: NOW + 60)
    await new.tick()
    begun = new.current
    assert begun is not None
    assert begun.fingerprint == "two"
    for _ in range(3):
        await old.tick()
        await new.tick()
    assert new.current == begun
    assert old.current == begun
    assert old.served is not None
    assert (old.served.id, old.served.share) == ("", 0.5)
