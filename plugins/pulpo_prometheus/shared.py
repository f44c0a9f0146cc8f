"""Several processes, one page: numbers live in files of the folder that ``PROMETHEUS_MULTIPROC_DIR`` names.

The files are prometheus_client's own (its multiprocess mode), so that any tool that reads those reads ours. A number
costs about 0.6 µs more than one of a single process. Exemplars are not kept: that mode has no place for them.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from prometheus_client.multiprocess import mark_process_dead
from prometheus_client.utils import floatToGoString
from prometheus_client.values import MultiProcessValue

from pulpo_prometheus.catalogue import Metric

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


def folder_of(environ: Mapping[str, str]) -> Path | None:
    """Return the folder that the processes of this server share, or None when it is one process."""
    given = environ.get(VARIABLE)
    if not given:
        return None
    folder = Path(given)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class SharedNumber:
    """A number kept in a file."""

    __slots__ = ("_cell",)

    def __init__(self, cell: Any) -> None:
        self._cell = cell

    @property
    def value(self) -> float:
        """What this process counted; the page adds the others'."""
        return float(self._cell.get())

    @value.setter
    def value(self, value: float) -> None:
        self._cell.set(value)


class SharedSpread:
    """A histogram kept in a file."""

    __slots__ = ("_cells", "_edges", "_sum")

    def __init__(self, edges: tuple[float, ...], cells: tuple[Any, ...], total: Any) -> None:
        self._edges = edges
        self._cells = cells
        self._sum = total

    def observe(self, value: float, trace_id: str = "") -> None:
        """Count ``value`` in its bucket."""
        self._cells[bisect_left(self._edges, value)].inc(1)
        self._sum.inc(value)


class Shared:
    """Makes children that live in files of the folder."""

    def __init__(self) -> None:
        self._cell: Any = MultiProcessValue()  # type: ignore[no-untyped-call]

    def number(self, metric: Metric, labels: tuple[str, ...]) -> SharedNumber:
        """Return a new counter's or gauge's child."""
        mode = metric.across if metric.kind == "gauge" else ""
        family = metric.name.removesuffix("_total") if metric.kind == "counter" else metric.name
        cell = self._cell(metric.kind, family, metric.name, metric.labels, labels, metric.help, multiprocess_mode=mode)
        return SharedNumber(cell)

    def spread(self, metric: Metric, labels: tuple[str, ...]) -> SharedSpread:
        """Return a new histogram's child."""
        name, names = metric.name, metric.labels
        total = self._cell("histogram", name, f"{name}_sum", names, labels, metric.help)
        edges = [floatToGoString(edge) for edge in (*metric.buckets, float("inf"))]  # type: ignore[no-untyped-call]
        cells = tuple(
            self._cell("histogram", name, f"{name}_bucket", (*names, "le"), (*labels, edge), metric.help)
            for edge in edges
        )
        return SharedSpread(metric.buckets, cells, total)


def leave(folder: Path) -> None:
    """Take this process' gauges off the page; what it counted stays."""
    mark_process_dead(os.getpid(), str(folder))  # type: ignore[no-untyped-call]
