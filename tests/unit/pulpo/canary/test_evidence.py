from __future__ import annotations

import cProfile
import pstats
import random
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nchypergeom_fisher

from pulpo.canary import evidence
from pulpo.canary.evidence import ODDS, Block, Evidence, above, below, interval, log_probabilities, uneven, upper_bound


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    stable, canary = draw(st.integers(1, 300)), draw(st.integers(1, 100))
    stable_bad, canary_bad = draw(st.integers(0, stable)), draw(st.integers(0, canary))
    return Block(stable, stable_bad, canary, canary_bad)


def some_blocks() -> list[Block]:
    rng = random.Random(5)  # noqa: S311
    found = []
    for _ in range(60):
        stable, canary = rng.randint(1, 300), rng.randint(1, 100)
        found.append(Block(stable, rng.randint(0, min(stable, 40)), canary, rng.randint(0, min(canary, 40))))
    return found


def test_probabilities_are_those_of_scipy_within_1e_9() -> None:
    for block in some_blocks():
        bad = block.stable_bad + block.canary_bad
        expected = nchypergeom_fisher.logpmf(block.canary_bad, block.stable + block.canary, block.canary, bad, ODDS)
        assert log_probabilities(block, ODDS) == pytest.approx(list(expected), abs=1e-9)


@given(blocks())
def test_both_ways_of_computing_agree(block: Block) -> None:
    slowly = [evidence._slowly(block, odds) for odds in ODDS]
    assert log_probabilities(block, ODDS) == pytest.approx(slowly, abs=1e-8)


def test_what_overflows_is_computed_in_logarithms() -> None:
    huge = Block(4000, 2900, 4000, 100)
    assert log_probabilities(huge, (30.0,))[0] == pytest.approx(evidence._slowly(huge, 30.0))


def test_a_block_without_bad_units_or_without_an_arm_says_nothing() -> None:
    found = Evidence()
    for block in (Block(90, 0, 10, 0), Block(0, 0, 10, 4), Block(90, 4, 0, 0)):
        found.add(block)
    assert found.harm() == pytest.approx(0.0)
    assert found.bad == [4, 4]


def test_order_does_not_matter_and_equal_blocks_can_be_added_at_once() -> None:
    first, second, third = Evidence(), Evidence(), Evidence()
    for block in (Block(90, 1, 10, 1), Block(80, 3, 20, 2), Block(90, 1, 10, 1)):
        first.add(block)
    for block, times in ((Block(80, 3, 20, 2), 1), (Block(90, 1, 10, 1), 2)):
        second.add(block, times)
    third.add(Block(80, 3, 20, 2))
    assert first.harm() == pytest.approx(second.harm())
    assert first.harm() != pytest.approx(third.harm())


def test_a_worse_canary_gathers_harm_and_an_equal_one_clears_itself() -> None:
    worse, equal = Evidence(), Evidence()
    for _ in range(40):
        worse.add(Block(90, 1, 10, 1))
        equal.add(Block(50, 2, 50, 2))
    assert worse.harm() > log(1000)
    assert equal.harm() < 0
    assert equal.no_worse(3.0) > equal.no_worse(2.0) > log(20)


def test_the_interval_holds_the_truth_and_shrinks() -> None:
    few, many = (interval({Block(50, 2, 50, 2): times}) for times in (3, 60))
    assert few[0] < many[0] < 1 < many[1] < few[1]


def test_a_flawless_canary_needs_some_hundred_units_at_one_percent() -> None:
    needed = next(units for units in range(1000) if below(0.01, bad=0, units=units) >= log(40))
    assert 300 <= needed <= 500
    assert below(0.01, bad=20, units=500) < 0
    assert above(0.01, bad=20, units=500) > log(250)


def test_limits_of_nobody_and_everybody() -> None:
    assert below(1.0, bad=5, units=5) > log(1000)
    assert below(0.0, bad=0, units=500) == above(0.0, bad=5, units=500) == 0.0


@pytest.mark.parametrize(("bad", "units"), [(0, 100), (0, 440), (5, 1000), (50, 100)])
def test_the_upper_bound_is_where_the_evidence_ends(bad: int, units: int) -> None:
    bound = upper_bound(bad=bad, units=units, alpha=0.05)
    assert bound >= bad / units
    assert below(min(0.999999, bound + 1e-6), bad=bad, units=units) >= log(20) - 1e-3


def test_a_split_that_is_off_shows() -> None:
    assert uneven(canary=1000, units=10_000, share=0.1) < 0
    assert uneven(canary=1200, units=10_000, share=0.1) > log(1000)
    assert uneven(canary=10, units=10, share=1.0) == 0.0


def test_what_a_block_costs_depends_on_its_bad_units_alone() -> None:
    """`tox -e bench` tells the time; calls are the same on every machine."""
    usual, crowded, worse = (
        _calls(block) for block in (Block(80, 9, 20, 2), Block(8_000, 9, 2_000, 2), Block(80, 18, 20, 4))
    )
    assert 0 < usual <= 80
    assert crowded == usual
    assert worse <= 2 * usual


def _calls(block: Block) -> int:
    profile, found = cProfile.Profile(), Evidence()
    profile.runcall(found.add, block)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]
