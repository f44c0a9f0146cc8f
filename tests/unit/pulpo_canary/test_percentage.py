from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import pulpo
from pulpo_canary.bucket import bucket
from pulpo_canary.percentage import FLAG, Percentage, PercentageConfig


def decide(share: float, seed: str = ""):
    return Percentage().compile(PercentageConfig(percentage=share, seed=seed))


def context(unit: str) -> pulpo.CanaryContext:
    return pulpo.CanaryContext(workspace_id="demo", conversation_id="c", user_id=unit)


@pytest.mark.parametrize(
    ("salt", "unit", "expected"),
    [
        ("pulpo.canary", "ana", 0.902089),
        ("pulpo.canary", "user-1", 0.824399),
        ("pulpo.canaryspring", "ana", 0.714665),
        ("", "", 0.961804),
    ],
)
def test_published_vectors(salt: str, unit: str, expected: float) -> None:
    assert bucket(salt, unit) == pytest.approx(expected, abs=5e-7)


@given(st.text(min_size=1))
def test_nobody_is_in_at_nothing_and_everybody_at_all(unit: str) -> None:
    assert decide(0.0)(context(unit)) is None
    assert decide(1.0)(context(unit)) is not None


@given(st.text(min_size=1), st.floats(0, 1), st.floats(0, 1))
def test_growing_the_share_keeps_everybody_who_was_in(unit: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    if decide(small)(context(unit)) is not None:
        assert decide(large)(context(unit)) is not None


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("seed", ["", "spring", "2026"])
def test_the_split_is_even(share: float, seed: str) -> None:
    """|z| <= 4 of a binomial: wrong by chance less than once in 15,000 runs, and the ids are fixed."""
    chosen = decide(share, seed)
    inside = sum(chosen(context(f"user-{number}")) is not None for number in range(20_000))
    z = (inside - 20_000 * share) / math.sqrt(20_000 * share * (1 - share))
    assert abs(z) <= 4


def test_another_seed_shuffles_independently() -> None:
    both = sum(
        bucket(FLAG + "a", f"user-{number}") < 0.5 and bucket(FLAG + "b", f"user-{number}") < 0.5
        for number in range(10_000)
    )
    assert 2300 < both < 2700


@pytest.mark.parametrize("share", [-0.1, 1.1, 10])
def test_a_share_is_a_fraction(share: float) -> None:
    with pytest.raises(ValidationError):
        PercentageConfig(percentage=share)
