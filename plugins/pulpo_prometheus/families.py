"""Metrics with their children by label values, and the caps on names that are not from a closed set.

A counter that is born at its first error hides that error from ``rate()``: whoever names a child for the first time
makes all of its siblings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias, TypeVar

from prometheus_client import core

import pulpo
from pulpo_prometheus.catalogue import OVERFLOW, Metric
from pulpo_prometheus.children import Kind, Number, Own, OwnSpread, Spread

T = TypeVar("T")

Handlers: TypeAlias = Mapping[type[pulpo.Event], Callable[[Any], None]]
"""What is done about an event, by its kind."""

OTHER: Final = "_other"
"""The label of every name beyond a cap."""


class Family(dict[tuple[str, ...], T]):
    """The children of one metric, by their label values: ``family["stable", "ok"]``, new at 0 if there was none.

    A dictionary itself, as `Capped` is: what every turn looks up costs no call of a function.
    """

    def __init__(self, metric: Metric, make: Callable[[Metric, tuple[str, ...]], T]) -> None:
        self.metric = metric
        self._make = make

    def __missing__(self, labels: tuple[str, ...]) -> T:
        made = self[labels] = self._make(self.metric, labels)
        return made

    def child(self, *labels: str) -> T:
        """Return the child of these label values; hold on to it."""
        return self[labels]

    def children(self) -> Iterable[tuple[tuple[str, ...], T]]:
        """Return all children as they are now; safe while the event loop adds some."""
        return list(self.items())


class Capped(dict[str, T]):
    """Children by a name that is not from a closed set: the first ``limit`` names get their own, the rest share one.

    ``make`` builds the children of a name; ``overflow`` counts every time a name found no place; names in ``always``
    have a place of their own whatever the limit.
    """

    def __init__(self, make: Callable[[str], T], *, limit: int, overflow: Number, always: Collection[str] = ()) -> None:
        self._make = make
        self._room = limit
        self._overflow = overflow
        self._other: T | None = None
        self.update({name: make(name) for name in always})

    def __missing__(self, name: str) -> T:
        if self._room > 0 and name != OTHER:
            self._room -= 1
            made = self[name] = self._make(name)
            return made
        self._overflow.value += 1
        if self._other is None:
            self._other = self._make(OTHER)
        return self._other

    def expect(self, names: Collection[str]) -> None:
        """Make the children of ``names`` ahead, unless they are too many: then whoever comes first is first."""
        new = [name for name in names if name not in self]
        if len(new) <= self._room:
            for name in new:
                self[name]


class Families:
    """The metrics of one start: a collector for `prometheus_client.CollectorRegistry`.

    ``kind`` makes the children; at most ``max_names`` names of a capped label are told apart.
    """

    def __init__(self, *, max_names: int = 50, kind: Kind | None = None) -> None:
        self._kind = kind or Own()
        self._max_names = max_names
        self._numbers: list[Family[Number]] = []
        self._spreads: list[Family[Spread]] = []
        self._overflow = self.numbers(OVERFLOW)

    def numbers(self, metric: Metric) -> Family[Number]:
        """Add a counter or a gauge."""
        family = Family(metric, self._kind.number)
        self._numbers.append(family)
        return family

    def spreads(self, metric: Metric) -> Family[Spread]:
        """Add a histogram."""
        family = Family(metric, self._kind.spread)
        self._spreads.append(family)
        return family

    def capped(self, metric: Metric, make: Callable[[str], T], *, always: Collection[str] = ()) -> Capped[T]:
        """Cap the names of one label of ``metric``; ``make`` builds the children of a name."""
        overflow = self._overflow.child(metric.name)
        return Capped(make, limit=self._max_names, overflow=overflow, always=always)

    def collect(self) -> Iterator[core.Metric]:
        """Write all children of this process out in Prometheus' types; called in a thread of its own."""
        for family in self._numbers:
            yield _numbers_written(family)
        for spread in self._spreads:
            yield _spreads_written(spread)


def _numbers_written(family: Family[Number]) -> core.Metric:
    metric = family.metric
    kind = core.CounterMetricFamily if metric.kind == "counter" else core.GaugeMetricFamily
    written = kind(metric.name, metric.help, labels=metric.labels)
    for labels, child in family.children():
        written.add_metric(labels, child.value)
    return written


def _spreads_written(family: Family[Spread]) -> core.Metric:
    metric = family.metric
    written = core.HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, child in family.children():
        if isinstance(child, OwnSpread):
            written.add_metric(labels, *child.buckets())
    return written
