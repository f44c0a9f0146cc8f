"""The circuit breakers of all tools, and of variants' planners, one a workspace and name: made when first needed, seen
and forced from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import inf
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from pulpo.contracts.events import BreakerChanged
from pulpo.resilience.breaker import BreakerSettings, Change, CircuitBreaker, Reason, State

V = TypeVar("V")

OF_VARIANT: Final = "variant:"
"""Begins the names of breakers that belong to no tool but to a variant's planner; no tool's name has a colon."""

STATES: Final[tuple[State, ...]] = ("closed", "open", "half_open")


class BreakerReport(Struct, frozen=True):
    """A breaker as operators see it, in seconds; ``retry_after`` is None unless it will let a probe through by
    itself. Rates are fractions of the ``calls`` in its window; ``forced`` is open until told otherwise. ``reason`` is
    why it is in its state (empty: it never changed) and ``by`` whose key forced it."""

    workspace_id: str
    tool: str
    state: State
    in_state_for: float
    retry_after: float | None
    forced: bool = False
    calls: int = 0
    failure_rate: float = 0.0
    slow_rate: float = 0.0
    reason: Reason = ""
    by: str = ""


def of_variant(variant: str) -> str:
    """Return the name under which the breaker of a variant's planner stands beside those of the tools."""
    return f"{OF_VARIANT}{variant}"


def patient(settings: BreakerSettings) -> BreakerSettings:
    """Return the settings of a variant's breaker: it opens only after ``minimum`` failures in a row, so that trouble
    which also meets stable does not make the variant look worse than it is, and a slow answer is an answer."""
    return replace(settings, window=settings.minimum, failure_rate=1.0, slow=inf)


class Breakers:
    """``clock`` gives monotonic seconds. At most ``most`` breakers are kept: the closed ones made longest ago go
    first, which only forgets failures that did not suffice to open them."""

    def __init__(
        self,
        settings: BreakerSettings,
        *,
        clock: Callable[[], float],
        emit: Callable[[BreakerChanged], None],
        most: int = 4096,
    ) -> None:
        self._settings = settings
        self._patient = patient(settings)
        self._clock = clock
        self._emit = emit
        self._most = most
        self._breakers: dict[tuple[str, str], CircuitBreaker] = {}
        self._troubled: dict[str, set[str]] = {}
        self.all_well = True
        """Whether every breaker is closed."""

    def of(self, workspace_id: str, tool: str) -> CircuitBreaker:
        """Return the breaker of a workspace's tool."""
        return self._breakers.get((workspace_id, tool)) or self._new(workspace_id, tool)

    def available(self, workspace_id: str, tools: Mapping[str, V]) -> Mapping[str, V]:
        """Return ``tools`` without those that would refuse a call now; the very same mapping when all would take it."""
        troubled = self._troubled.get(workspace_id)
        if not troubled:
            return tools
        refused = {tool for tool in tuple(troubled) if not self.of(workspace_id, tool).available}
        return {name: tool for name, tool in tools.items() if name not in refused} if refused else tools

    def reports(self, workspace_id: str | None = None) -> tuple[BreakerReport, ...]:
        """Return the breakers there are, of one workspace or of all, in order of workspace and tool."""
        return tuple(
            self._report(*key) for key in sorted(self._breakers) if workspace_id is None or key[0] == workspace_id
        )

    def counts(self) -> Mapping[str, int]:
        """Return how many breakers are in each state."""
        states = [breaker.state for breaker in self._breakers.values()]
        return {state: states.count(state) for state in STATES}

    def wake(self) -> None:
        """Let those whose open time has passed become half-open now, and not when somebody calls their tool."""
        for workspace_id, tools in tuple(self._troubled.items()):
            for tool in tuple(tools):
                _ = self.of(workspace_id, tool).state

    def force(self, workspace_id: str, tool: str, state: State, *, by: str = "") -> BreakerReport:
        """Put a breaker into ``state``: ``open`` lasts until it is forced again, ``half_open`` lets one probe decide,
        ``closed`` forgets what was. ``by`` is whose key says so."""
        breaker = self.of(workspace_id, tool)
        {"open": breaker.force_open, "half_open": breaker.force_half_open, "closed": breaker.force_closed}[state](by=by)
        return self._report(workspace_id, tool)

    def _new(self, workspace_id: str, tool: str) -> CircuitBreaker:
        if len(self._breakers) >= self._most:
            self._forget_one()
        breaker = CircuitBreaker(
            self._patient if tool.startswith(OF_VARIANT) else self._settings,
            clock=self._clock,
            on_change=partial(self._changed, workspace_id=workspace_id, tool=tool),
        )
        self._breakers[workspace_id, tool] = breaker
        return breaker

    def _forget_one(self) -> None:
        oldest = next(iter(self._breakers))
        key = next((key for key, it in self._breakers.items() if it.state == "closed"), oldest)
        forgotten = self._breakers.pop(key)
        if forgotten.state != "closed":  # or whoever counts the open ones would count this one for ever
            self._tell("closed", Change(reason="forgotten"), workspace_id=key[0], tool=key[1])

    def _changed(self, breaker: CircuitBreaker, state: State, *, workspace_id: str, tool: str) -> None:
        self._tell(state, breaker.change, workspace_id=workspace_id, tool=tool)

    def _tell(self, state: State, change: Change, *, workspace_id: str, tool: str) -> None:
        self._note(workspace_id, tool, closed=state == "closed")
        self._emit(
            BreakerChanged(
                workspace_id,
                tool,
                state,
                reason=change.reason,
                by=change.by,
                calls=change.calls,
                failure_rate=change.failure_rate,
                slow_rate=change.slow_rate,
            )
        )

    def _note(self, workspace_id: str, tool: str, *, closed: bool) -> None:
        troubled = self._troubled.setdefault(workspace_id, set())
        (troubled.discard if closed else troubled.add)(tool)
        if not troubled:
            del self._troubled[workspace_id]
        self.all_well = not self._troubled

    def _report(self, workspace_id: str, tool: str) -> BreakerReport:
        breaker = self._breakers[workspace_id, tool]
        state, wait = breaker.state, breaker.retry_after
        return BreakerReport(
            workspace_id=workspace_id,
            tool=tool,
            state=state,
            in_state_for=round(self._clock() - breaker.since, 3),
            retry_after=round(wait, 3) if state == "open" and wait != float("inf") else None,
            forced=breaker.forced,
            calls=breaker.calls,
            failure_rate=round(breaker.failure_rate, 4),
            slow_rate=round(breaker.slow_rate, 4),
            reason=breaker.change.reason,
            by=breaker.change.by,
        )
