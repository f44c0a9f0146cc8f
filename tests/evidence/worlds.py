"""Users, conversations and faults, and a rollout over them that is judged after every block by the real rules.

Nothing of the statistics is here: turns go through `cohort.absorb`, `Evidence` and `judge`, as they do from the store.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt

from pulpo.canary.cohort import CANARY, STABLE, Member, Seen, absorb, settle
from pulpo.canary.evidence import Evidence
from pulpo.canary.guardrails import BY_UNIT, ERROR, GOAL, GUARDRAILS, LATENCY, REFUSAL, TOOL, Bounds
from pulpo.canary.judge import Decision, Reading, RolloutState, judge

BASE = {ERROR: 0.01, LATENCY: 0.04, TOOL: 0.02, REFUSAL: 0.01, GOAL: 0.15}
"""How often turns (for `GOAL` conversations) are bad when nothing is wrong."""

STEPS = (0.01, 0.05, 0.1, 0.5, 1.0)


@dataclass(frozen=True, kw_only=True)
class World:
    """``turns`` of ``slots`` users at a time, looked at every ``block`` turns. ``canary`` replaces the rates of the
    canary's turns. ``heterogeneous`` users stay for ever and differ, in how often they write and in how often they
    fail; others are new with each conversation. ``ramp`` gives the step from a turn on, ``incident`` the turns in
    which both arms fail at a rate. ``old`` conversations began before the rollout, are pinned to stable,
    long, and past the point where most fail;
    ``naive`` counts them all the same. ``z_test`` also
    looks at the turns as people do."""

    turns: int = 20_000
    slots: int = 200
    block: int = 50
    length: float = 3.0
    share: float = 0.1
    base: dict[object, float] = field(default_factory=lambda: dict(BASE))
    canary: dict[object, float] = field(default_factory=dict)
    heterogeneous: bool = False
    ramp: dict[int, int] = field(default_factory=dict)
    incident: tuple[int, int, float] = (0, 0, 0.0)
    old: bool = False
    naive: bool = False
    promote: bool = False
    z_test: bool = False


@dataclass(frozen=True)
class Plan:
    minimum_time: float = 0.0
    minimum_units: int = 100
    maximum_time: float = 1e12
    shadow_comparisons: int = 0
    shadow_agreement: float = 0.0
    promote: bool = False
    rollback: bool = True


@dataclass(frozen=True)
class Found:
    """How a run ended: the decision, after how many turns of the canary and of everybody."""

    decision: Decision
    canary_turns: int
    turns: int
    z_test: bool


class Run:
    """One seeded rollout through a world."""

    def __init__(self, world: World, seed: int, bounds: Bounds | None = None) -> None:
        self._world = world
        self._random = random.Random(seed)  # noqa: S311
        self._bounds = bounds or Bounds()
        self._members: dict[bytes, Member] = {}
        self._goals: dict[bytes, Member] = {}
        self._evidence = {guardrail.name: Evidence() for guardrail in GUARDRAILS}
        self._enrolled: Counter[tuple[str, int, int]] = Counter()
        self._errors = Counter[int]()
        self._counted = Counter[int]()
        self._z_test = False
        rates = (world.base, {**world.base, **world.canary})
        self._rates = [[(each.bit, rate) for each in BY_UNIT if (rate := arm.get(each))] for arm in rates]

    def go(self, *, until: Sequence[str] = ("rollback",)) -> Found:
        """Run until a decision of ``until``, or to the end."""
        world, done, canary_turns = self._world, 0, 0
        state = self._state(0)
        decision = Decision("wait", "")
        for seen, ended, step in self._blocks():
            done += world.block
            canary_turns += sum(turn.arm for turn in seen)
            self._look(seen, ended)
            state = self._state(step)
            decision = judge(
                state,
                self._reading(),
                Plan(promote=world.promote, rollback=not world.promote),
                self._bounds,
                now=float(done),
            )
            if decision.action in until:
                break
        return Found(decision, canary_turns, done, self._z_test)

    def _state(self, step: int) -> RolloutState:
        steps = STEPS if self._world.ramp else (self._world.share, 1.0 if self._world.share > 0.1 else 0.1)
        return RolloutState(
            id="r",
            variant="canary",
            fingerprint="",
            state="progressing",
            step=step,
            share=steps[step],
            steps=steps,
            started=0.0,
            step_started=0.0,
        )

    def _reading(self) -> Reading:
        found = self._enrolled
        steps = {step for kind, step, _ in found if kind == "unit"}
        enrolled = {step: (found["unit", step, STABLE], found["unit", step, CANARY]) for step in steps}
        ripe = sum(canary for _, canary in enrolled.values())
        stable, canary = (sum(found["goal", step, arm] for step in range(len(STEPS))) for arm in (STABLE, CANARY))
        return Reading(self._evidence, ripe, (stable, canary), enrolled)

    def _look(self, seen: Sequence[Seen], ended: Iterable[tuple[bytes, int, int, bool]]) -> None:
        for members, taken in ((self._members, absorb(self._members, seen)), (self._goals, settle(self._goals, ended))):
            members.update(taken.members)
            self._enrolled.update(taken.enrolled)
            for (name, _), block in taken.blocks.items():
                self._evidence[name].add(block)
        if self._world.z_test and not self._z_test:
            self._counted.update(turn.arm for turn in seen)
            self._errors.update(turn.arm for turn in seen if turn.broken & ERROR.bit)
            self._z_test = self._z() > 1.96

    def _z(self) -> float:
        """What many do: compare the two error rates of turns after each block, as if it were the only look."""
        total = self._counted[0] + self._counted[1]
        pooled = (self._errors[0] + self._errors[1]) / total
        if not self._counted[0] or not self._counted[1] or not 0 < pooled < 1:
            return 0.0
        rates = [self._errors[arm] / self._counted[arm] for arm in (STABLE, CANARY)]
        return abs(rates[1] - rates[0]) / sqrt(pooled * (1 - pooled) * (1 / self._counted[0] + 1 / self._counted[1]))

    def _blocks(self) -> Iterable[tuple[list[Seen], list[tuple[bytes, int, int, bool]], int]]:
        world, rng = self._world, self._random
        steps = STEPS if world.ramp else (world.share,)
        people = [self._person() for _ in range(world.slots * (4 if world.heterogeneous else 1))]
        activity = [person[2] for person in people]
        slots: list[list[object] | None] = [
            [0, 0, False, n] if world.old and rng.random() < 0.7 else None for n in range(len(people))
        ]
        order = rng.choices(range(len(people)), activity, k=world.turns)
        step, number = 0, len(people)
        seen: list[Seen] = []
        ended: list[tuple[bytes, int, int, bool]] = []
        for at, slot in enumerate(order):
            step = world.ramp.get(at, step)
            person = people[slot]
            chat = slots[slot]
            if chat is None:
                number += 1
                chat = slots[slot] = [int(person[1] < steps[step]), step, True, number]
            arm, began, counts = int(chat[0]), int(chat[1]), bool(chat[2])  # type: ignore[call-overload]
            if counts or world.naive:
                seen.append(Seen(person[0], arm, began, self._broken(at, arm, person[3] * (1.0 if counts else 0.1))))
            if rng.random() < 1 / (person[4] if counts else 50.0):
                if counts:
                    rate = (world.canary if arm else {}).get(GOAL, world.base.get(GOAL, 0.0))
                    ended.append((b"c%d" % int(chat[3]), arm, began, rng.random() < rate))  # type: ignore[call-overload]
                slots[slot] = None
                if not world.heterogeneous:
                    people[slot] = self._person()
            if at % world.block == world.block - 1:
                yield seen, ended, step
                seen, ended = [], []

    def _person(self) -> tuple[bytes, float, float, float, float]:
        """A unit, its bucket, how often it writes, how easily it fails, and how long its conversations are."""
        rng = self._random
        unit = rng.randbytes(8)
        if not self._world.heterogeneous:
            return unit, rng.random(), 1.0, 1.0, self._world.length
        clumsy = rng.random() < 0.1
        return unit, rng.random(), rng.gammavariate(0.5, 2.0), 6.0 if clumsy else 0.45, 12.0 if clumsy else 3.0

    def _broken(self, at: int, arm: int, ease: float) -> int:
        world, rng = self._world, self._random
        begin, end, rate = world.incident
        broken = 0
        for bit, wrong in self._rates[arm]:
            if rng.random() < (rate if bit == ERROR.bit and begin <= at < end else wrong) * ease:
                broken |= bit
        return broken
