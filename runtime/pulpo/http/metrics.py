"""Objectives, alerts and tools: computed from what was counted, or asked of Prometheus, saying which."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, Literal, TypeAlias

import anyio.to_thread
from msgspec import Struct
from msgspec.structs import replace

from pulpo.errors import PrometheusError, StoreUnavailableError
from pulpo.http.operations import Call, Operation
from pulpo.observability import prometheus
from pulpo.observability.alerts import Firing, Seen, judge
from pulpo.observability.performance import BreakerState, ToolPerformance, performance
from pulpo.observability.slo import OBJECTIVES, WINDOWS, ObjectiveStatus, Sum, status, summed
from pulpo.store import counts
from pulpo.system import System

Source: TypeAlias = Literal["store", "process", "prometheus"]
"""``store``: the durable counts of all replicas; ``process``: what this process saw since its start."""

SHORTEST: Final = 120.0
"""Seconds of the shortest window of alerts that counts by the minute are fine enough for."""

NO_TURN: Final[Mapping[str, str]] = {"en": "No turn has been counted yet.", "es": "Todavía no se contó ningún turno."}
OWN_COUNTS: Final[Mapping[str, str]] = {
    "en": "{error}; these are our own counts.",
    "es": "Prometheus no responde ({error}); estas son cuentas propias.",
}
FOUR_ALERTS: Final[Mapping[str, str]] = {
    "en": "{error}; these are the four alerts that a server judges by itself.",
    "es": "Prometheus no responde ({error}); estas son las cuatro alertas que un servidor juzga por sí mismo.",
}


class SloStatus(Struct, frozen=True):
    """How the objectives do; ``note`` says what should be known about the numbers, ``notes`` says it by language."""

    source: Source
    note: str
    objectives: tuple[ObjectiveStatus, ...]
    notes: dict[str, str] = {}


class ActiveAlerts(Struct, frozen=True):
    """The alerts that fire now, and over how many seconds they look back where we judge them ourselves: errors and
    latency by the ``source``, breakers and rate limits by what this process sees."""

    source: Source
    note: str
    window_seconds: float
    alerts: tuple[Firing, ...]
    notes: dict[str, str] = {}


class ToolsPerformance(Struct, frozen=True):
    """All tools since this process started."""

    source: Source
    since_seconds: float
    tools: tuple[ToolPerformance, ...]


async def slo_status(call: Call) -> SloStatus:
    """Say how the objectives do."""
    system = call.door.system
    sums, source, note = await _sums(system)
    turns = any(sum_.total for windows in sums.values() for sum_ in windows.values())
    return SloStatus(
        source=source,
        note=(said := note or ({} if turns else dict(NO_TURN))).get("en", ""),
        notes=said,
        objectives=tuple(status(objective, sums[objective.name]) for objective in OBJECTIVES),
    )


async def alerts_active(call: Call) -> ActiveAlerts:
    """Say which alerts fire."""
    system = call.door.system
    window = system.settings.alert_window
    url, away = system.settings.prometheus_url, dict[str, str]()
    if url is not None:
        try:
            return ActiveAlerts("prometheus", "", window, await anyio.to_thread.run_sync(prometheus.firing, url))
        except PrometheusError as error:
            away = _said(FOUR_ALERTS, error)
    found, source = await _lately(system)
    return ActiveAlerts(source, away.get("en", ""), window, judge(found), away)


async def tools_performance(call: Call) -> ToolsPerformance:
    """Say how each tool does. Breakers are those of the caller's workspace."""
    system, mine = call.door.system, call.caller.workspace.id
    guards = system.guards
    breakers: dict[str, list[BreakerState]] = {}
    for report in guards.breakers.reports(mine):
        if report.state != "closed":
            state = BreakerState(report.workspace_id, report.state, report.in_state_for)
            breakers.setdefault(report.tool, []).append(state)
    return ToolsPerformance(
        source="process",
        since_seconds=round(system.recent.age, 3),
        tools=performance(
            system.tools,
            system.recent.tools,
            retries=guards.retries.made,
            asked=guards.cache.asked,
            missed=guards.cache.missed,
            breakers=breakers,
        ),
    )


def seen(system: System) -> Seen:
    """Return what this process saw in the alerts' window."""
    lately = system.recent.window(system.settings.alert_window)
    return Seen(
        outcomes=lately.outcomes,
        buckets=lately.buckets,
        limited=lately.limited,
        open_breakers=system.breakers.counts()["open"],
    )


async def _lately(system: System) -> tuple[Seen, Source]:
    """Return what the alerts are judged by: the turns of all replicas, which are counted by the minute, unless the
    window is too short for minutes or the database is away."""
    own = seen(system)
    if system.settings.alert_window < SHORTEST:
        return own, "process"
    now = system.clock()
    since = now - system.settings.alert_window
    whole = since - since % counts.MINUTE + counts.MINUTE
    try:
        windows = ((whole, now), (since, whole))
        rows, first = await system.database.read(partial(counts.turn_counts_of, windows=windows))
    except StoreUnavailableError:
        return own, "process"
    share = (whole - since) / counts.MINUTE
    outcomes: dict[str, float] = {}
    buckets = [0.0] * len(own.buckets)
    for found, weight in ((rows, 1.0), (first, share)):
        for row in found:
            outcomes[row.outcome] = outcomes.get(row.outcome, 0.0) + row.turns * weight
            buckets[row.bucket] += row.turns * weight
    return replace(own, outcomes=outcomes, buckets=tuple(buckets)), "store"


def _said(text: Mapping[str, str], error: PrometheusError) -> dict[str, str]:
    return {language: words.format(error=error) for language, words in text.items()}


async def _sums(system: System) -> tuple[Mapping[str, Mapping[str, Sum]], Source, dict[str, str]]:
    url, note = system.settings.prometheus_url, dict[str, str]()
    if url is not None:
        try:
            return await anyio.to_thread.run_sync(prometheus.sums, url), "prometheus", {}
        except PrometheusError as error:
            note = _said(OWN_COUNTS, error)
    return await _counted(system), "store", note


async def _counted(system: System) -> Mapping[str, Mapping[str, Sum]]:
    found: dict[str, dict[str, Sum]] = {objective.name: {} for objective in OBJECTIVES}
    now = system.clock()
    windows = [(now - seconds, now) for seconds in WINDOWS.values()]
    of_one_moment = await system.database.read(partial(counts.turn_counts_of, windows=windows))
    for window, rows in zip(WINDOWS, of_one_moment, strict=True):
        for objective in OBJECTIVES:
            found[objective.name][window] = summed(objective, rows)
    return found


METRICS_OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/metrics/slo/status",
        scope="metrics",
        handler=slo_status,
        id="getSloStatus",
        tag="metrics",
        summary="How do the service-level objectives do?",
        response=SloStatus,
        errors=(503,),
    ),
    Operation(
        method="GET",
        path="/metrics/alerts/active",
        scope="metrics",
        handler=alerts_active,
        id="listActiveAlerts",
        tag="metrics",
        summary="Which alerts fire now?",
        response=ActiveAlerts,
    ),
    Operation(
        method="GET",
        path="/metrics/tools/performance",
        scope="metrics",
        handler=tools_performance,
        id="getToolsPerformance",
        tag="metrics",
        summary="How does each tool do?",
        response=ToolsPerformance,
    ),
)
