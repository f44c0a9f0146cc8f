"""How each tool does: what was counted since the start, and how long its last calls took."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import ceil

from msgspec import Struct

from pulpo.observability.recent import SAMPLE, Tally

FAILED = ("error", "timeout")


class BreakerState(Struct, frozen=True):
    """A breaker that is not closed, and for how many seconds it has been in this state."""

    workspace: str
    state: str
    for_seconds: float


class ToolPerformance(Struct, frozen=True):
    """A tool since the process started. Percentiles are exact, in seconds, over the last ``sampled`` calls; they, the
    error ratio and the cache's hit ratio are None while nothing was measured."""

    name: str
    calls: int
    errors: int
    error_ratio: float | None
    outcomes: dict[str, int]
    sampled: int
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None
    retries: int
    cache_hit_ratio: float | None
    breakers: tuple[BreakerState, ...]


def percentile(share: float, ordered: Sequence[float]) -> float | None:
    """Return the value of nearest rank: the least one that ``share`` of the values do not exceed."""
    return round(ordered[max(0, ceil(share * len(ordered)) - 1)], 6) if ordered else None


def performance(
    names: Iterable[str],
    tallies: Mapping[str, Tally],
    *,
    retries: Mapping[str, int],
    asked: Mapping[str, int],
    missed: Mapping[str, int],
    breakers: Mapping[str, Collection[BreakerState]],
) -> tuple[ToolPerformance, ...]:
    """Report the tools there are and those that were called, by name. ``asked`` and ``missed`` are questions to the
    cache, and those it could not answer."""
    return tuple(
        _tool(
            name,
            tallies.get(name) or Tally(),
            retries.get(name, 0),
            _share(asked.get(name, 0) - missed.get(name, 0), asked.get(name, 0)),
            tuple(breakers.get(name, ())),
        )
        for name in sorted({*names, *tallies})
    )


def _tool(
    name: str, tally: Tally, retries: int, hits: float | None, breakers: tuple[BreakerState, ...]
) -> ToolPerformance:
    calls = sum(tally.outcomes.values())
    errors = sum(tally.outcomes[outcome] for outcome in FAILED)
    ordered = sorted(tally.seconds)
    return ToolPerformance(
        name=name,
        calls=calls,
        errors=errors,
        error_ratio=_share(errors, calls),
        outcomes=dict(tally.outcomes),
        sampled=min(len(ordered), SAMPLE),
        p50_seconds=percentile(0.50, ordered),
        p95_seconds=percentile(0.95, ordered),
        p99_seconds=percentile(0.99, ordered),
        retries=retries,
        cache_hit_ratio=hits,
        breakers=breakers,
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
