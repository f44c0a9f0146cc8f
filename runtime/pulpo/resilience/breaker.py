"""A circuit breaker: after too many failures it refuses calls, then lets one probe find out (Nygard, "Release It!").

::

    closed ──── failure or slow rate over the window ────► open
      ▲                                                     │ open time has passed
      │ the probe succeeds                                  ▼
      └────────────────────────────────────────────── half-open ──── the probe fails ───► open, for longer

All methods are synchronous and run on the event loop, so each is atomic: however many callers meet at half-open,
one gets the probe. Time is monotonic seconds and comes in from outside.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal, TypeAlias

from msgspec import Struct

State: TypeAlias = Literal["closed", "open", "half_open"]
Verdict: TypeAlias = Literal["success", "failure", "cancelled"]
Reason: TypeAlias = Literal[
    "", "failures", "slow_calls", "time_passed", "probe_failed", "probe_slow", "probe_succeeded", "forced", "forgotten"
]
Listener: TypeAlias = "Callable[[CircuitBreaker, State], None]"
"""Told the breaker and the state it just entered."""


class BreakerSettings(Struct, frozen=True, kw_only=True):
    """When to open and for how long; times are in seconds, rates are fractions of the calls in the window.

    The window holds the last ``window`` calls; nothing is judged before ``minimum`` of them. A call that takes
    ``slow`` or longer counts as slow. The first open time is ``open_for``; each failed probe multiplies it by
    ``growth``, up to ``open_most``.
    """

    window: int = 20
    minimum: int = 5
    failure_rate: float = 0.5
    slow: float = 5.0
    slow_rate: float = 0.8
    open_for: float = 5.0
    growth: float = 2.0
    open_most: float = 120.0


class Permit(Struct, frozen=True):
    """Leave to make one call; hand it back with `CircuitBreaker.settle`. ``period`` is the state it was given in."""

    period: int
    started: float
    probe: bool


class Change(Struct, frozen=True, kw_only=True):
    """Why a breaker entered its state (empty: it never changed), whose key forced it, if any did, and what its window
    held just before: rates are fractions of the ``calls``."""

    reason: Reason = ""
    by: str = ""
    calls: int = 0
    failure_rate: float = 0.0
    slow_rate: float = 0.0


class CircuitBreaker:
    """One breaker. ``clock`` gives monotonic seconds; ``on_change`` is told every change of state."""

    def __init__(
        self,
        settings: BreakerSettings,
        *,
        clock: Callable[[], float],
        on_change: Listener = lambda _breaker, _state: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self._state: State = "closed"
        self._since = clock()
        self._change = Change()
        self._period = 0
        self._open_for = settings.open_for
        self._forced = False
        self._probing = False
        self._calls: deque[tuple[bool, bool]] = deque()
        self._failures = 0
        self._slow = 0

    @property
    def state(self) -> State:
        """The state now; an open breaker whose time has passed is half-open."""
        if self._state == "open" and not self._forced and self._clock() - self._since >= self._open_for:
            self._enter("half_open", "time_passed")
        return self._state

    @property
    def since(self) -> float:
        """When the state was entered, on the breaker's clock."""
        return self._since

    @property
    def change(self) -> Change:
        """What brought it into its state."""
        return self._change

    @property
    def forced(self) -> bool:
        """Whether it is open because somebody said so, and stays open until somebody says otherwise."""
        return self._forced

    @property
    def calls(self) -> int:
        """How many calls are in the window."""
        return len(self._calls)

    @property
    def failure_rate(self) -> float:
        """The fraction of the window's calls that failed; 0 without calls."""
        return self._failures / len(self._calls) if self._calls else 0.0

    @property
    def slow_rate(self) -> float:
        """The fraction of the window's calls that were slow; 0 without calls."""
        return self._slow / len(self._calls) if self._calls else 0.0

    @property
    def available(self) -> bool:
        """Whether a call made now would be let through."""
        return self.state == "closed" or (self._state == "half_open" and not self._probing)

    @property
    def retry_after(self) -> float:
        """Seconds until an open breaker lets a probe through; 0 when it is not open, infinity when forced."""
        if self.state != "open":
            return 0.0
        return float("inf") if self._forced else self._open_for - (self._clock() - self._since)

    def admit(self) -> Permit | None:
        """Return a permit for one call, or None when the call must not be made."""
        if self._state != "closed" and not self.available:
            return None
        probe = self._state == "half_open"
        self._probing = probe
        return Permit(self._period, self._clock(), probe)

    def settle(self, permit: Permit, verdict: Verdict) -> None:
        """Say how a permitted call ended; what began before the last change of state counts for nothing."""
        if permit.period != self._period:
            return
        slow = self._clock() - permit.started >= self._settings.slow
        if permit.probe:
            self._settle_probe(verdict, slow)
        elif verdict != "cancelled":
            self._record(failed=verdict == "failure", slow=slow)

    def force_open(self, *, by: str = "") -> None:
        """Refuse all calls until told otherwise; ``by`` is whose key says so."""
        self._enter("open", "forced", by=by, forced=True)

    def force_half_open(self, *, by: str = "") -> None:
        """Let one probe decide, now."""
        self._enter("half_open", "forced", by=by)

    def force_closed(self, *, by: str = "") -> None:
        """Let all calls through and forget what was."""
        self._close("forced", by=by)

    def _close(self, reason: Reason, *, by: str = "") -> None:
        self._open_for = self._settings.open_for
        self._enter("closed", reason, by=by)

    def _settle_probe(self, verdict: Verdict, slow: bool) -> None:
        self._probing = False
        if verdict == "cancelled":
            return
        if verdict == "failure" or slow:
            self._open_for = min(self._open_for * self._settings.growth, self._settings.open_most)
            self._enter("open", "probe_failed" if verdict == "failure" else "probe_slow")
        else:
            self._close("probe_succeeded")

    def _record(self, *, failed: bool, slow: bool) -> None:
        self._calls.append((failed, slow))
        self._failures += failed
        self._slow += slow
        if len(self._calls) > self._settings.window:
            old_failed, old_slow = self._calls.popleft()
            self._failures -= old_failed
            self._slow -= old_slow
        count = len(self._calls)
        if count < self._settings.minimum:
            return
        if self._failures >= self._settings.failure_rate * count:
            self._enter("open", "failures")
        elif self._slow >= self._settings.slow_rate * count:
            self._enter("open", "slow_calls")

    def _enter(self, state: State, reason: Reason, *, by: str = "", forced: bool = False) -> None:
        self._change = Change(
            reason=reason, by=by, calls=self.calls, failure_rate=self.failure_rate, slow_rate=self.slow_rate
        )
        self._period += 1
        self._forced = forced
        self._probing = False
        self._since = self._clock()
        self._calls.clear()
        self._failures = self._slow = 0
        changed, self._state = self._state != state, state
        if changed:
            self._on_change(self, state)
