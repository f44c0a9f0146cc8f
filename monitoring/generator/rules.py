"""Prometheus' rule files, from the product's objectives and alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from pulpo.observability.alerts import BURNING, DRIFT, RUNTIME, SEED, WINDOW, Alert
from pulpo.observability.slo import OBJECTIVES, WINDOWS

HEADER = "# Written by `python -m generator` from pulpo.observability.slo and alerts: change those.\n"
EVERY = "30s"
"""How often rules are evaluated."""

SELDOM = "5m"
"""How often those that read a week are."""


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def rule_files(*, window: int = WINDOW, every: str = EVERY) -> Mapping[str, str]:
    """Return the files' texts by name. ``window`` is the look-back of the first four alerts, in seconds."""
    recording = [
        {"record": objective.recorded(name), "expr": objective.ratio_query(name)}
        for objective in OBJECTIVES
        for name in WINDOWS
    ]
    alerts = {"pulpo-alerts": SEED, "pulpo-burn-rates": BURNING, "pulpo-runtime": RUNTIME}
    groups = [_group(name, [_rule(alert, window) for alert in found], every) for name, found in alerts.items()]
    groups.append(_group("pulpo-drift", [_rule(alert, window) for alert in DRIFT], SELDOM))
    return {
        "slo.yaml": written({"groups": [_group("pulpo-objectives", recording, every)]}),
        "alerts.yaml": written({"groups": groups}),
    }


def written(value: Any) -> str:
    """Return ``value`` as YAML under our header."""
    return HEADER + yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True)


def _group(name: str, rules: list[dict[str, Any]], every: str) -> dict[str, Any]:
    return {"name": name, "interval": every, "rules": rules}


def _rule(alert: Alert, window: int) -> dict[str, Any]:
    lasting = {"for": f"{alert.lasting}s"} if alert.lasting else {}
    return {
        "alert": alert.name,
        "expr": alert.expression.replace("{window}", f"{window}s" if window % 60 else f"{window // 60}m"),
        **lasting,
        "labels": {"severity": alert.severity, "slo": alert.slo, **alert.labels},
        "annotations": {
            "summary": alert.summary,
            "summary_es": alert.spanish,
            "description": alert.description,
            "runbook_url": alert.runbook,
        },
    }
