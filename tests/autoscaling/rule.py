"""The decision of a HorizontalPodAutoscaler, for a manifest of ``autoscaling/v2`` with one metric of type Pods. Pure.

After https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ ("Algorithm details", "Configurable
scaling behavior") and the controller's ``horizontal.go`` and ``replica_calculator.go``:

- desired = ceil(pods that are ready x metric / target), none within the tolerance of 1;
- when it would grow, pods that are not ready yet count as if they had no load, and nothing shrinks by that;
- of the recommendations of the last ``stabilizationWindowSeconds`` the most cautious one counts: the highest before
  it shrinks, the lowest before it grows;
- each policy allows a change against the number of pods at its period's beginning; the policy that allows most counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SYNC_SECONDS = 15
"""``--horizontal-pod-autoscaler-sync-period``."""
TOLERANCE = 0.1
"""``--horizontal-pod-autoscaler-tolerance``."""


class Policy(NamedTuple):
    """How far the number may move in ``seconds``: by ``value`` pods, or per cent."""

    percent: bool
    value: int
    seconds: int

    def highest(self, begin: int) -> int:
        """Return how many pods there may be, when there were ``begin`` at the period's beginning."""
        return math.ceil(begin * (1 + self.value / 100)) if self.percent else begin + self.value

    def lowest(self, begin: int) -> int:
        """Return how few."""
        return int(begin * (1 - self.value / 100)) if self.percent else begin - self.value


@dataclass(frozen=True, slots=True)
class Direction:
    """One of ``scaleUp`` and ``scaleDown``."""

    window: int
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A manifest's rule; ``target`` is the average of the metric a pod is to have."""

    least: int
    most: int
    target: float
    up: Direction
    down: Direction

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Rule:
        """Read a manifest; raises `ValueError` for what this does not know rather than leave it out."""
        spec = manifest["spec"]
        (metric,) = spec["metrics"]
        if metric["type"] != "Pods" or metric["pods"]["target"]["type"] != "AverageValue":
            raise ValueError(f"only one metric of type Pods with an AverageValue is known here, not {metric}")
        behavior = spec["behavior"]
        return cls(
            spec["minReplicas"],
            spec["maxReplicas"],
            float(metric["pods"]["target"]["averageValue"]),
            _direction(behavior["scaleUp"]),
            _direction(behavior["scaleDown"]),
        )


def _direction(stated: Mapping[str, Any]) -> Direction:
    if stated.keys() - {"stabilizationWindowSeconds", "policies"}:
        raise ValueError(f"unknown here: {stated}")
    policies = (Policy(it["type"] == "Percent", it["value"], it["periodSeconds"]) for it in stated["policies"])
    return Direction(stated["stabilizationWindowSeconds"], tuple(policies))


@dataclass(slots=True)
class Autoscaler:
    """The controller: remembers what it recommended and what it did, by the second."""

    rule: Rule
    _recommended: list[tuple[float, int]] = field(default_factory=list)
    _changed: list[tuple[float, int]] = field(default_factory=list)

    def decide(self, now: float, ready: Sequence[float], starting: int) -> int:
        """Return how many pods there are to be; ``ready`` has the metric of each pod that is, ``starting`` are not."""
        current = len(ready) + starting
        wanted = self._stabilised(now, current, wish(self.rule, ready, starting))
        chosen = min(self.rule.most, max(self.rule.least, self._limited(now, current, wanted)))
        if chosen != current:
            self._changed.append((now, chosen - current))
        return chosen

    def _stabilised(self, now: float, current: int, wanted: int) -> int:
        up, down = self.rule.up.window, self.rule.down.window
        self._recommended = [(at, it) for at, it in self._recommended if now - at < max(up, down)]
        lowest = min([wanted, *(it for at, it in self._recommended if now - at < up)])
        highest = max([wanted, *(it for at, it in self._recommended if now - at < down)])
        self._recommended.append((now, wanted))
        return max(lowest, min(current, highest))

    def _limited(self, now: float, current: int, wanted: int) -> int:
        def begin(policy: Policy) -> int:
            return current - sum(change for at, change in self._changed if now - at < policy.seconds)

        if wanted > current:
            return max(current, min(wanted, max(policy.highest(begin(policy)) for policy in self.rule.up.policies)))
        if wanted < current:
            return min(current, max(wanted, min(policy.lowest(begin(policy)) for policy in self.rule.down.policies)))
        return current


def wish(rule: Rule, ready: Sequence[float], starting: int) -> int:
    """Return how many pods the metric alone asks for."""
    if not ready:
        return starting
    ratio = sum(ready) / len(ready) / rule.target
    if starting and ratio > 1:
        ratio = max(1.0, sum(ready) / (len(ready) + starting) / rule.target)
        pods = len(ready) + starting
    else:
        pods = len(ready)
    if abs(ratio - 1) <= TOLERANCE:
        return len(ready) + starting
    return math.ceil(ratio * pods - 1e-9)
