"""What the samples of a run say, by the second and in sum. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from load.driver import ANSWERED, FAILED, REFUSED, Sample
from load.profiles import Profile

RECOVERED = 1.25
"""A second is as before when its P95 is at most so many times that of the time before the spike."""
CALM = 3


class Watch(NamedTuple):
    """The server's process at a moment: bytes of memory, seconds of CPU since it began, and open files (sockets are
    such); 0 if it is not ours."""

    resident: int
    cpu: float
    files: int = 0


@dataclass(frozen=True, slots=True)
class Second:
    """One second of a run: how many requests came due in it and how many ended in it, and how; latencies in ms."""

    at: int
    due: int
    answered: int
    refused: int
    failed: int
    p50: float
    p95: float
    p99: float
    refused_p99: float
    resident_mb: float = 0.0
    cpu: float = 0.0
    """Per cent of one CPU that the server used."""
    files: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the profile in sum; rates a second, latencies in ms."""

    name: str
    seconds: float
    offered: float
    goodput: float
    refused: float
    failed: int
    p50: float
    p95: float
    p99: float
    refused_p50: float
    refused_p99: float
    lag_p99: float
    """How late the driver itself was: what is not much more than this says nothing of the server."""


def seconds_of(samples: Sequence[Sample], *, seconds: float, watched: Sequence[Watch] = ()) -> tuple[Second, ...]:
    """Return the run by the second; ``watched`` is the server at each."""
    due = Counter(int(sample.due) for sample in samples)
    ended: dict[int, list[Sample]] = {}
    for sample in samples:
        ended.setdefault(int(sample.done), []).append(sample)
    return tuple(_second(at, due[at], ended.get(at, ()), watched[at : at + 2]) for at in range(math.ceil(seconds)))


def stage_of(name: str, profile: Profile, samples: Sequence[Sample]) -> Stage:
    """Return one stage in sum: the requests that came due in it, and what was answered while it lasted."""
    begin, end = profile.span(name)
    due = [sample for sample in samples if begin <= sample.due < end]
    lasted = end - begin
    answered, refused = _took(due, ANSWERED), _server_took(due, REFUSED)
    return Stage(
        name,
        lasted,
        len(due) / lasted,
        sum(sample.kind == ANSWERED and begin <= sample.done < end for sample in samples) / lasted,
        len(refused) / lasted,
        sum(sample.kind == FAILED for sample in due),
        percentile(answered, 0.5),
        percentile(answered, 0.95),
        percentile(answered, 0.99),
        percentile(refused, 0.5),
        percentile(refused, 0.99),
        percentile(sorted(sample.lag * 1000 for sample in due), 0.99),
    )


def recovery(profile: Profile, samples: Sequence[Sample]) -> float:
    """Return the seconds from the spike's end until the server was as before, for `CALM` seconds on end."""
    end = math.ceil(profile.span("spike")[1])
    before = stage_of("before", profile, samples)
    seconds = seconds_of(samples, seconds=profile.seconds)

    def as_before(second: Second) -> bool:
        return second.refused <= max(2.0, 3 * before.refused) and second.p95 <= RECOVERED * before.p95

    calm = (at for at in range(end, len(seconds) - CALM + 1) if all(map(as_before, seconds[at : at + CALM])))
    return float(next(calm, len(seconds)) - end)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of the sorted values do not exceed (nearest rank); 0 of nothing."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def _second(at: int, due: int, ended: Sequence[Sample], watched: Sequence[Watch]) -> Second:
    answered, refused = _took(ended, ANSWERED), _server_took(ended, REFUSED)
    return Second(
        at,
        due,
        len(answered),
        len(refused),
        sum(sample.kind == FAILED for sample in ended),
        percentile(answered, 0.5),
        percentile(answered, 0.95),
        percentile(answered, 0.99),
        percentile(refused, 0.99),
        watched[0].resident / 1e6 if watched else 0.0,
        (watched[-1].cpu - watched[0].cpu) * 100 if watched else 0.0,
        watched[0].files if watched else 0,
    )


def _took(samples: Iterable[Sample], kind: str) -> list[float]:
    """Milliseconds since they were due: what people waited, the driver's own lateness included."""
    return sorted(sample.took * 1000 for sample in samples if sample.kind == kind)


def _server_took(samples: Iterable[Sample], kind: str) -> list[float]:
    """Milliseconds since they were sent."""
    return sorted((sample.done - sample.sent) * 1000 for sample in samples if sample.kind == kind)
