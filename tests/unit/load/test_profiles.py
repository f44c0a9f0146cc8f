"""When messages are due."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from load.profiles import Profile, Stage, soak, spike, sustained


def chance(seed: int = 1) -> Random:
    return Random(seed)  # noqa: S311


def test_messages_come_at_the_rate_of_each_stage() -> None:
    profile = Profile("", (Stage("a", 100, 5), Stage("b", 50, 40)))
    due = list(profile.arrivals(chance()))
    assert due == sorted(due)
    parts = Counter("a" if at < 100 else "b" for at in due)
    assert parts["a"] == pytest.approx(500, rel=0.15)
    assert parts["b"] == pytest.approx(2000, rel=0.1)
    assert due[-1] < profile.seconds == 150


def test_the_same_seed_is_the_same_traffic() -> None:
    profile = spike(100, seconds=3)
    assert list(profile.arrivals(chance())) == list(profile.arrivals(chance()))
    assert list(profile.arrivals(chance())) != list(profile.arrivals(chance(2)))


@pytest.mark.parametrize("profile", [spike(100, seconds=60), sustained(40, seconds=60), soak(20, seconds=60)])
def test_profiles_last_as_long_as_they_were_told(profile: Profile) -> None:
    assert profile.seconds == pytest.approx(60)
    assert profile.rate(61) == 0
    assert all(profile.rate(sum(profile.span(stage.name)) / 2) == stage.rate for stage in profile.stages)
