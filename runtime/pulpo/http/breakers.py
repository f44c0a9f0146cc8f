"""Breakers as operators see and force them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from pulpo.canary.router import STABLE
from pulpo.http.operations import Call, Operation
from pulpo.http.problems import ProblemError
from pulpo.resilience.breaker import Reason, State
from pulpo.resilience.breakers import BreakerReport, of_variant

if TYPE_CHECKING:
    from pulpo.system import System


class Breaker(Struct, frozen=True, kw_only=True):
    """The breaker of a tool, or (``variant:NAME``) of a variant's planner, on the replica that answers.

    Rates are fractions of the ``calls`` in its window; at ``next_probe`` an open one lets a call find out, unless it
    was ``forced`` open. ``reason`` is why it is in its state (empty: it never changed), ``by`` whose key forced it.
    Times are in UTC."""

    workspace: str
    tool: str
    state: State
    since: datetime
    calls: int
    failure_rate: float
    slow_rate: float
    next_probe: datetime | None
    forced: bool
    reason: Reason
    by: str


class BreakerList(Struct, frozen=True):
    """The breakers of all tools of the caller's workspace, and of variants that had turns here, by name."""

    workspace: str
    breakers: tuple[Breaker, ...]


class BreakerForce(Struct, frozen=True, forbid_unknown_fields=True):
    """``open`` lasts until it is forced again, ``half_open`` lets one probe decide, ``closed`` forgets what was."""

    state: State


async def list_breakers(call: Call) -> BreakerList:
    """Return one breaker a tool, whether or not it was ever called."""
    system, workspace = call.door.system, call.caller.workspace.id
    for tool in system.tools:
        system.breakers.of(workspace, tool)
    now = datetime.fromtimestamp(system.clock(), UTC)
    return BreakerList(workspace, tuple(_shown(it, now) for it in system.breakers.reports(workspace)))


async def force_breaker(call: Call) -> Breaker:
    """Order a breaker into a state, on every replica; somebody else's workspace is told as one that is not there."""
    system, tool = call.door.system, call.path["tool"]
    workspace = call.path["workspace"]
    if workspace != call.caller.workspace.id or not _known(tool, system):
        raise ProblemError(404, "There is no such tool in this workspace; GET /admin/breakers lists them.")
    report = await system.orders.give(workspace, tool, call.body.state, by=call.caller.key_id)
    return _shown(report, datetime.fromtimestamp(system.clock(), UTC))


def _known(name: str, system: System) -> bool:
    """Whether it is a tool, or the planner of a variant that stable can stand in for."""
    return name in system.tools or name in {of_variant(it) for it in system.settings.variants if it != STABLE}


def _shown(it: BreakerReport, now: datetime) -> Breaker:
    return Breaker(
        workspace=it.workspace_id,
        tool=it.tool,
        state=it.state,
        since=now - timedelta(seconds=it.in_state_for),
        calls=it.calls,
        failure_rate=it.failure_rate,
        slow_rate=it.slow_rate,
        next_probe=None if it.retry_after is None else now + timedelta(seconds=it.retry_after),
        forced=it.forced,
        reason=it.reason,
        by=it.by,
    )


BREAKER_OPERATIONS = (
    Operation(
        method="GET",
        path="/admin/breakers",
        scope="admin",
        handler=list_breakers,
        id="listBreakers",
        tag="admin",
        summary="List the circuit breakers of the workspace's tools",
        response=BreakerList,
    ),
    Operation(
        method="POST",
        path="/admin/breakers/{workspace}/{tool}",
        scope="admin",
        handler=force_breaker,
        id="forceBreaker",
        tag="admin",
        summary="Force a circuit breaker open, half-open or closed",
        description="Every replica obeys within two seconds.",
        body=BreakerForce,
        response=Breaker,
        errors=(503,),
    ),
)
