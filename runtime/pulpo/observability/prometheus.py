"""Asks a Prometheus what it knows: sums under the objectives, and the alerts that fire."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit
from urllib.request import Request, urlopen

import msgspec

from pulpo.errors import PrometheusError
from pulpo.observability.alerts import SUMMARIES, Firing
from pulpo.observability.slo import OBJECTIVES, WINDOWS, Objective, Sum
from pulpo.settings.secrets import shown

T = TypeVar("T")

SECONDS = 10.0
"""How long Prometheus may take to answer; thirty days are a lot to add up."""

_OWN = frozenset({"alertname", "severity"})


def sums(url: str) -> Mapping[str, Mapping[str, Sum]]:
    """Return the sums by objective and window. It blocks: call it in a thread. Raises `PrometheusError`."""
    found = _asked(url, "query", _samples, query=" or ".join(_questions()))
    return {it.name: {window: _sum(it, window, found) for window in WINDOWS} for it in OBJECTIVES}


def firing(url: str) -> tuple[Firing, ...]:
    """Return the alerts that fire. It blocks: call it in a thread. Raises `PrometheusError`."""
    return _asked(url, "alerts", _alerts)


def _samples(data: Any) -> dict[str, float]:
    return {sample["metric"].get("of", ""): float(sample["value"][1]) for sample in data["result"]}


def _alerts(data: Any) -> tuple[Firing, ...]:
    found = [_firing(alert) for alert in data["alerts"] if alert["state"] == "firing"]
    return tuple(sorted(found, key=lambda it: (it.name, sorted(it.labels.items()))))


def _questions() -> Iterable[str]:
    for objective in OBJECTIVES:
        for window in WINDOWS:
            for kind, query in (("bad", objective.bad_query), ("total", objective.total_query)):
                of = f"{objective.name}/{window}/{kind}"
                yield f'label_replace({query("increase", window)}, "of", "{of}", "", "")'


def _sum(objective: Objective, window: str, found: Mapping[str, float]) -> Sum:
    bad, total = (found.get(f"{objective.name}/{window}/{kind}", 0.0) for kind in ("bad", "total"))
    return Sum(round(max(0.0, bad), 3), round(total, 3))


def _firing(alert: Mapping[str, Any]) -> Firing:
    labels, notes = alert["labels"], alert["annotations"]
    return Firing(
        name=labels["alertname"],
        severity=labels.get("severity", ""),
        labels={name: value for name, value in labels.items() if name not in _OWN},
        summary=notes.get("summary", ""),
        value=float(alert["value"]),
        runbook=notes.get("runbook_url", ""),
        since=alert.get("activeAt"),
        summaries=SUMMARIES.get(labels["alertname"], {}),
    )


def _asked(url: str, what: str, read: Callable[[Any], T], **parameters: str) -> T:
    where = shown("prometheus_url", url)
    try:
        with urlopen(_request(url, what, parameters), timeout=SECONDS) as answer:  # noqa: S310 # nosec B310
            return read(msgspec.json.decode(answer.read())["data"])
    except HTTPError as error:
        raise PrometheusError(f"Prometheus at {where} answered {error.code}: {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise PrometheusError(f"Prometheus at {where} does not answer: {shown('', str(error))}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise PrometheusError(f"what answers at {where} is no Prometheus: {type(error).__name__}") from error


def _request(url: str, what: str, parameters: Mapping[str, str]) -> Request:
    """Say user and password where a server reads them: left in the address, urllib takes them for the host's name,
    and its errors quote them."""
    parts = urlsplit(url)
    who, _, place = parts.netloc.rpartition("@")
    address = urlunsplit(parts._replace(netloc=place, path=f"{parts.path.rstrip('/')}/api/v1/{what}"))
    request = Request(address, urlencode(parameters).encode() if parameters else None)  # noqa: S310 - http: `WebUrl`
    if who:
        basic = b64encode(unquote(who).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {basic}")
    return request
