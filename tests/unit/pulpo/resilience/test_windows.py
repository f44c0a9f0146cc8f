"""The sliding window, against a log of moments that forgets nothing."""

from __future__ import annotations

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.contracts.rates import Ask, Use
from pulpo.resilience.windows import Windows, wait
from pulpo.settings.rates import Rate

RATE = Rate(10, 60)
ASK = Ask("user:demo:ana", RATE)


def allowed(windows: Windows, ask: Ask, now: float) -> bool:
    (use,) = windows.take([ask], now)
    return wait(use, ask.rate) == 0


def test_a_rate_is_used_up_and_comes_back() -> None:
    windows = Windows()
    assert [allowed(windows, ASK, 0.0) for _ in range(11)] == [True] * 10 + [False]
    assert not allowed(windows, ASK, 60.0), "the edge of a window forgives nothing"
    assert allowed(windows, ASK, 66.0), "a tenth of the window before is left behind"
    assert not allowed(windows, ASK, 66.0)
    assert sum(allowed(windows, ASK, 300.0) for _ in range(20)) == 10


@given(st.lists(st.floats(0, 30), max_size=120), st.integers(1, 12), st.integers(1, 60))
def test_no_window_of_time_ever_sees_twice_the_rate_and_no_aligned_one_more_than_it(
    gaps: list[float], limit: int, period: int
) -> None:
    windows, rate, now = Windows(), Rate(limit, period), 0.0
    taken: list[float] = []
    for gap in gaps:
        now += gap
        if allowed(windows, Ask("k", rate), now):
            taken.append(now)
    for moment in taken:
        assert bisect_left(taken, moment + period) - bisect_left(taken, moment) <= 2 * limit
    aligned = [int(moment // period) for moment in taken]
    assert all(aligned.count(number) <= limit for number in set(aligned))


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0, 0.999), st.integers(1, 20))
def test_who_waits_as_long_as_told_is_let_in_and_not_much_earlier(
    count: int, before: int, elapsed: float, limit: int
) -> None:
    rate = Rate(limit, 100)
    use = Use(min(count, limit), min(before, limit), elapsed)
    seconds = wait(use, rate)
    assert seconds >= 0
    if seconds == 0:
        assert use.used() + 1 <= limit
        return
    assert later(use, seconds + 0.001, rate).used() + 1 <= limit + 1e-6
    if seconds > 0.01:
        assert later(use, seconds - 0.01, rate).used() + 1 > limit - 1e-9


def later(use: Use, seconds: float, rate: Rate) -> Use:
    """What a use has become some seconds on, when nobody asked meanwhile."""
    moved = use.elapsed + seconds / rate.period
    if moved < 1:
        return Use(use.count, use.before, moved)
    return Use(0, use.count, moved - 1) if moved < 2 else Use(0, 0, 0)


def test_of_several_limits_all_are_counted_or_none() -> None:
    windows = Windows()
    narrow, wide = Ask("a", Rate(2, 60)), Ask("b", Rate(5, 60))
    for _ in range(4):
        windows.take([narrow, wide], 0.0)
    narrow_use, wide_use = windows.take([narrow, wide], 0.0)
    assert (narrow_use.count, wide_use.count) == (2, 2)


def test_a_spray_of_names_frees_nobody_who_is_at_the_limit() -> None:
    windows = Windows(most=100)
    while allowed(windows, ASK, 0.0):
        pass
    for number in range(1000):
        windows.take([Ask(f"user:demo:{number}", RATE)], 0.0)
    assert not allowed(windows, ASK, 0.0)
    assert len(windows._counts) <= 100


def test_lapsed_names_go_first() -> None:
    windows = Windows(most=4)
    for number in range(4):
        windows.take([Ask(str(number), RATE)], 0.0)
    windows.take([Ask("new", RATE)], 200.0)
    assert list(windows._counts) == ["new"]


@pytest.mark.parametrize(("use", "used"), [(Use(3, 0, 0.5), 3), (Use(3, 10, 0.5), 8), (Use(0, 10, 0.0), 10)])
def test_the_window_before_counts_for_what_of_it_is_left(use: Use, used: float) -> None:
    assert use.used() == used
