"""The page that Prometheus reads: which form it asked for, and the writing, which no turn waits for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, core
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

OPENMETRICS = "application/openmetrics-text"


class Collects(Protocol):
    """Whatever yields metric families."""

    def collect(self) -> Iterator[core.Metric]:
        """Yield them."""


@dataclass(frozen=True, slots=True)
class Form:
    """A text format and how it is written."""

    content_type: str
    write: Callable[[Collector], bytes]


PLAIN = Form(CONTENT_TYPE_PLAIN_0_0_4, generate_latest)
OPEN = Form(openmetrics.CONTENT_TYPE_LATEST, openmetrics.generate_latest)
"""OpenMetrics 1.0, the one that carries exemplars."""


def form_of(accept: str) -> Form:
    """Return the form that an ``Accept`` header prefers: OpenMetrics when it is named, else the plain text of old."""
    return OPEN if any(part.split(";")[0].strip() == OPENMETRICS for part in accept.split(",")) else PLAIN


PIECE = 64
"""Samples that are written at once: some 0.3 ms of OpenMetrics."""


class Unhurried(Collector):
    """Lets the event loop in after each family and after each `PIECE` of a long one: writing is done in a thread, and a
    thread keeps Python's lock for 5 ms when nobody makes it give it away."""

    def __init__(self, collects: Collects) -> None:
        self._collects = collects

    def collect(self) -> Iterator[core.Metric]:
        """Yield the families, one at a time."""
        for family in self._collects.collect():
            family.samples = Pieces(family.samples)
            yield family
            time.sleep(0)


class Pieces(list[Sample]):
    """Samples whose reader pauses now and then."""

    def __iter__(self) -> Iterator[Sample]:
        """Yield the samples in order."""
        for number, sample in enumerate(super().__iter__(), 1):
            yield sample
            if number % PIECE == 0:
                time.sleep(0)


def registry_of(families: Collects, shared: Path | None) -> CollectorRegistry:
    """Return what the page shows, in a registry that is nobody else's: our metrics and the process' own; or, of
    several processes, the sums of ours (whose process' memory and files would the others be?)."""
    registry = CollectorRegistry()
    if shared is not None:
        MultiProcessCollector(registry, str(shared))  # type: ignore[no-untyped-call]
        return registry
    registry.register(Unhurried(families))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
