"""How panels look: one kind for what changes, one for a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from grafana_foundation_sdk.builders import common, prometheus, stat, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models

SOURCE: Final = common_models.DataSourceRef(type_val="prometheus", uid="${datasource}")
CHOSEN: Final = 'job=~"$job",instance=~"$instance"'
"""What every selector of our own metrics holds: the viewer's choice of servers."""


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL and how its series are called."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """``line`` draws a threshold."""

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    wide: int = 12
    number: bool = False
    line: float | None = None


def series(metric: str, *matchers: str) -> str:
    """Return a selector of ``metric`` on the servers that the viewer chose."""
    return f"{metric}{{{','.join((CHOSEN, *matchers))}}}"


def rate(metric: str, *matchers: str) -> str:
    """Return how fast a counter grows."""
    return f"rate({series(metric, *matchers)}[$__rate_interval])"


def increase(metric: str, *matchers: str) -> str:
    """Return by how much a counter grew."""
    return f"increase({series(metric, *matchers)}[$__rate_interval])"


def quantile(share: float, metric: str, *labels: str) -> str:
    """Return a quantile of a histogram, by ``labels``."""
    by = ", ".join(("le", *labels))
    return f"histogram_quantile({share:g}, sum by ({by}) ({rate(metric + '_bucket')}))"


def built(panel: Panel) -> timeseries.Panel | stat.Panel:
    """Return the panel for Grafana."""
    made: timeseries.Panel | stat.Panel = _number(panel) if panel.number else _graph(panel)
    made.title(panel.title).description(panel.description).unit(panel.unit)
    made.datasource(SOURCE).span(panel.wide).height(4 if panel.number else 8)
    for place, query in enumerate(panel.queries):
        target = prometheus.Dataquery().expr(query.expression).legend_format(query.legend).ref_id("ABCDEFGH"[place])
        made.with_target(target.datasource(SOURCE).instant() if panel.number else target.datasource(SOURCE))
    return made


def _graph(panel: Panel) -> timeseries.Panel:
    legend = common.VizLegendOptions().show_legend(True).display_mode(common_models.LegendDisplayMode.LIST)
    made = timeseries.Panel().fill_opacity(10).min(0).legend(legend.placement(common_models.LegendPlacement.BOTTOM))
    if panel.line is None:
        return made
    drawn = common.GraphThresholdsStyleConfig().mode(common_models.GraphThresholdsStyleMode.LINE)
    return made.thresholds_style(drawn).thresholds(_steps(panel.line))


def _number(panel: Panel) -> stat.Panel:
    made = stat.Panel().graph_mode(common_models.BigValueGraphMode.NONE)
    return made if panel.line is None else made.thresholds(_steps(panel.line))


def _steps(line: float) -> builders.ThresholdsConfig:
    steps = [models.Threshold(color="green", value=None), models.Threshold(color="red", value=line)]
    return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)
