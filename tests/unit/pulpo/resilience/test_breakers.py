from __future__ import annotations

from dataclasses import dataclass, field

import pytest

import pulpo
from pulpo.resilience.breaker import BreakerSettings, State
from pulpo.resilience.breakers import Breakers

SETTINGS = BreakerSettings(minimum=2, open_for=5.0)


@dataclass
class Ward:
    """Breakers, the clock they go by, and what they told."""

    now: float = 0.0
    told: list[pulpo.BreakerChanged] = field(default_factory=list)

    def breakers(self, **more: int) -> Breakers:
        return Breakers(SETTINGS, clock=lambda: self.now, emit=self.told.append, **more)


def fail(breakers: Breakers, workspace: str, tool: str, times: int = 2) -> None:
    for _ in range(times):
        breaker = breakers.of(workspace, tool)
        permit = breaker.admit()
        assert permit is not None
        breaker.settle(permit, "failure")


def test_each_workspace_and_tool_has_its_own() -> None:
    breakers = Ward().breakers()
    fail(breakers, "a", "book")
    assert breakers.of("a", "book").state == "open"
    assert breakers.of("b", "book").state == breakers.of("a", "look").state == "closed"


def test_changes_are_told() -> None:
    ward = Ward()
    breakers = ward.breakers()
    fail(breakers, "a", "book")
    ward.now = 6
    assert breakers.available("a", {"book": 1}) == {"book": 1}
    breakers.force("a", "book", "closed", by="key_1")
    assert ward.told == [
        pulpo.BreakerChanged("a", "book", "open", "failures", calls=2, failure_rate=1.0),
        pulpo.BreakerChanged("a", "book", "half_open", "time_passed"),
        pulpo.BreakerChanged("a", "book", "closed", "forced", "key_1"),
    ]


def test_they_are_counted_by_state() -> None:
    breakers = Ward().breakers()
    for tool in ("book", "move"):
        breakers.of("a", tool)
    fail(breakers, "b", "book")
    assert breakers.counts() == {"closed": 2, "open": 1, "half_open": 0}


def test_open_tools_leave_the_list_of_their_workspace_and_come_back() -> None:
    ward = Ward()
    breakers = ward.breakers()
    tools = {"book": 1, "look": 2}
    assert breakers.available("a", tools) is tools
    assert breakers.all_well
    fail(breakers, "a", "book")
    assert not breakers.all_well
    assert breakers.available("a", tools) == {"look": 2}
    assert breakers.available("b", tools) is tools
    ward.now = 6
    assert breakers.available("a", tools) is tools
    probe = breakers.of("a", "book").admit()
    assert probe is not None
    assert breakers.available("a", tools) == {"look": 2}, "one probe is enough"
    breakers.of("a", "book").settle(probe, "success")
    assert breakers.available("a", tools) is tools
    assert breakers.all_well


@pytest.mark.parametrize("state", ["open", "half_open", "closed"])
def test_an_operator_may_force_any_state(state: State) -> None:
    breakers = Ward().breakers()
    assert breakers.force("a", "book", state).state == state
    assert [it.state for it in breakers.reports("a")] == [state]


def test_reports_tell_how_long_and_until_when() -> None:
    ward = Ward()
    breakers = ward.breakers()
    fail(breakers, "b", "book")
    breakers.force("a", "look", "open")
    ward.now = 2
    first, second = breakers.reports()
    assert (first.workspace_id, first.tool, first.in_state_for, first.retry_after) == ("a", "look", 2.0, None)
    assert (second.workspace_id, second.tool, second.in_state_for, second.retry_after) == ("b", "book", 2.0, 3.0)
    assert breakers.reports("b") == (second,)


def test_there_are_never_more_than_allowed_and_open_ones_stay_longest() -> None:
    breakers = Ward().breakers(most=3)
    fail(breakers, "a", "open")
    for number in range(10):
        fail(breakers, "a", f"t{number}", times=1)
    assert [it.tool for it in breakers.reports()] == ["open", "t8", "t9"]
    for number in range(5):
        breakers.force("b", f"forced{number}", "open")
    assert len(breakers.reports()) == 3
    assert breakers.available("a", {"open": 1, "t9": 1}) == {"open": 1, "t9": 1}


def test_reports_tell_what_the_window_holds() -> None:
    ward = Ward()
    breakers = Breakers(BreakerSettings(minimum=10, slow=1.0), clock=lambda: ward.now, emit=ward.told.append)
    fail(breakers, "a", "book", times=1)
    for seconds in (0.0, 0.0, 2.0):
        permit = breakers.of("a", "book").admit()
        assert permit is not None
        ward.now += seconds
        breakers.of("a", "book").settle(permit, "success")
    (report,) = breakers.reports()
    assert (report.calls, report.failure_rate, report.slow_rate, report.forced) == (4, 0.25, 0.25, False)
    assert breakers.force("a", "book", "open").forced
    assert not breakers.force("a", "book", "half_open").forced


def test_whose_open_time_has_passed_need_not_wait_for_a_caller() -> None:
    ward = Ward()
    breakers = ward.breakers()
    fail(breakers, "a", "book")
    breakers.wake()
    ward.now = 6
    breakers.wake()
    assert [it.state for it in ward.told] == ["open", "half_open"]


def test_one_that_is_forgotten_is_told_as_closed() -> None:
    ward = Ward()
    breakers = ward.breakers(most=1)
    breakers.force("a", "book", "open")
    breakers.of("a", "look")
    assert [(it.tool, it.state, it.reason) for it in ward.told] == [
        ("book", "open", "forced"),
        ("book", "closed", "forgotten"),
    ]
    assert breakers.all_well
