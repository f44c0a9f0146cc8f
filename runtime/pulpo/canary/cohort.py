"""Who is compared with whom: the units of a rollout, and the blocks their turns make. Pure.

A unit is enrolled by its first conversation after the rollout began, and everybody is enrolled anew, in either arm, by
the first conversation after a step: so the arms of a stratum differ by the split's luck alone. What happens in
conversations from before does not count, nor does a unit whose arm changed for any other reason. A unit counts until
its first bad event, once a guardrail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from pulpo.canary.evidence import Block
from pulpo.canary.guardrails import BY_UNIT, GOAL

STABLE, CANARY = 0, 1
"""The arms."""


class Seen(Struct, frozen=True):
    """A turn as evidence: its unit, the arm and step of its conversation, and the bits of what it broke."""

    unit: bytes
    arm: int
    step: int
    broken: int


@dataclass(slots=True)
class Member:
    """A unit: its arm, the step it was enrolled at last, the guardrails it broke, and whether it is out."""

    arm: int
    step: int
    broken: int = 0
    censored: bool = False


@dataclass(slots=True)
class Taken:
    """What a block of turns changed: units met (new or not), first enrolments by (kind, step, arm), and blocks with
    bad events by (guardrail, step)."""

    members: dict[bytes, Member] = field(default_factory=dict)
    enrolled: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    blocks: dict[tuple[str, int], Block] = field(default_factory=dict)


def absorb(known: Mapping[bytes, Member], turns: Iterable[Seen]) -> Taken:
    """Take the turns of a block in; ``known`` are the units met before, which are updated in place."""
    taken = Taken()
    active: dict[bytes, int] = {}
    for turn in turns:
        unit = turn.unit
        member = known.get(unit) or taken.members.get(unit)
        if member is None:
            member = Member(turn.arm, turn.step)
            taken.enrolled["unit", turn.step, turn.arm] += 1
        elif member.censored or turn.step < member.step:
            continue
        elif turn.step > member.step and turn.arm >= member.arm:
            member.arm, member.step = turn.arm, turn.step
            active.pop(unit, None)
        elif turn.arm != member.arm:
            member.censored = True
            active.pop(unit, None)
            taken.members[unit] = member
            continue
        taken.members[unit] = member
        active[unit] = active.get(unit, 0) | turn.broken
    taken.blocks = _blocks(taken.members, active)
    return taken


def settle(known: Mapping[bytes, Member], goals: Iterable[tuple[bytes, int, int, bool]]) -> Taken:
    """Take ended goals in, given as (conversation, arm, step, not reached); each conversation's first one counts."""
    taken = Taken()
    sums: Counter[tuple[int, int, bool]] = Counter()
    for conversation, arm, step, bad in goals:
        if conversation in known or conversation in taken.members:
            continue
        taken.members[conversation] = Member(arm, step, GOAL.bit * bad)
        taken.enrolled["goal", step, arm] += 1
        sums[step, arm, bad] += 1
    for step in {step for step, _, bad in sums if bad}:
        stable, canary = (sums[step, STABLE, True], sums[step, CANARY, True])
        block = Block(sums[step, STABLE, False] + stable, stable, sums[step, CANARY, False] + canary, canary)
        taken.blocks[GOAL.name, step] = block
    return taken


def _blocks(members: Mapping[bytes, Member], active: Mapping[bytes, int]) -> dict[tuple[str, int], Block]:
    present: Counter[tuple[int, int]] = Counter()
    gone: Counter[tuple[int, int, int]] = Counter()
    bad: Counter[tuple[int, int, int]] = Counter()
    for unit, broken in active.items():
        member = members[unit]
        present[member.step, member.arm] += 1
        if member.broken or broken:
            for guardrail in BY_UNIT:
                if member.broken & guardrail.bit:
                    gone[guardrail.bit, member.step, member.arm] += 1
                elif broken & guardrail.bit:
                    bad[guardrail.bit, member.step, member.arm] += 1
            member.broken |= broken

    def at_risk(bit: int, step: int, arm: int) -> int:
        return present[step, arm] - gone[bit, step, arm]

    found = {}
    for guardrail in BY_UNIT:
        bit = guardrail.bit
        for step in sorted({step for mark, step, _ in bad if mark == bit}):
            found[guardrail.name, step] = Block(
                at_risk(bit, step, STABLE), bad[bit, step, STABLE], at_risk(bit, step, CANARY), bad[bit, step, CANARY]
            )
    return found
