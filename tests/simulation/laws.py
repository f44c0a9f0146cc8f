"""What must hold after every simulation, whatever happened in it."""

from __future__ import annotations

from collections import Counter

import msgspec

from pulpo.turns import texts
from pulpo.turns.request import TurnAnswer
from simulation.tools import SECRET
from simulation.world import CLIENTS, TIMING, TURNS, World

SLACK = 1.0
"""Seconds that the store's commits around the deadline may take: accept, settle and finish, at their slowest."""


def check(world: World) -> None:
    """Raise `AssertionError` for the first law that is broken."""
    _every_turn_is_answered_and_the_answer_stands(world)
    _in_time(world)
    _no_effect_happens_twice(world)
    _no_effect_begins_after_the_answer(world)
    _the_ledger_agrees_with_the_world(world)
    _doubts_are_told(world)
    _nothing_of_our_own_is_in_doubt(world)
    _nothing_is_left_running(world)


def _every_turn_is_answered_and_the_answer_stands(world: World) -> None:
    assert len(world.answers) == CLIENTS * TURNS, "a turn has no answer"
    for key, answers in world.answers.items():
        stored = world.database.execute(
            "SELECT t.answer FROM turns t JOIN idempotency i ON i.turn_id = t.id WHERE i.key = ?", (key,)
        ).fetchall()
        given = {msgspec.json.encode(answer) for answer in answers}
        assert len(given) == 1, f"{key} was answered in two ways"
        assert {row[0] for row in stored} == given, f"{key}: the stored answer is not the one given"
        assert SECRET not in answers[0].reply, f"{key}: a tool's secret is in the reply"


def _in_time(world: World) -> None:
    for run in world.runs:
        if not run.disturbed:
            assert run.ended - run.started <= TIMING.wait + TIMING.deadline + SLACK, f"{run.key} took too long"


def _no_effect_happens_twice(world: World) -> None:
    rows = world.database.execute("SELECT turn_id, key FROM bookings").fetchall()
    grouped = Counter(turn_id for turn_id, _ in rows)
    grouped.update(world.outside.turn_of[key] for key in world.outside.ordered)
    assert all(count == 1 for count in grouped.values()), f"a turn changed its group more than once: {grouped}"
    assert all(count == 1 for count in world.outside.paid.values()), f"paid more than once: {world.outside.paid}"


def _no_effect_begins_after_the_answer(world: World) -> None:
    late = world.database.execute(
        "SELECT e.tool, e.turn_id FROM effects e JOIN turns t ON t.id = e.turn_id WHERE e.intended_at > t.finished_at"
    ).fetchall()
    assert not late, f"an effect began after its turn was answered: {late}"


def _the_ledger_agrees_with_the_world(world: World) -> None:
    ledger = {key: (tool, state) for key, tool, state in world.database.execute("SELECT key, tool, state FROM effects")}
    booked = [row[0] for row in world.database.execute("SELECT key FROM bookings")]
    recorded = sorted(key for key, it in ledger.items() if it == ("book", "done"))
    assert sorted(booked) == recorded, "the ledger and the bookings differ"
    for key in (*world.outside.paid, *world.outside.ordered):
        assert ledger.get(key, ("", "none"))[1] != "none", f"{key} happened and the ledger denies it"
    for key, (tool, state) in ledger.items():
        if state == "done" and tool in ("pay", "order"):
            assert key in world.outside.paid or key in world.outside.ordered, f"{tool} never happened"


def _doubts_are_told(world: World) -> None:
    """What the ledger doubts when a turn is answered stands in the answer; so does what happened behind its back."""
    told = texts.IN_DOUBT["es"].partition("{")[0]
    happened = {*world.outside.paid, *world.outside.ordered}
    doubtful = {
        turn_id
        for turn_id, key, state in world.database.execute("SELECT turn_id, key, state FROM effects")
        if state == "unknown" or (state == "intended" and key in happened)
    }
    for answers in world.answers.values():
        answer: TurnAnswer = answers[0]
        assert answer.turn_id not in doubtful or told in answer.reply, f"{answer.turn_id} leaves a doubt unsaid"


def _nothing_of_our_own_is_in_doubt(world: World) -> None:
    told = texts.IN_DOUBT["es"].partition("{")[0]
    for answers in world.answers.values():
        doubts = [part for part in answers[0].reply.split("\n\n") if part.startswith(told)]
        assert not any("Book" in doubt for doubt in doubts), f"{answers[0].turn_id} doubts what our database knows"


def _nothing_is_left_running(world: World) -> None:
    assert all(run.over.is_set() for run in world.runs)
