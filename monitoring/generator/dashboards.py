"""Dashboards as Grafana's JSON: what is on them is said in `scenes`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from generator.panels import SOURCE, Panel, built

_INTERVALS_ALONE: Final = ("auto", "auto_count", "auto_min")
"""Fields that the builders give every variable and that Grafana's types know of intervals only."""

DATA_SOURCE: Final = "pulpo-prometheus"
"""The uid of the provisioned data source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """``revisions`` marks the moments at which the canary's configuration changed."""

    uid: str
    title: str
    description: str
    panels: Sequence[Panel]
    revisions: bool = False


def dashboard_files(dashboards: Iterable[Dashboard]) -> Mapping[str, str]:
    """Return the files' texts by name."""
    return {f"{dashboard.uid}.json": _written(dashboard) for dashboard in dashboards}


def _written(dashboard: Dashboard) -> str:
    made = (
        builders.Dashboard(dashboard.title)
        .uid(dashboard.uid)
        .description(dashboard.description)
        .tags(["pulpo"])
        .refresh("30s")
        .time("now-1h", "now")
        .timezone("browser")
        .readonly()
        .with_variable(_source())
        .with_variable(_label("job", "pulpo_build_info"))
        .with_variable(_label("instance", 'pulpo_build_info{job=~"$job"}'))
    )
    if dashboard.revisions:
        made.annotation(_revisions())
    for panel in dashboard.panels:
        made.with_panel(built(panel))
    plain = json.loads(JSONEncoder().encode(made.build()))
    for variable in plain["templating"]["list"]:
        for name in _INTERVALS_ALONE:
            variable.pop(name, None)
    return json.dumps(plain, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def _source() -> builders.DatasourceVariable:
    current = models.VariableOption(selected=True, text="Prometheus", value=DATA_SOURCE)
    return builders.DatasourceVariable("datasource").label("Data source").type("prometheus").current(current)


def _label(name: str, of: str) -> builders.QueryVariable:
    everything = models.VariableOption(selected=True, text=["All"], value=["$__all"])
    return (
        builders.QueryVariable(name)
        .label(name.capitalize())
        .datasource(SOURCE)
        .query(f"label_values({of}, {name})")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(everything)
    )


def _revisions() -> builders.AnnotationQuery:
    changed = "sum(changes(pulpo_canary_config_revision[$__interval])) > 0"
    return (
        builders.AnnotationQuery()
        .name("Canary configuration")
        .datasource(SOURCE)
        .enable(True)
        .icon_color("purple")
        .expr(changed)
        .title_format("The canary's configuration changed")
    )
