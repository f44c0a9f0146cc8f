"""The committed dashboards, and the queries on them as Prometheus may be asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from support.documents import ROOT

FOLDER = ROOT / "monitoring" / "grafana" / "dashboards"
DASHBOARDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
}


class Asked(NamedTuple):
    """A query of a panel."""

    dashboard: str
    panel: str
    expression: str

    def filled(self, *, interval: str = "1m") -> str:
        """Put values where Grafana would put the viewer's choice."""
        text = self.expression.replace("$__rate_interval", interval).replace("$__interval", interval)
        return text.replace("$job", ".+").replace("$instance", ".+")


def queries() -> Iterator[Asked]:
    for name, dashboard in DASHBOARDS.items():
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                yield Asked(name, panel["title"], target["expr"])
