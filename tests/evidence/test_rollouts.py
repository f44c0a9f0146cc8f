"""What the rules promise, counted over seeded rollouts. ``PULPO_EVIDENCE_RUNS=2000 tox -e evidence`` is the full run;
the default one is large enough to find a rule that is off, and not to prove the last percent."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import pytest
from scipy.stats import beta, binom

from evidence.worlds import BASE, Found, Run, World
from pulpo.canary.guardrails import ERROR, GOAL

RUNS = int(os.environ.get("PULPO_EVIDENCE_RUNS", "40"))
FULL = RUNS >= 2000
FEW = RUNS if FULL else 30
"""Runs of what shows in a few of them."""

RAMP = {0: 0, 3000: 1, 6000: 2, 12000: 3}
EQUAL = {
    "share 10 %": World(share=0.1),
    "share 50 %": World(share=0.5),
    "sticky users who differ": World(share=0.1, heterogeneous=True),
    "a ramp, and an incident in both arms": World(ramp=RAMP, incident=(10_000, 12_500, 0.3)),
    "a ramp over sticky users who differ": World(ramp=RAMP, heterogeneous=True),
    "old conversations pinned to stable": World(share=0.1, old=True),
}


def runs(world: World, count: int = RUNS, until: Sequence[str] = ("rollback",)) -> list[Found]:
    return [Run(world, seed).go(until=until) for seed in range(count)]


def told(what: str, hits: int, count: int) -> str:
    high = beta.ppf(0.95, hits + 1, count - hits) if hits < count else 1.0
    return f"\n{what}: {hits} of {count} = {hits / count:.2%}, at most {high:.2%} (exact binomial, 95 %)"


def at_most(hits: int, count: int, rate: float) -> bool:
    """Whether so many hits go with a true ``rate``; over the full run it has to be met outright."""
    return hits <= rate * count if FULL else hits <= binom.ppf(0.999, count, rate)


def between(counts: Sequence[int], part: float) -> str:
    """A quantile of sorted counts, and where the true one is (95 %, by order statistics)."""
    low, high = (counts[min(len(counts) - 1, int(binom.ppf(end, len(counts), part)))] for end in (0.025, 0.975))
    return f"{counts[int(len(counts) * part)]} ({low}–{high})"


@pytest.mark.parametrize("name", EQUAL)
def test_equal_arms_are_rarely_rolled_back(name: str) -> None:
    found = runs(EQUAL[name])
    hits = sum(run.decision.action == "rollback" for run in found)
    print(told(f"false rollback, {name}, 20,000 turns, every guardrail", hits, len(found)))
    assert at_most(hits, len(found), 0.05)


def test_control_old_conversations_that_count_roll_equal_arms_back() -> None:
    world = replace(EQUAL["old conversations pinned to stable"], naive=True)
    found = runs(world, FEW)
    hits = sum(run.decision.action == "rollback" for run in found)
    print(told("control, old conversations counted too", hits, len(found)))
    assert hits > 0.1 * len(found)


def test_control_a_repeated_z_test_rolls_equal_arms_back() -> None:
    found = runs(replace(EQUAL["share 10 %"], z_test=True), FEW)
    hits = sum(run.z_test for run in found)
    print(told("control, a z-test at each look", hits, len(found)))
    assert hits > 0.2 * len(found)


@pytest.mark.parametrize("slots", [200, 60])
@pytest.mark.parametrize(("rate", "half", "most"), [(0.05, 130, 380), (0.2, 20, 48)])
def test_a_worse_canary_is_found_soon(slots: int, rate: float, half: int, most: int) -> None:
    # A run takes a tenth of the others' time, and the last twentieth of few runs says little.
    count = max(200, 10 * RUNS if FULL else RUNS)
    turns = sorted(run.canary_turns for run in runs(World(canary={ERROR: rate}, slots=slots), count))
    print(
        f"\nerrors 1 -> {rate:.0%} at share 10 %, {slots} users at a time, canary turns of {count} runs:"
        f" p50 {between(turns, 0.5)}, p95 {between(turns, 0.95)}"
    )
    slack = 1.0 if FULL else 1.3
    assert turns[count // 2] <= half * slack
    assert turns[int(count * 0.95)] <= most * slack


def test_conversations_that_miss_their_goal_are_found() -> None:
    found = runs(World(canary={GOAL: 0.5}), FEW)
    assert sum(run.decision.guardrail == GOAL.name for run in found) >= 0.9 * len(found)
    print(f"\ngoals missed 15 -> 50 %, canary turns: p50 {sorted(run.canary_turns for run in found)[len(found) // 2]}")


@pytest.mark.parametrize(("share", "odds"), [(0.05, 3.0), (0.5, 2.0)])
def test_a_canary_at_the_margin_is_rarely_promoted(share: float, odds: float) -> None:
    rate = odds * BASE[ERROR] / (1 - BASE[ERROR] + odds * BASE[ERROR])
    world = World(share=share, base={ERROR: BASE[ERROR]}, canary={ERROR: rate}, promote=True)
    found = runs(world, until=("advance",))
    hits = sum(run.decision.action == "advance" for run in found)
    print(told(f"wrong promotion at {odds:g} times the odds, share {share:.0%}", hits, len(found)))
    assert at_most(hits, len(found), 0.05)


def test_a_flawless_canary_is_promoted() -> None:
    perfect = dict.fromkeys(BASE, 0.0)
    found = runs(World(canary=perfect, promote=True), FEW, until=("advance",))
    assert all(run.decision.action == "advance" for run in found)
    turns = sorted(run.canary_turns for run in found)
    print(f"\na flawless canary is promoted after canary turns: p50 {turns[len(turns) // 2]} of {len(turns)} runs")


def test_equal_arms_are_promoted_in_the_end() -> None:
    count = FEW
    found = runs(World(promote=True, turns=60_000), count, until=("advance",))
    hits = sum(run.decision.action == "advance" for run in found)
    turns = sorted(run.canary_turns for run in found)
    print(f"\nequal arms promoted within 60,000 turns: {hits} of {count}, canary turns p50 {turns[count // 2]}")
    assert hits >= 0.8 * count
