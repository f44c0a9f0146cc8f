"""What samples say: by hand, on samples small enough to count."""

from __future__ import annotations

import pytest

from load.driver import ANSWERED, FAILED, REFUSED, Sample
from load.figures import Watch, percentile, recovery, seconds_of, stage_of
from load.profiles import Profile, Stage, spike

PROFILE = Profile("spike", (Stage("before", 5, 10), Stage("spike", 5, 100), Stage("after", 10, 10)))


def answered(due: float, took: float = 0.1) -> Sample:
    return Sample(due, due, due + took, 200, ANSWERED, "book")


def refused(due: float, *, late: float = 0.0, took: float = 0.01) -> Sample:
    return Sample(due, due + late, due + late + took, 503, REFUSED, "book")


def steady(begin: float, end: float, took: float = 0.1) -> list[Sample]:
    return [answered(begin + i / 10, took) for i in range(int((end - begin) * 10))]


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_percentiles_are_nearest_ranks(share: float, value: int) -> None:
    assert percentile(list(range(1, 101)), share) == value
    assert percentile([], share) == 0


def test_a_stage_counts_what_came_due_in_it_and_what_was_answered_while_it_lasted() -> None:
    samples = [answered(4.95), *steady(5, 10), refused(6.0, late=0.5, took=0.02), answered(9.99, 3.0)]
    stage = stage_of("spike", PROFILE, samples)
    assert stage.offered == pytest.approx(52 / 5)
    assert stage.goodput == pytest.approx(50 / 5), "the first one ended in it, the last two did not"
    assert stage.refused_p99 == pytest.approx(20), "a refusal is timed from when it was sent"
    assert stage.lag_p99 == pytest.approx(500), "and the driver's lateness told"
    assert stage.p99 == pytest.approx(3000)


def test_a_person_waits_since_the_message_was_due() -> None:
    late = Sample(1.0, 1.4, 1.5, 200, ANSWERED, "book")
    assert stage_of("before", PROFILE, [late]).p50 == pytest.approx(500)


def test_seconds_hold_how_requests_ended_and_the_server() -> None:
    watched = [Watch(50_000_000, 1.0, 30), Watch(51_000_000, 1.25), Watch(51_000_000, 1.25)]
    failed = Sample(1.2, 1.2, 1.3, 0, FAILED, "book")
    first, second, third = seconds_of([answered(0.95), failed, refused(1.9)], seconds=3, watched=watched)
    assert (first.due, first.answered, first.resident_mb, first.cpu, first.files) == (1, 0, 50, 25, 30)
    assert (second.due, second.answered, second.refused, second.failed) == (2, 1, 1, 1)
    assert (third.due, third.cpu) == (0, 0)


@pytest.mark.parametrize("until", [10, 11, 13, 17])
def test_recovery_ends_when_nobody_is_refused_any_more(until: int) -> None:
    shed = [refused(5 + i / 100) for i in range((until - 5) * 100)]
    assert recovery(PROFILE, [*steady(0, 20), *shed]) == until - 10


def test_recovery_ends_when_answers_are_as_quick_as_before() -> None:
    slow = steady(10, 14, took=0.4)
    assert recovery(PROFILE, [*steady(0, 10), *slow, *steady(14, 20)]) == 5


def test_what_never_is_as_before_took_all_the_time() -> None:
    assert recovery(PROFILE, [*steady(0, 10), *steady(10, 20, took=0.4)]) == 10


def test_a_spike_is_as_many_times_the_capacity() -> None:
    assert [stage.rate for stage in spike(100, times=10).stages] == [50, 1000, 50]
