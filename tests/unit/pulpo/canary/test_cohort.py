from __future__ import annotations

from pulpo.canary.cohort import CANARY, STABLE, Member, Seen, Taken, absorb, settle
from pulpo.canary.evidence import Block
from pulpo.canary.guardrails import ERROR, GOAL, LATENCY


def taken(known: dict[bytes, Member], *turns: tuple[bytes, int, int, int]) -> Taken:
    found = absorb(known, [Seen(*turn) for turn in turns])
    known.update(found.members)
    return found


def test_units_are_counted_once_a_block_and_bad_once_for_ever() -> None:
    known: dict[bytes, Member] = {}
    first = taken(
        known, (b"a", CANARY, 0, 0), (b"a", CANARY, 0, ERROR.bit), (b"b", STABLE, 0, 0), (b"a", CANARY, 0, ERROR.bit)
    )
    assert first.blocks == {("error_or_rescue", 0): Block(1, 0, 1, 1)}
    assert first.enrolled == {("unit", 0, CANARY): 1, ("unit", 0, STABLE): 1}
    again = taken(known, (b"a", CANARY, 0, ERROR.bit), (b"b", STABLE, 0, ERROR.bit))
    assert again.blocks == {("error_or_rescue", 0): Block(1, 1, 0, 0)}
    assert not again.enrolled


def test_each_guardrail_has_its_own_first_time() -> None:
    known: dict[bytes, Member] = {}
    taken(known, (b"a", CANARY, 0, ERROR.bit))
    found = taken(known, (b"a", CANARY, 0, ERROR.bit | LATENCY.bit))
    assert found.blocks == {("latency", 0): Block(0, 0, 1, 1)}


def test_everybody_is_enrolled_anew_by_the_first_conversation_after_a_step() -> None:
    known: dict[bytes, Member] = {}
    taken(known, (b"a", STABLE, 0, 0), (b"b", STABLE, 0, 0), (b"c", CANARY, 0, 0))
    found = taken(known, (b"a", CANARY, 1, ERROR.bit), (b"b", STABLE, 1, 0), (b"c", CANARY, 1, 0))
    assert found.blocks == {("error_or_rescue", 1): Block(1, 0, 2, 1)}
    assert not found.enrolled


def test_a_conversation_from_before_the_unit_s_step_does_not_count() -> None:
    known: dict[bytes, Member] = {}
    taken(known, (b"a", STABLE, 0, 0))
    taken(known, (b"a", CANARY, 1, 0))
    assert taken(known, (b"a", STABLE, 0, ERROR.bit)).blocks == {}
    assert taken(known, (b"a", CANARY, 1, ERROR.bit)).blocks == {("error_or_rescue", 1): Block(0, 0, 1, 1)}


def test_a_unit_whose_arm_changes_otherwise_is_out() -> None:
    known: dict[bytes, Member] = {}
    taken(known, (b"a", STABLE, 0, 0), (b"b", CANARY, 0, 0))
    found = taken(known, (b"a", CANARY, 0, ERROR.bit), (b"b", STABLE, 1, ERROR.bit))
    assert found.blocks == {}
    assert known[b"a"].censored
    assert known[b"b"].censored


def test_a_conversation_s_first_goal_counts() -> None:
    known: dict[bytes, Member] = {}
    first = settle(known, [(b"x", CANARY, 0, True), (b"y", STABLE, 0, False), (b"x", CANARY, 0, False)])
    known.update(first.members)
    assert first.blocks == {(GOAL.name, 0): Block(1, 0, 1, 1)}
    assert settle(known, [(b"x", CANARY, 0, True)]).blocks == {}
