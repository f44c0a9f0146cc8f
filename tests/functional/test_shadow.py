"""Shadow planning: another variant plans what stable answered, and nothing but a comparison comes of it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from inspect import isasyncgenfunction
from pathlib import Path
from typing import Any

import anyio
import pytest

import pulpo
from functional.conftest import Made, Script, Scripted
from pulpo.assembly import running
from pulpo.plugins import load_plugins
from pulpo.settings import (
    CanarySettings,
    RateLimitSettings,
    RolloutSettings,
    Settings,
    TurnSettings,
    VariantSettings,
)
from pulpo.system import System
from pulpo.turns import shadow
from pulpo.turns.request import TurnRequest

DONE: Counter[str] = Counter()


@pulpo.tool(read_only=True)
async def look(day: str = "monday") -> pulpo.Result:
    """Look at a day."""
    DONE["look"] += 1
    return pulpo.Result({"free": 3}, f"{day}: 3")


@pulpo.tool(confirm=False, destructive=False)
async def note(what: str, context: pulpo.ToolContext) -> pulpo.Result:
    """Write something down at once."""

    def write(connection: Any) -> pulpo.Result:
        DONE["note"] += 1
        return pulpo.Result({"noted": what}, "noted")

    return await context.commit(write)


@pulpo.tool
async def book(day: str) -> pulpo.Result:
    """Book a day."""
    DONE["book"] += 1
    return pulpo.Result({"booked": day}, "booked")


@book.preview
async def preview(day: str) -> pulpo.Summary:
    DONE["preview"] += 1
    return pulpo.Summary(f"Book {day}?", {"day": day.lower()})


def call(tool: str, number: int = 0, **arguments: Any) -> pulpo.Calls:
    return pulpo.Calls((pulpo.ToolCall(f"c{number}", tool, arguments),))


def looks(text: str = "done", **arguments: Any) -> Script:
    def step(context: pulpo.PlanContext) -> pulpo.Step:
        return pulpo.Answer(text) if context.results else call("look", **arguments)

    return step


def answers(text: str) -> Script:
    return lambda _context: pulpo.Answer(text)


def calls(tool: str, **arguments: Any) -> Script:
    def step(context: pulpo.PlanContext) -> pulpo.Step:
        return pulpo.Answer(context.results[-1].result.text) if context.results else call(tool, **arguments)

    return step


def fails(_context: pulpo.PlanContext) -> pulpo.Step:
    raise RuntimeError("no model")


class Free(Scripted):
    """A planner that follows a script, which may be an async generator: then it can do what it likes."""

    def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        return self._script(context) if isasyncgenfunction(self._script) else super().next_step(context)


class House:
    def __init__(self, system: System, events: list[pulpo.Event], database: Path) -> None:
        self.system = system
        self.database = database
        self._events = events

    async def say(self, text: str = "hola", conversation: str | None = None) -> Any:
        return await self.system.chat(TurnRequest(workspace_id="demo", message=text, conversation_id=conversation))

    async def compared(self, count: int = 1) -> list[pulpo.ShadowCompared]:
        """The comparisons, once there are so many (or that many were dropped)."""
        with anyio.fail_after(60):
            # There is no event for the last of them.
            while len(found := self.events(pulpo.ShadowCompared)) + len(self.events(pulpo.ShadowDropped)) < count:  # noqa: ASYNC110
                await anyio.sleep(0.005)
        return found

    async def idle(self) -> None:
        """Wait for the shadows under way: what was offered is compared or dropped by then."""
        with anyio.fail_after(60):
            while self.system._orchestrator._shadows._under_way:  # type: ignore[union-attr]  # noqa: ASYNC110
                await anyio.sleep(0.005)

    def events(self, kind: type[Any]) -> list[Any]:
        return [event for event in self._events if isinstance(event, kind)]

    def rows(self) -> dict[str, list[Any]]:
        """Everything that is stored, by table."""
        with sqlite3.connect(self.database) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}


Open = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    DONE.clear()
    monkeypatch.setattr(shadow, "LATE", 3600.0)  # a busy test machine compares all the same

    @asynccontextmanager
    async def hold(stable: Script, canary: Script, **more: Any) -> AsyncIterator[House]:
        made = Made([look, note, book], [Free("stable", stable), Free("canary", canary)])
        chosen: dict[str, Any] = {"enabled": True, "shadow": 1.0, **more.pop("canary_settings", {})}
        settings = Settings(
            database_url=f"sqlite:///{tmp_path}/pulpo.db",
            variants={name: VariantSettings(planner=name) for name in ("stable", "canary")},
            canary=CanarySettings(**chosen),
            turns=TurnSettings(max_steps=20, max_calls=20),
            **more,
        )
        catalogue = load_plugins(extra=[("made", made)], only=["pulpo_canary"])
        async with running(settings, catalogue=catalogue, serving=True) as system:
            yield House(system, made.events, tmp_path / "pulpo.db")

    return hold


@pytest.mark.parametrize(
    ("stable", "canary", "result"),
    [
        (looks("done"), looks("done"), "same"),
        (looks("done"), looks("as you wish"), "wording"),
        (looks(), looks(day="tuesday"), "arguments"),
        (looks(), answers("done"), "tools"),
        (answers("done"), looks(), "tools"),
        (looks(), fails, "error"),
        (answers("done"), calls("book", day="Monday"), "tools"),
        (calls("note", what="x"), calls("note", what="x"), "same"),
        (calls("note", what="x"), calls("note", what="y"), "arguments"),
        (calls("book", day="Monday"), calls("book", day="Monday"), "same"),
        (calls("book", day="Monday"), calls("book", day="Friday"), "arguments"),
        (calls("nothing"), calls("nothing"), "same"),
    ],
)
async def test_a_shadow_is_compared_with_what_was_answered(house: Open, stable: Script, canary: Script, result: str):
    async with house(stable, canary) as here:
        answer = await here.say()
        before = (DONE.copy(), here.rows())
        [found] = await here.compared()
        assert (answer.variant, answer.served_by) == ("stable", "stable")
        assert (found.turn_id, found.variant, found.result) == (answer.turn_id, "canary", result)
        assert (DONE, here.rows()) == before
        tally = here.system.shadows["canary"]
        assert (tally.comparisons, tally.agreeing) == (1, int(result in ("same", "wording")))


async def test_what_a_yes_did_is_not_done_twice_and_the_shadow_sees_it_as_recorded(house: Open) -> None:
    def seen(context: pulpo.PlanContext) -> pulpo.Step:
        return (
            pulpo.Answer(f"{context.consent}: {context.results[-1].effect}")
            if context.results
            else call("book", day="Monday")
        )

    async with house(seen, seen) as here:
        asked = await here.say()
        assert asked.reply == "Book Monday?"
        assert (await here.say("yes", asked.conversation_id)).reply == "yes: True"
        assert [found.result for found in await here.compared(2)] == ["same", "same"]
        assert DONE == {"preview": 1, "book": 1}


async def test_a_shadow_reads_the_conversation_as_it_was(house: Open) -> None:
    told: list[list[str]] = []

    async def reads(context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        told.append([message.text for message in await context.history(2)])
        yield pulpo.Answer("shadow")

    async with house(answers("reply"), reads) as here:
        first = await here.say("first")
        await here.compared()
        # Both are answered before the first of them is planned in the shadow.
        await here.say("second", first.conversation_id)
        await here.say("third", first.conversation_id)
        await here.compared(3)
    assert sorted(told) == [["first"], ["first", "reply", "second"], ["second", "reply", "third"]]


async def test_what_a_shadow_s_model_used_is_told_and_compared(house: Open) -> None:
    async def model(_context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        yield pulpo.ModelCall(model="m", started=0.0, duration=0.1, input_tokens=40, output_tokens=2)
        yield pulpo.Answer("hola")

    async with house(answers("hola"), model) as here:
        await here.say()
        [found] = await here.compared()
        [told] = here.events(pulpo.ModelCalled)
        assert (found.tokens, told.variant, told.call.input_tokens) == ((0, 42), "canary", 40)


async def forsaken(_context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
    """Wait for something that somebody else has cancelled."""
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    yield await future


async def test_a_shadow_that_waits_for_what_was_cancelled_ends_neither_the_others_nor_a_turn(house: Open) -> None:
    async with house(looks(), forsaken) as here:
        assert [(await here.say()).outcome for _ in range(3)] == ["ok"] * 3
        assert [(it.result, it.error) for it in await here.compared(3)] == [("error", "PlannerError")] * 3


async def test_turns_are_answered_while_comparing_is_broken_and_compared_once_it_is_mended(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Any:
        raise KeyError("a defect of ours")

    compare = shadow.compare
    monkeypatch.setattr(shadow, "compare", broken)
    async with house(looks(), looks()) as here:
        await here.say()
        with anyio.fail_after(60):
            # Nothing tells when the work has ended; until it begins anew what is offered is dropped.
            while not here.events(pulpo.ShadowDropped):
                assert (await here.say()).outcome == "ok"
                await anyio.sleep(0.005)
            monkeypatch.setattr(shadow, "compare", compare)
            while not (found := here.events(pulpo.ShadowCompared)):
                assert (await here.say()).outcome == "ok"
                await anyio.sleep(0.05)
    assert found[0].result == "same"


def hungry(context: pulpo.PlanContext) -> pulpo.Step:
    """Wants to write at each step: at once, with a yes, and behind the tools' backs."""
    if context.step < 6:
        return call("note", context.step, what=str(context.step))
    return call("book", 9, day="Monday")


async def hungry_by_database(context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
    for attempt in (context.tool_context.database.write, context.tool_context.commit):
        try:
            await attempt(lambda connection: connection.exec_driver_sql("DELETE FROM turns"))
        except RuntimeError:
            continue
        DONE["written"] += 1
    context.dialogue.notes["shadow"] = True
    context.dialogue.facts["day"] = pulpo.Fact("Friday")
    yield hungry(context)


TURNS = 1000


async def test_a_thousand_write_hungry_shadows_write_no_row(house: Open) -> None:
    limits = RateLimitSettings(tool="1000000/minute")
    async with house(answers("hola"), hungry_by_database, rate_limit=limits) as here:
        for number in range(0, TURNS, shadow.MOST):
            for _ in range(shadow.MOST):
                await here.say()
            await here.compared(number + shadow.MOST)
        found = await here.compared(TURNS)
        assert Counter(it.result for it in found) == {"tools": TURNS}
        assert DONE == {}
        stored = here.rows()
        assert len(stored["turns"]) == len(stored["conversations"]) == TURNS
        for empty in ("effects", "approvals", "canary_units", "canary_blocks", "canary_enrolments"):
            assert stored[empty] == []
        assert "Friday" not in str(stored)
        finished = here.events(pulpo.TurnFinished)
        assert {(it.variant, it.served_by) for it in finished} == {("stable", "stable")}
        assert here.events(pulpo.ToolCalled) == here.events(pulpo.PolicyChecked) == []
        assert here.system.breakers.counts() == {"closed": 0, "open": 0, "half_open": 0}


async def test_control_without_the_dry_run_the_same_plans_write(house: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house(answers("hola"), hungry) as here:
        loop = here.system._orchestrator._loop
        real = loop._executor
        monkeypatch.setattr(shadow.Shadows, "executor", lambda _self, _job: real)
        await here.say()
        await here.compared()
        assert DONE["note"] > 0
        assert here.rows()["effects"]


async def test_too_many_shadows_are_dropped_and_counted(house: Open) -> None:
    gate = anyio.Event()

    async def slow(_context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        await gate.wait()
        yield pulpo.Answer("hola")

    async with house(answers("hola"), slow) as here:
        for _ in range(shadow.MOST + 3):
            await here.say()
        assert len(here.events(pulpo.ShadowDropped)) == here.system.shadows["canary"].dropped == 3
        gate.set()
        assert len(await here.compared(shadow.MOST + 3)) == shadow.MOST


async def test_a_busy_process_compares_nothing(house: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow, "LATE", -1.0)
    async with house(answers("hola"), answers("hola")) as here:
        await here.say()
        await here.compared()
        assert (here.system.shadows["canary"].dropped, here.system.shadows["canary"].comparisons) == (1, 0)


@pytest.mark.parametrize(
    "chosen",
    [{"shadow": 0.0}, {"enabled": False}, {"kill": True}, {"percentage": 1.0}, {"allow_workspaces": ("demo",)}],
)
async def test_nothing_is_planned_in_the_shadow_unless_stable_answers_and_it_is_asked_for(house: Open, chosen) -> None:
    async with house(answers("hola"), answers("hola"), canary_settings=chosen) as here:
        await here.say()
        await here.idle()
        assert here.events(pulpo.ShadowCompared) == here.events(pulpo.ShadowDropped) == []


async def test_the_share_is_a_part_of_the_turns_and_changes_while_serving(house: Open) -> None:
    async with house(answers("hola"), answers("hola"), canary_settings={"shadow": 0.0}) as here:
        await here.say()
        await here.system.canary.set({"shadow": 0.5}, by="key")
        for _ in range(200):
            await here.say()
        await here.idle()
        count = len(here.events(pulpo.ShadowCompared)) + len(here.events(pulpo.ShadowDropped))
        assert 60 <= count <= 140  # five standard deviations and more
        await here.system.canary.kill(by="key")
        await here.say()
        await here.idle()
        assert len(here.events(pulpo.ShadowCompared)) + len(here.events(pulpo.ShadowDropped)) == count


PLAN = RolloutSettings(steps=(0.0, 0.5, 1.0), minimum_time=0.0, shadow_comparisons=100, shadow_agreement=0.9)


async def rounds(here: House, turns: int) -> Any:
    for _ in range(turns):
        await here.say()
    await here.compared(turns)
    await here.system.rollouts.tick()
    await here.system.canary.refresh()
    return here.system.rollouts.current


async def test_a_rollout_leaves_the_shadow_when_enough_turns_agree(house: Open) -> None:
    plan = {"rollout": PLAN, "strategy": "all"}
    async with house(looks("one"), looks("two"), canary_settings=plan) as here:
        await here.system.rollouts.tick()
        await here.system.canary.refresh()
        assert here.system.canary.now.share == 0.0
        state = await rounds(here, 20)
        assert (state.step, state.share) == (0, 0.0)
        assert {event.reason for event in here.events(pulpo.VariantAssigned)} == {"shadow"}
        evidence = await here.system.rollouts.evidence()
        assert "of 100 turns compared with the shadow" in evidence.waiting
        here.system.shadows["canary"].results["same"] += 100
        state = await rounds(here, 0)
        assert (state.state, state.step, state.share) == ("progressing", 1, 0.5)
        assert "turns compared with the shadow agreed" in state.reason


async def test_a_shadow_that_often_differs_gets_no_user(house: Open) -> None:
    async with house(looks(), looks(day="friday"), canary_settings={"rollout": PLAN}) as here:
        await here.system.rollouts.tick()
        here.system.shadows["canary"].results.update({"same": 90, "arguments": 30})
        state = await rounds(here, 0)
        assert (state.step, state.share) == (0, 0.0)
        evidence = await here.system.rollouts.evidence()
        assert evidence.waiting == "90 of 120 turns agreed with the shadow, not surely 0.9 of all"
