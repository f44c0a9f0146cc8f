"""A rollout from end to end, in process and in simulated time: users, turns, counts, judgement, share."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from math import log
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

import pulpo
from functional.conftest import Made, Script, Scripted
from pulpo.assembly import running
from pulpo.canary import rollout
from pulpo.contracts.events import CanaryRolledBack, ConversationsEnded, RolloutChanged, RolloutCounted
from pulpo.errors import RolloutError
from pulpo.plugins import load_plugins
from pulpo.settings import CanarySettings, RolloutSettings, Settings, VariantSettings
from pulpo.store import canary
from pulpo.store.counts import goal_counts
from pulpo.system import System
from pulpo.turns.request import TurnAnswer, TurnRequest

QUICK = RolloutSettings(steps=(0.2, 0.5, 1.0), minimum_time=10.0, minimum_units=20, limits={"error_or_rescue": 0.05})


class Clock:
    """UTC seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


def fine(_context: pulpo.PlanContext) -> pulpo.Step:
    return pulpo.Answer("hola")


def broken(_context: pulpo.PlanContext) -> pulpo.Step:
    raise RuntimeError("the canary is broken")


@pulpo.tool(destructive=False, confirm=False, goal="booking")
async def book(fails: bool) -> pulpo.Result:
    """Book."""
    if fails:
        raise RuntimeError("no calendar")
    return pulpo.Result({"booked": True}, "hecho")


def books(fails: bool) -> Script:
    def step(context: pulpo.PlanContext) -> pulpo.Step:
        if context.results:
            return pulpo.Answer("hecho")
        return pulpo.Calls((pulpo.ToolCall("c0", "book", {"fails": fails}),))

    return step


class Street:
    """A system and the users who write to it; each of them keeps to the conversation for three turns."""

    def __init__(self, system: System, clock: Clock, events: list[pulpo.Event]) -> None:
        self.system = system
        self.events = events
        self._clock = clock
        self._random = Random(7)  # noqa: S311
        self._number = 0

    async def users(self, count: int) -> list[TurnAnswer]:
        answers = []
        for _ in range(count):
            self._number += 1
            conversation = None
            for _ in range(self._random.randint(1, 3)):
                asked = TurnRequest(
                    workspace_id="demo",
                    message="hola",
                    user_id=f"u{self._number}",
                    conversation_id=conversation,
                )
                answers.append(await self.system.chat(asked))
                conversation = answers[-1].conversation_id
        return answers

    async def rounds(self, count: int, *, users: int = 25, until: Callable[[], bool] = lambda: False) -> None:
        """A few seconds of users and one judgement, ``count`` times or until it is so."""
        for _ in range(count):
            await self.users(users)
            self._clock.now += 5.0
            await self.system.rollouts.tick()
            await self.system.canary.refresh()
            if until():
                return

    @property
    def state(self) -> str:
        return self.system.rollouts.current.state if self.system.rollouts.current else ""

    @property
    def share(self) -> float:
        return self.system.canary.now.share


@pytest.fixture
def street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    clock = Clock()
    monkeypatch.setattr(rollout, "EVERY", 3600)  # it is judged in `Street.rounds`, and not between two lines of a test

    @asynccontextmanager
    async def hold(
        *,
        canary: Script = fine,
        stable: Script = fine,
        plan: RolloutSettings = QUICK,
        prompt: str = "",
        look: bool = True,
    ) -> AsyncIterator[Street]:
        made = Made([book], [Scripted("fine", stable), Scripted(f"canary{prompt}", canary)])
        settings = Settings(
            database_url=f"sqlite:///{tmp_path}/pulpo.db",
            variants={"stable": VariantSettings(planner="fine"), "canary": VariantSettings(planner=f"canary{prompt}")},
            canary=CanarySettings(enabled=True, rollout=plan),
        )
        catalogue = load_plugins(extra=[("made", made)], only=["pulpo_canary"])
        async with running(settings, catalogue=catalogue, clock=clock, serving=True) as system:
            if look:
                await system.rollouts.tick()
                await system.canary.refresh()
            yield Street(system, clock, made.events)

    hold.clock = clock  # type: ignore[attr-defined]
    return hold


async def test_equal_arms_reach_everybody_by_themselves(street) -> None:
    async with street() as here:
        assert here.share == 0.2
        await here.rounds(80, until=lambda: here.state == "promoted")
        assert (here.state, here.share) == ("promoted", 1.0)
        reading = here.system.readings().rollout
        assert reading.state == "promoted"
        assert reading.log_evidence["error_or_rescue"]["rollback"] < log(1 / 0.03)
        assert reading.log_evidence["error_or_rescue"]["clean"] >= log(1 / 0.025)
        shares = [event.share for event in here.events if isinstance(event, RolloutChanged)]
        assert shares == [0.2, 0.5, 1.0]
        assert {answer.variant for answer in await here.users(5)} == {"canary"}


async def test_a_failing_canary_goes_back_to_nobody_and_says_why(street) -> None:
    async with street(canary=broken) as here:
        await here.rounds(40, until=lambda: here.state == "aborted")
        assert (here.state, here.share) == ("aborted", 0.0)
        assert "error_or_rescue: evidence" in here.system.rollouts.current.reason
        (rolled_back,) = [event for event in here.events if isinstance(event, CanaryRolledBack)]
        assert rolled_back.evidence >= rolled_back.threshold
        counted = [event for event in here.events if isinstance(event, RolloutCounted)]
        line = (await here.system.rollouts.evidence()).guardrails[0]
        assert line.name == "error_or_rescue"
        bad = [event.bad.get(line.name, (0, 0)) for event in counted]
        assert tuple(sum(arm) for arm in zip(*bad, strict=True)) == line.bad_units
        assert tuple(sum(arm) for arm in zip(*(event.enrolled for event in counted), strict=True)) == line.units
        assert here.system.readings().rollout.log_evidence[line.name]["rollback"] >= log(rolled_back.threshold)
        answers = await here.users(10)
        assert {(answer.variant, answer.outcome) for answer in answers} == {("stable", "ok")}
        entries = await here.system.database.read(
            lambda connection: connection.execute(text("SELECT action, actor FROM canary_audit ORDER BY number")).all()
        )
        assert [tuple(row) for row in entries][-1] == ("rollout aborted", "rollout")


async def test_conversations_that_do_not_reach_their_goal_roll_it_back(street) -> None:
    plan = QUICK.model_copy(update={"promote": False, "limits": {"tool_error": 1.0}})
    async with street(canary=books(fails=True), stable=books(fails=False), plan=plan) as here:
        await here.rounds(40, until=lambda: here.state == "aborted")
        assert here.system.rollouts.current.guardrail in {"goal_failure", "tool_error"}
        found = await here.system.rollouts.evidence()
        goal = next(each for each in found.guardrails if each.name == "goal_failure")
        assert goal.bad_units[1] == goal.units[1] > 0
        now = here.system.clock()
        durable = await here.system.database.read(partial(goal_counts, since=now - 3600, until=now + 1))
        counted = Counter({(row.variant, row.result): row.conversations for row in durable})
        told: Counter[tuple[str, str]] = Counter()
        for event in here.events:
            if isinstance(event, ConversationsEnded):
                told[event.variant, event.result] += event.count
        assert told == counted
        assert counted["canary", "failed"] > 0
        assert counted["stable", "reached"] > 0
        assert goal.bad_units[0] == 0


async def test_a_rollout_goes_on_after_a_restart_and_a_changed_variant_begins_anew(street) -> None:
    async with street() as here:
        await here.rounds(80, until=lambda: here.share == 0.5)
        before = here.system.rollouts.current
        known = await here.system.rollouts.evidence()
    async with street() as here:
        assert here.system.rollouts.current == before
        assert here.share == 0.5
        again = await here.system.rollouts.evidence()
        assert again.guardrails == known.guardrails
    street.clock.now += 1.0
    async with street(prompt=" rewritten") as here:
        assert here.system.rollouts.current.id != before.id
        assert here.share == 0.2


async def test_after_a_rollback_nothing_begins_until_somebody_says_so(street) -> None:
    async with street(canary=broken) as here:
        await here.rounds(40, until=lambda: here.state == "aborted")
        aborted = here.system.rollouts.current
    street.clock.now += 60.0
    async with street(prompt=" rewritten") as here:
        await here.rounds(2)
        assert here.state == "aborted"
        await here.system.canary.resume(by="ana")
        await here.system.canary.refresh()
        assert here.state == "progressing"
        assert here.system.rollouts.current.id != aborted.id
        assert here.share == 0.2


async def test_a_changed_variant_waits_for_the_cool_down_and_the_one_that_was_taken_back_for_ever(street) -> None:
    plan = QUICK.model_copy(update={"cooldown": 100.0})
    async with street(canary=broken, plan=plan) as here:
        await here.rounds(40, until=lambda: here.state == "aborted")
    street.clock.now += 50.0
    async with street(prompt=" rewritten", plan=plan) as here:
        await here.rounds(2)
        assert (here.state, here.share) == ("aborted", 0.0), "mended, and too soon"
    street.clock.now += 50.0
    async with street(canary=broken, plan=plan) as here:
        await here.rounds(2)
        assert (here.state, here.share) == ("aborted", 0.0), "late enough, and the same"
    async with street(prompt=" rewritten", plan=plan) as here:
        await here.rounds(1)
        assert (here.state, here.share) == ("progressing", 0.2)


async def test_people_can_pause_go_on_abort_and_promote(street) -> None:
    async with street() as here:
        rollouts = here.system.rollouts
        await rollouts.pause("lunch", by="ana")
        await here.rounds(30)
        assert (here.state, here.share, rollouts.current.reason) == ("paused", 0.2, "lunch")
        with pytest.raises(RolloutError, match="paused: lunch"):
            await rollouts.pause()
        await rollouts.resume(by="ana")
        assert here.state == "progressing"
        await rollouts.promote("sure", by="ana")
        await here.system.canary.refresh()
        assert (here.state, here.share) == ("promoted", 1.0)
        await rollouts.abort("not so sure", by="ana")
        await here.system.canary.refresh()
        assert (here.state, here.share) == ("aborted", 0.0)


async def test_what_a_process_left_behind_is_judged_before_the_next_one_serves(street) -> None:
    """A canary that ends its processes sooner than they look would never be judged otherwise."""
    async with street(canary=broken) as here:
        await here.users(100)
        assert here.state == "progressing"
    async with street(canary=broken, look=False) as here:
        assert (here.state, here.share) == ("aborted", 0.0)
        assert {answer.variant for answer in await here.users(20)} == {"stable"}


async def test_what_stays_undecided_is_held(street) -> None:
    plan = QUICK.model_copy(update={"minimum_units": 10_000, "maximum_time": 20.0})
    async with street(plan=plan) as here:
        await here.rounds(6)
        assert (here.state, here.share) == ("inconclusive", 0.2)


async def test_a_spent_error_budget_freezes_the_share_until_there_is_some_again(street) -> None:
    down = []

    def flaky(_context: pulpo.PlanContext) -> pulpo.Step:
        if down:
            raise RuntimeError("no model")
        return pulpo.Answer("hola")

    async with street(canary=flaky, stable=flaky) as here:
        down.append("now")
        await here.rounds(8, users=5)
        down.clear()
        await here.rounds(40)
        status = (await here.system.rollouts.evidence()).rollout
        assert (status.state, status.share, status.guardrail) == ("paused", 0.2, "availability")
        assert "the error budget of availability is spent" in status.reason
        street.clock.now += 31 * 86400.0
        await here.rounds(80, until=lambda: here.state == "promoted")
        assert here.state == "promoted"
        entries = await here.system.database.read(lambda connection: canary.entries(connection, limit=9))
        found = [(it.action, it.actor) for it in entries if it.action.startswith("rollout")][::-1]
        assert found[1:3] == [("rollout paused", "rollout"), ("rollout progressing", "rollout")]
        assert status.reason in {entry.after.get("reason") for entry in entries}


async def test_control_without_an_objective_the_same_errors_freeze_nothing(street) -> None:
    async with street(canary=broken, stable=broken, plan=QUICK.model_copy(update={"objectives": ()})) as here:
        await here.rounds(12, users=5)
        assert (here.state, here.share) == ("progressing", 0.2)


async def test_an_ab_test_shows_its_confidence_sequence_and_decides_nothing(street) -> None:
    plan = QUICK.model_copy(update={"steps": (0.5,), "promote": False, "rollback": False})
    async with street(canary=broken, plan=plan) as here:
        await here.rounds(8)
        line = (await here.system.rollouts.evidence()).guardrails[0]
        assert (here.state, here.share) == ("progressing", 0.5)
        assert line.interval[0] > 1.0
        assert line.evidence > line.threshold


async def test_an_override_and_a_conversation_from_before_are_no_evidence(street, tmp_path) -> None:
    async with street() as here:
        await here.system.canary.set({"allow_users": ["u1"], "deny_users": ["u2"]}, by="ana")
        await here.rounds(1, users=2)
        found = await here.system.rollouts.evidence()
        assert {each.units for each in found.guardrails} == {(0, 0)}
