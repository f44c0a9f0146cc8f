"""Turns as evidence: reads the units a fold met, asks `cohort` what that means and stores it, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pulpo.canary.cohort import CANARY, STABLE, Member, Seen, Taken, absorb, settle
from pulpo.canary.guardrails import Bounds, broken
from pulpo.contracts.events import RolloutCounted
from pulpo.store import rollouts
from pulpo.store.fold import Folded
from pulpo.store.goals import GoalEnd
from pulpo.store.outcomes import Outcome
from pulpo.store.statements import Run


def take_in(run: Run, folded: Folded, bounds: Bounds, *, now: float) -> RolloutCounted | None:
    """Add what is evidence about the newest rollout, and return what it was; ``now`` is UTC seconds."""
    row = rollouts.latest(run)
    if row is None:
        return None
    rollout, variant = row["id"], row["variant"]
    turns = [_seen(each, variant, bounds) for each in folded.outcomes if each.rollout == rollout]
    parts = []
    if turns:
        parts.append(absorb(_known(run, rollout, (turn.unit for turn in turns)), turns))
        _store(run, rollout, parts[-1], now=now)
    goals = [_goal(each, variant) for each in folded.goals if each.rollout == rollout]
    if goals:
        parts.append(settle(_known(run, rollout, (goal[0] for goal in goals)), goals))
        _store(run, rollout, parts[-1], now=now)
    return _counted(rollout, variant, parts)


def _counted(rollout: str, variant: str, parts: Iterable[Taken]) -> RolloutCounted | None:
    enrolled: Counter[int] = Counter()
    bad: Counter[tuple[str, int]] = Counter()
    for part in parts:
        for (_, _, arm), units in part.enrolled.items():
            enrolled[arm] += units
        for (guardrail, _), block in part.blocks.items():
            bad[guardrail, STABLE] += block.stable_bad
            bad[guardrail, CANARY] += block.canary_bad
    if not enrolled and not bad:
        return None
    names = {guardrail: (bad[guardrail, STABLE], bad[guardrail, CANARY]) for guardrail in {name for name, _ in bad}}
    return RolloutCounted(rollout, variant, (enrolled[STABLE], enrolled[CANARY]), names)


def _seen(turn: Outcome, variant: str, bounds: Bounds) -> Seen:
    unit = rollouts.unit_name(turn.rollout, "unit", turn.workspace_id, turn.unit or turn.conversation_id)
    return Seen(unit, CANARY if turn.variant == variant else STABLE, turn.step, broken(turn, bounds))


def _goal(end: GoalEnd, variant: str) -> tuple[bytes, int, int, bool]:
    name = rollouts.unit_name(end.rollout, "goal", end.conversation.hex())
    return name, CANARY if end.variant == variant else STABLE, end.step, end.result != "reached"


def _known(run: Run, rollout: str, names: Iterable[bytes]) -> dict[bytes, Member]:
    return {unit: Member(*values) for unit, values in rollouts.units(run, rollout, list(set(names))).items()}


def _store(run: Run, rollout: str, taken: Taken, *, now: float) -> None:
    members = taken.members.items()
    rollouts.store_units(run, rollout, {name: (m.arm, m.step, m.broken, m.censored) for name, m in members})
    rollouts.enrol(run, rollout, _by_step(taken), at=now)
    rollouts.store_blocks(run, rollout, _rows(taken), at=now)


def _by_step(taken: Taken) -> Mapping[tuple[str, int], tuple[int, int]]:
    steps = {(kind, step) for kind, step, _ in taken.enrolled}
    return {key: (taken.enrolled[(*key, STABLE)], taken.enrolled[(*key, CANARY)]) for key in steps}


def _rows(taken: Taken) -> Sequence[Mapping[str, object]]:
    return [
        {
            "guardrail": guardrail,
            "step": step,
            "stable": block.stable,
            "stable_bad": block.stable_bad,
            "canary": block.canary,
            "canary_bad": block.canary_bad,
        }
        for (guardrail, step), block in taken.blocks.items()
    ]
