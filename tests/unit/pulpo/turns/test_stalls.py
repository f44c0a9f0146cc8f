"""Planners that keep turns waiting in vain, in simulated time."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import anyio
import pytest

import pulpo
from pulpo.errors import PlannerOpenError
from pulpo.resilience.breaker import BreakerSettings
from pulpo.resilience.breakers import Breakers
from pulpo.turns.run import TurnRun
from pulpo.turns.stalls import LONG, Stalls


def run(*, over: bool = True) -> TurnRun:
    """A turn whose variant's share of the deadline is ``over``, or not yet."""
    share = anyio.CancelScope()
    if over:
        share.cancel()
    turn = pulpo.Turn("t", "c", pulpo.Workspace(id="demo"), "", datetime(2026, 11, 28, tzinfo=UTC))
    return cast(TurnRun, SimpleNamespace(turn=turn, share=share))


class Ward:
    def __init__(self) -> None:
        self.now = 0.0
        self.told: list[pulpo.BreakerChanged] = []
        settings = BreakerSettings(window=20, minimum=3, failure_rate=0.5, slow=1.0, open_for=5.0)
        self.breakers = Breakers(settings, clock=lambda: self.now, emit=self.told.append)
        self.stalls = Stalls(self.breakers, clock=lambda: self.now)

    def plan(self, seconds: float = 0.0, error: BaseException | None = None, *, over: bool = True) -> bool:
        """Let the canary's planner take so long and end so; return whether it was asked."""
        asked = False
        given_up = anyio.get_cancelled_exc_class()
        with (
            suppress(PlannerOpenError, TimeoutError, ConnectionError, given_up),
            self.stalls.watching(run(over=over), "canary"),
        ):
            asked = True
            self.now += seconds
            if error is not None:
                raise error
        return asked

    @property
    def state(self) -> str:
        return self.breakers.of("demo", "variant:canary").state


async def test_after_some_stalls_in_a_row_nobody_waits_but_the_one_who_finds_out() -> None:
    ward = Ward()
    cancelled = anyio.get_cancelled_exc_class()()
    assert [ward.plan(12.0, cancelled), ward.plan(8.0, TimeoutError()), ward.plan(12.0, cancelled)] == [True] * 3
    assert (ward.plan(), ward.state) == (False, "open")
    ward.now += 5.0
    with ward.stalls.watching(run(), "canary"):
        assert not ward.plan(), "one finds out"
    assert (ward.plan(), ward.state) == (True, "closed")
    assert [(it.tool, it.state, it.reason) for it in ward.told] == [
        ("variant:canary", "open", "failures"),
        ("variant:canary", "half_open", "time_passed"),
        ("variant:canary", "closed", "probe_succeeded"),
    ]


async def test_an_answer_in_between_however_slow_begins_the_count_anew() -> None:
    ward = Ward()
    for _ in range(5):
        assert ward.plan(LONG, TimeoutError())
        assert ward.plan(LONG, TimeoutError())
        assert ward.plan(11.0)
    assert ward.state == "closed"


async def test_what_cut_it_before_its_time_was_not_waiting_in_vain() -> None:
    ward = Ward()
    for _ in range(50):
        assert ward.plan(LONG + 1, anyio.get_cancelled_exc_class()(), over=False)
    assert ward.state == "closed"


async def test_quick_failures_are_the_evidence_s_business() -> None:
    ward = Ward()
    for _ in range(50):
        assert ward.plan(LONG / 2, ConnectionError())
    assert ward.state == "closed"


def test_control_a_tool_s_breaker_would_open_at_half_of_them() -> None:
    ward = Ward()
    for error in (None, True, None, True):
        permit = ward.breakers.of("demo", "book").admit()
        if permit is not None:
            ward.breakers.of("demo", "book").settle(permit, "failure" if error else "success")
    assert ward.breakers.of("demo", "book").state == "open"


async def test_variants_do_not_stand_in_for_each_other() -> None:
    ward = Ward()
    for _ in range(3):
        ward.plan(LONG, TimeoutError())
    with ward.stalls.watching(run(), "candidate"):
        pass
    with pytest.raises(PlannerOpenError) as refused, ward.stalls.watching(run(), "canary"):
        pytest.fail("it was asked")
    assert refused.value.retry_after == 5.0
    assert not cast(Any, refused.value).planner.startswith("variant:")
