"""Alerts: one definition each, from which Prometheus' rules are written; four of them are also judged in process.

Those four (`SEED`) are the ones everybody needs from the first day: too many errors, too slow, a tool cut off, somebody
limited. `judge` decides them from what this process saw in the last `WINDOW` seconds, exactly as their expressions do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from pulpo.observability.slo import BURNS, DURATION, EDGES, ERROR_RATE, LEAST_BAD, OBJECTIVES, Burn, Objective

WINDOW: Final = 300
"""Seconds that the error rate, the latency and the rate limits are looked at over."""

MOST_ERRORS: Final = 0.05
SLOWEST: Final = 3.0
"""Seconds, for the 95th percentile."""

COST_AN_HOUR: Final = 10.0
"""US dollars."""

CONFIDENCE: Final = "pulpo_planner_confidence"

DRIFTED: Final = 0.25
"""The largest distance between two shares of turns below a confidence that is still no drift: Kolmogorov and
Smirnov's D. Over 100 turns against 1,000 it is passed by luck once in 40,000 windows (Smirnov's limit,
2·exp(-2·D²·n·m/(n+m)); that there are only a histogram's edges makes it rarer)."""

LEAST_NOW, LEAST_BEFORE = 100, 1000
"""Turns with a confidence that the last hour and the week before must have."""


class Seen(Struct, frozen=True, kw_only=True):
    """What came in a window: turns by outcome, their latency buckets (see `EDGES`), rate-limit hits by scope; and the
    open breakers now. Turns need not be whole, for a window may begin within what is counted together."""

    outcomes: Mapping[str, float]
    buckets: tuple[float, ...]
    limited: Mapping[str, int]
    open_breakers: int


class Firing(Struct, frozen=True):
    """An alert that fires; ``value`` is what its expression gives, ``since`` when it began, where that is known.
    ``summary`` is in English, ``summaries`` are by language."""

    name: str
    severity: str
    labels: dict[str, str]
    summary: str
    value: float
    runbook: str
    since: str | None = None
    summaries: dict[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """``expression`` is PromQL, with ``{window}`` where the look-back goes; ``lasting`` is Prometheus' ``for``, in
    seconds; ``spanish`` is the summary once more. ``judged`` gives the values in process by label values (only those
    that fire)."""

    name: str
    severity: str
    slo: str
    expression: str
    summary: str
    spanish: str
    description: str
    lasting: int = 0
    judged: Callable[[Seen], Mapping[str, float]] | None = None
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def summaries(self) -> dict[str, str]:
        """The summary by language."""
        return {"en": self.summary, "es": self.spanish}

    @property
    def runbook(self) -> str:
        """The heading's anchor in ``monitoring/README.md``."""
        return f"monitoring/README.md#{self.name.lower()}"


def quantile(share: float, buckets: tuple[float, ...], edges: tuple[float, ...] = EDGES) -> float | None:
    """Return a quantile of what was counted in ``buckets`` (one more than ``edges``), interpolated within its bucket as
    Prometheus' ``histogram_quantile`` does: what lies above the last edge counts as that edge. None without a count."""
    total = sum(buckets)
    if not total:
        return None
    rank, below = share * total, 0.0
    for place, count in enumerate(buckets[:-1]):
        if count and below + count >= rank:
            low = edges[place - 1] if place else 0.0
            return low + (edges[place] - low) * (rank - below) / count
        below += count
    return edges[-1]


def judge(seen: Seen) -> tuple[Firing, ...]:
    """Return which of the four fire, in the order of `SEED`."""
    return tuple(
        Firing(
            name=alert.name,
            severity=alert.severity,
            labels={**alert.labels, **({alert.label: which} if alert.label else {})},
            summary=alert.summary,
            summaries=alert.summaries,
            value=round(value, 6),
            runbook=alert.runbook,
        )
        for alert in SEED
        if alert.judged is not None
        for which, value in alert.judged(seen).items()
    )


def _too_many_errors(seen: Seen) -> Mapping[str, float]:
    total = sum(seen.outcomes.values())
    bad = sum(count for outcome, count in seen.outcomes.items() if outcome in ERROR_RATE.outcomes)
    return {"": bad / total} if total and bad / total > MOST_ERRORS else {}


def _too_slow(seen: Seen) -> Mapping[str, float]:
    found = quantile(0.95, seen.buckets)
    return {"": found} if found is not None and found > SLOWEST else {}


def _cut_off(seen: Seen) -> Mapping[str, float]:
    return {"open": float(seen.open_breakers)} if seen.open_breakers else {}


def _limited(seen: Seen) -> Mapping[str, float]:
    return {scope: float(count) for scope, count in seen.limited.items() if count}


SEED: Final = (
    Alert(
        name="PulpoErrorRateHigh",
        severity="warning",
        slo="error_rate",
        expression=f"{ERROR_RATE.ratio_query('{window}')} > {MOST_ERRORS:g}",
        summary="More than 5 % of turns fail or are rescued",
        spanish="Más del 5 % de los turnos falla o necesita rescate",
        description="{{ $value | humanizePercentage }} of the turns of the last minutes ended in error or rescue.",
        judged=_too_many_errors,
    ),
    Alert(
        name="PulpoLatencyHigh",
        severity="warning",
        slo="latency",
        expression=f"histogram_quantile(0.95, sum by (le) (rate({DURATION}_bucket[{{window}}]))) > {SLOWEST:g}",
        summary="One turn in twenty takes longer than 3 seconds",
        spanish="Uno de cada veinte turnos tarda más de 3 segundos",
        description="The 95th percentile of the last minutes is {{ $value | humanizeDuration }}.",
        judged=_too_slow,
    ),
    Alert(
        name="PulpoCircuitBreakerOpen",
        severity="critical",
        slo="availability",
        expression='sum by (state) (pulpo_active_circuit_breakers{state="open"}) > 0',
        summary="A circuit breaker is open",
        spanish="Hay un cortacircuitos abierto",
        description="{{ $value }} circuit breakers refuse calls; /metrics/tools/performance names the tools.",
        judged=_cut_off,
        label="state",
    ),
    Alert(
        name="PulpoRateLimitHits",
        severity="info",
        slo="none",
        expression="sum by (scope) (increase(pulpo_rate_limit_hits_total[{window}])) > 0",
        summary="Requests are refused by a rate limit",
        spanish="Un límite de frecuencia rechaza peticiones",
        description="{{ $value | humanize }} requests met the limit {{ $labels.scope }} in the last minutes.",
        judged=_limited,
        label="scope",
    ),
)


SPANISH: Final = {"availability": "disponibilidad", "latency": "latencia", "error_rate": "errores"}


def _burning(objective: Objective, burn: Burn) -> Alert:
    most = round(burn.rate * objective.budget, 6)
    long, short = (f"{objective.recorded(window)} > {most:g}" for window in (burn.long, burn.short))
    words = objective.name.replace("_", " ")
    return Alert(
        name=f"Pulpo{''.join(part.capitalize() for part in objective.name.split('_'))}Burn{burn.name}",
        severity=burn.severity,
        slo=objective.name,
        expression=f"{long}\nand {short}\nand {objective.bad_query('increase', burn.long)} > {LEAST_BAD:g}",
        summary=f"The budget for {words} is spent {burn.rate:g} times too fast",
        spanish=f"El margen de {SPANISH[objective.name]} se gasta {burn.rate:g} veces más rápido de lo previsto",
        description=f"{{{{ $value | humanizePercentage }}}} of the turns of {burn.long} were bad; {most:.4g} is the"
        f" most that an objective of {objective.target:.1%} bears for that long.",
        labels={"window": burn.long},
    )


BURNING: Final = tuple(_burning(objective, burn) for objective in OBJECTIVES for burn in BURNS)

RUNTIME: Final = (
    Alert(
        name="PulpoTargetDown",
        severity="critical",
        slo="availability",
        expression='up{job="pulpo"} == 0',
        lasting=60,
        summary="A server cannot be scraped",
        spanish="Un servidor no entrega sus métricas",
        description="{{ $labels.instance }} has not answered Prometheus for a minute.",
    ),
    Alert(
        name="PulpoCanaryRolledBack",
        severity="warning",
        slo="error_rate",
        expression="sum by (guardrail) (increase(pulpo_canary_rollbacks_total[15m])) > 0",
        summary="A canary was rolled back",
        spanish="Se retiró una versión canaria",
        description="The guardrail {{ $labels.guardrail }} ended a rollout; all conversations are on stable.",
    ),
    Alert(
        name="PulpoCanaryConfigInvalid",
        severity="warning",
        slo="none",
        expression="min(pulpo_canary_config_valid) == 0",
        lasting=60,
        summary="The settings file on disk is not valid",
        spanish="El archivo de configuración en disco no es válido",
        description="A server keeps its last good settings; `pulpo config show` says what is wrong with the file.",
    ),
    Alert(
        name="PulpoMetricOverflow",
        severity="info",
        slo="none",
        expression="sum by (metric) (increase(pulpo_metric_overflow_total[1h])) > 0",
        summary="A metric has more names than it tells apart",
        spanish="Una métrica tiene más nombres de los que distingue",
        description="{{ $labels.metric }} counts the names beyond its cap as _other.",
    ),
    Alert(
        name="PulpoLLMCostBurn",
        severity="warning",
        slo="none",
        expression=f"sum(increase(pulpo_llm_cost_usd_total[1h])) > {COST_AN_HOUR:g}",
        summary="Models cost more than 10 USD an hour",
        spanish="Los modelos cuestan más de 10 USD por hora",
        description="The last hour cost {{ $value | humanize }} USD by the configured prices.",
    ),
)


def _counted(suffix: str, function: str, window: str, by: str) -> str:
    """PromQL for what was counted of confidences; ``window`` may have an offset (``7d offset 1h``)."""
    length, _, offset = window.partition(" ")
    return f"sum by ({by}) ({function}({CONFIDENCE}_{suffix}[{length}]{offset and ' ' + offset}))"


def _below(window: str) -> str:
    """PromQL for the share of turns up to each confidence, by variant."""
    turns = _counted("count", "rate", window, "variant")
    return f"{_counted('bucket', 'rate', window, 'variant, le')} / on (variant) group_left () {turns}"


NOW, BEFORE = "1h", "7d offset 1h"

DRIFT: Final = (
    Alert(
        name="PulpoPlannerDrift",
        severity="info",
        slo="none",
        expression=f"max by (variant) (abs({_below(NOW)} - {_below(BEFORE)})) > {DRIFTED:g}\n"
        f"and {_counted('count', 'increase', NOW, 'variant')} >= {LEAST_NOW}\n"
        f"and {_counted('count', 'increase', BEFORE, 'variant')} >= {LEAST_BEFORE}",
        summary="A planner is otherwise sure of what users want than it was",
        spanish="La confianza de un planificador se reparte de otro modo que antes",
        description="The confidence of the variant {{ $labels.variant }} in the last hour is {{ $value | humanize }}"
        " (Kolmogorov and Smirnov's D) away from that of the week before.",
    ),
)

ALERTS: Final = (*SEED, *BURNING, *RUNTIME, *DRIFT)

SUMMARIES: Final[Mapping[str, dict[str, str]]] = {alert.name: alert.summaries for alert in ALERTS}
"""What our alerts say, by name and language: also for those that a Prometheus tells of."""
