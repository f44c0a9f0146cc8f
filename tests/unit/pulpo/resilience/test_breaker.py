from __future__ import annotations

import math

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pulpo.resilience.breaker import BreakerSettings, CircuitBreaker, Permit, State, Verdict

SETTINGS = BreakerSettings(
    window=4, minimum=2, failure_rate=0.5, slow=1.0, slow_rate=0.75, open_for=5.0, open_most=15.0
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heard() -> list[State]:
    return []


@pytest.fixture
def breaker(clock: Clock, heard: list[State]) -> CircuitBreaker:
    return CircuitBreaker(SETTINGS, clock=clock, on_change=lambda _, state: heard.append(state))


def call(breaker: CircuitBreaker, verdict: Verdict, *, clock: Clock | None = None, took: float = 0.0) -> bool:
    permit = breaker.admit()
    if permit is None:
        return False
    if clock is not None:
        clock.now += took
    breaker.settle(permit, verdict)
    return True


def open_it(breaker: CircuitBreaker) -> None:
    while breaker.state == "closed":
        call(breaker, "failure")


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        (["failure"], "closed"),
        (["failure", "failure"], "open"),
        (["success", "failure"], "open"),
        (["success", "success", "failure"], "closed"),
        (["success"] * 4 + ["failure", "failure"], "open"),
        (["failure", "cancelled", "cancelled"], "closed"),
    ],
)
def test_it_opens_at_the_failure_rate_of_its_window(breaker, verdicts: list[Verdict], state: State) -> None:
    for verdict in verdicts:
        call(breaker, verdict)
    assert breaker.state == state


def test_slow_calls_open_it_too(breaker, clock: Clock) -> None:
    call(breaker, "success", clock=clock, took=1.0)
    assert breaker.state == "closed"
    call(breaker, "success", clock=clock, took=1.0)
    assert breaker.state == "open"


def test_open_refuses_until_its_time_has_passed(breaker, clock: Clock) -> None:
    open_it(breaker)
    assert (breaker.admit(), breaker.available, breaker.retry_after) == (None, False, 5.0)
    clock.now += 4.999
    assert breaker.admit() is None
    clock.now += 0.001
    assert breaker.state == "half_open"
    assert breaker.admit() is not None


def test_fifty_callers_at_half_open_get_one_probe(breaker) -> None:
    breaker.force_half_open()
    assert sum(breaker.admit() is not None for _ in range(50)) == 1


def test_a_cancelled_probe_lets_the_next_caller_probe(breaker) -> None:
    breaker.force_half_open()
    assert call(breaker, "cancelled")
    assert breaker.admit() is not None


def test_a_failed_probe_opens_it_for_longer_up_to_a_limit_and_success_resets(breaker, clock: Clock) -> None:
    open_it(breaker)
    waits = []
    for _ in range(4):
        waits.append(breaker.retry_after)
        clock.now += breaker.retry_after
        assert call(breaker, "failure")
    assert waits == [5.0, 10.0, 15.0, 15.0]
    clock.now += breaker.retry_after
    call(breaker, "success")
    assert breaker.state == "closed"
    open_it(breaker)
    assert breaker.retry_after == 5.0


def test_a_slow_probe_is_a_failed_probe(breaker, clock: Clock) -> None:
    breaker.force_half_open()
    call(breaker, "success", clock=clock, took=1.0)
    assert breaker.state == "open"


def test_what_began_before_a_change_counts_for_nothing(breaker) -> None:
    late = breaker.admit()
    assert late is not None
    open_it(breaker)
    breaker.force_half_open()
    breaker.settle(late, "success")
    assert breaker.state == "half_open"


def test_forced_open_stays_until_told_otherwise(breaker, clock: Clock) -> None:
    breaker.force_open()
    clock.now += 1e9
    assert (breaker.state, breaker.retry_after) == ("open", math.inf)
    breaker.force_closed()
    assert breaker.admit() is not None


def test_listeners_hear_every_change_once(breaker, heard: list[State], clock: Clock) -> None:
    open_it(breaker)
    breaker.force_open()
    breaker.force_half_open()
    call(breaker, "success")
    assert heard == ["open", "half_open", "closed"]


def test_every_change_has_its_reason(breaker, clock: Clock) -> None:
    reasons: list[tuple[str, str, str]] = []

    def note() -> None:
        reasons.append((breaker.state, breaker.change.reason, breaker.change.by))

    note()
    open_it(breaker)
    note()
    clock.now += breaker.retry_after
    note()
    call(breaker, "failure")
    note()
    breaker.force_half_open(by="key_1")
    note()
    call(breaker, "success", clock=clock, took=1.0)
    note()
    breaker.force_half_open()
    call(breaker, "success")
    note()
    for _ in range(SETTINGS.minimum):
        call(breaker, "success", clock=clock, took=1.0)
    note()
    breaker.force_open(by="key_2")
    note()
    breaker.force_closed(by="key_3")
    note()
    assert reasons == [
        ("closed", "", ""),
        ("open", "failures", ""),
        ("half_open", "time_passed", ""),
        ("open", "probe_failed", ""),
        ("half_open", "forced", "key_1"),
        ("open", "probe_slow", ""),
        ("closed", "probe_succeeded", ""),
        ("open", "slow_calls", ""),
        ("open", "forced", "key_2"),
        ("closed", "forced", "key_3"),
    ]


def test_a_change_tells_what_the_window_held_before_it(breaker) -> None:
    for verdict in ("success", "success", "failure", "failure"):
        call(breaker, verdict)
    change = breaker.change
    assert (breaker.calls, change.calls, change.failure_rate, change.slow_rate) == (0, 4, 0.5, 0.0)


class Model(RuleBasedStateMachine):
    """The breaker against a plain model: lists of calls, no counters, no shortcuts."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = CircuitBreaker(SETTINGS, clock=self.clock)
        self.state: State = "closed"
        self.calls: list[tuple[bool, bool]] = []
        self.open_for = SETTINGS.open_for
        self.opened = self.clock.now
        self.forced = False
        self.out: list[tuple[Permit, bool]] = []
        self.probe_out = False

    def enter(self, state: State, *, forced: bool = False) -> None:
        self.state, self.calls, self.out, self.probe_out, self.forced = state, [], [], False, forced
        self.opened = self.clock.now

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.0, 5.0, 20.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def admit(self) -> None:
        self.lapse()
        allowed = self.state == "closed" or (self.state == "half_open" and not self.probe_out)
        permit = self.breaker.admit()
        assert (permit is not None) == allowed
        if permit is not None:
            assert permit.probe == (self.state == "half_open")
            self.probe_out = permit.probe
            self.out.append((permit, permit.probe))

    @precondition(lambda self: self.out)
    @rule(verdict=st.sampled_from(["success", "failure", "cancelled"]), which=st.integers(0, 100))
    def settle(self, verdict: Verdict, which: int) -> None:
        self.lapse()
        permit, probe = self.out.pop(which % len(self.out))
        slow = self.clock.now - permit.started >= SETTINGS.slow
        self.breaker.settle(permit, verdict)
        if probe:
            self.probe_out = False
        if verdict == "cancelled":
            return
        if probe:
            bad = verdict == "failure" or slow
            self.open_for = min(self.open_for * SETTINGS.growth, SETTINGS.open_most) if bad else SETTINGS.open_for
            self.enter("open" if bad else "closed")
            return
        self.calls = [*self.calls, (verdict == "failure", slow)][-SETTINGS.window :]
        count = len(self.calls)
        failed, slowed = (sum(column) for column in zip(*self.calls, strict=True))
        if count >= SETTINGS.minimum and (failed >= 0.5 * count or slowed >= 0.75 * count):
            self.enter("open")

    @rule()
    def force_open(self) -> None:
        self.breaker.force_open()
        self.enter("open", forced=True)

    @rule()
    def force_half_open(self) -> None:
        self.breaker.force_half_open()
        self.enter("half_open")

    @rule()
    def force_closed(self) -> None:
        self.breaker.force_closed()
        self.open_for = SETTINGS.open_for
        self.enter("closed")

    def lapse(self) -> None:
        if self.state == "open" and not self.forced and self.clock.now - self.opened >= self.open_for:
            self.enter("half_open")

    @invariant()
    def agrees(self) -> None:
        self.lapse()
        assert self.breaker.state == self.state


Model.TestCase.settings = hypothesis_settings(max_examples=150, stateful_step_count=40, deadline=None)
test_model = Model.TestCase
