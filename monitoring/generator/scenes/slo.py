"""Objectives: how much of each budget is left, and how fast it goes."""

from __future__ import annotations

from collections.abc import Iterator

from generator.dashboards import Dashboard
from generator.panels import Panel, Query
from pulpo.observability.slo import BURNS, OBJECTIVES, Objective


def _panels(objective: Objective) -> Iterator[Panel]:
    words = objective.name.replace("_", " ").capitalize()
    spent = f"{objective.recorded('30d')} / {objective.budget:.6g}"
    yield Panel(
        title=f"{words}: Good Turns",
        description=f"{objective.title}, share of 30 days; the objective is {objective.target:.1%}.",
        unit="percentunit",
        queries=(Query(f"1 - {objective.recorded('30d')}"),),
        number=True,
        wide=6,
    )
    yield Panel(
        title=f"{words}: Budget Left",
        description="Unspent share of the budget of 30 days; below zero it is overspent.",
        unit="percentunit",
        queries=(Query(f"1 - {spent}"),),
        number=True,
        wide=6,
    )
    yield Panel(
        title=f"{words}: Burn Rate",
        description="How many times faster than allowed the budget is spent; the line is where somebody is paged.",
        unit="short",
        queries=tuple(
            Query(f"{objective.recorded(window)} / {objective.budget:.6g}", window)
            for window in ("5m", "1h", "6h", "3d")
        ),
        line=BURNS[0].rate,
    )


DASHBOARD = Dashboard(
    uid="pulpo-slo",
    title="PulpoAI - SLO",
    description="Service-level objectives, their budgets and burn rates.",
    panels=tuple(panel for objective in OBJECTIVES for panel in _panels(objective)),
)
