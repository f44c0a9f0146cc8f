"""Several processes over one database: nobody is counted twice, and one of them acts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

from pulpo.canary.reporting import RolloutEvidence
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


def process(
    store: TurnStore, events: list[Event], *, made_of: str = "one", now: Callable[[], float], **more: Any
) -> Rollouts:
    names = count()
    return Rollouts(
        store=store,
        settings=lambda: SETTINGS,
        serving=lambda: True,
        fingerprint=lambda _variant: made_of,
        emit=events.append,
        clock=now,
        new_id=lambda: f"{made_of}-{id(events)}-{next(names)}",
        **more,
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


class Late:
    """A store whose database answers reads, while they are ``held``, when their gate is opened."""

    def __init__(self, store: TurnStore) -> None:
        self._store = store
        self.database = self
        self.held = False
        self.gates: list[asyncio.Event] = []
        self.found = asyncio.Event()

    async def read(self, closure: Callable[[Any], Any]) -> Any:
        found = await self._store.database.read(closure)
        if self.held:
            self.gates.append(asyncio.Event())
            self.found.set()
            await self.gates[-1].wait()
        return found


async def asking(late: Late, process: Rollouts) -> asyncio.Task[RolloutEvidence | None]:
    """Ask for the evidence and return once the database has found it, and has yet to say so."""
    late.held = True
    late.found.clear()
    asked = asyncio.create_task(process.evidence())
    await asyncio.wait_for(late.found.wait(), 60)
    late.held = False
    return asked


async def test_evidence_that_arrives_late_is_none_about_the_rollout_that_was_begun_meanwhile(store: TurnStore) -> None:
    """Somebody looks at what rolled the canary back just as it begins anew: the next must not be judged by that."""
    here = process(store, [], now=lambda: NOW)
    await here.tick()
    await turns(store, here.current.id, range(60), bad=True)  # type: ignore[union-attr]
    await here.tick()
    late = Late(store)
    there = process(late, [], now=lambda: NOW)  # type: ignore[arg-type]
    await there.refresh()
    before = await asking(late, there)
    await here.resume(by="ana")
    await there.refresh()
    after = await asking(late, there)
    late.gates[0].set()
    old = await before
    late.gates[1].set()
    new = await after
    assert old is not None
    assert new is not None
    assert [each.guardrails[0].bad_units for each in (old, new)] == [(0, 30), (0, 0)]


async def test_a_clock_that_is_set_back_leaves_no_old_error_budget_in_force(store: TurnStore) -> None:
    looks: list[float] = []
    now = NOW

    def spent(_objectives: object, _counts: object) -> None:
        looks.append(now)

    here = process(store, [], now=lambda: now, spent=spent)
    await here.tick()
    await here.tick()
    now -= 3600
    await here.tick()
    assert looks == [NOW, NOW - 3600]


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
