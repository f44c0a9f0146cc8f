"""Pods under a demand: a queue each, by the pointwise stationary fluid flow approximation.

A pod serves turns that take ``cpu`` seconds of its one CPU and ``wait`` for a model beside it. Its CPU is an M/M/1
queue whose length follows dq/dt = arrivals - q / (1 + q) / cpu (Wang, Tipper, Banerjee: A simple approximation for
modeling nonstationary queues, INFOCOM 1996), integrated by the implicit Euler method, which is stable at steps far
longer than a turn. What is beyond ``cap`` turns in flight is refused, as the server does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autoscaling.rule import SYNC_SECONDS


@dataclass(frozen=True, slots=True)
class Pod:
    """What a pod can do: seconds of CPU and of waiting a turn, turns in flight, seconds until it is ready."""

    cpu: float
    wait: float
    cap: int
    start: int


class Moment(NamedTuple):
    """One second: turns a second that came, pods, those that serve, turns in flight a pod, latency, refused turns."""

    arrivals: float
    pods: int
    ready: int
    in_flight: float
    latency: float
    refused: float


@dataclass(frozen=True, slots=True)
class Sum:
    """A replay in sum; ``late`` and ``refused`` are shares of all turns."""

    pod_hours: float
    most: int
    late: float
    refused: float
    worst: float


Decide = Callable[[float, Sequence[float], int], int]
"""From seconds, turns in flight of each pod that is ready, and pods that start, to how many there are to be."""


def queue(before: float, arrivals: float, cpu: float, step: float = 1.0) -> float:
    """Return the turns at a CPU after ``step`` seconds."""
    come = before + step * arrivals
    half = (1 - come + step / cpu) / 2
    return -half + math.sqrt(half * half + come)


def fitting(waiting: float, share: float, pod: Pod) -> float:
    """Return how many of the ``share`` turns a second a pod lets in, which has ``waiting`` at its CPU."""

    def in_flight(rate: float) -> float:
        return queue(waiting, rate, pod.cpu) + rate * pod.wait

    if in_flight(share) <= pod.cap:
        return share
    low, high = 0.0, share
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if in_flight(middle) <= pod.cap else (low, middle)
    return low


def replay(demand: Sequence[float], pod: Pod, decide: Decide, *, pods: int) -> list[Moment]:
    """Serve ``demand``, each second of it, beginning with ``pods`` that are ready."""
    ready, starting, waiting = pods, [], 0.0
    moments = []
    for now, arrivals in enumerate(demand):
        up = sum(at <= now for at in starting)
        ready, starting, waiting = ready + up, [at for at in starting if at > now], waiting * ready / (ready + up)
        share = arrivals / ready
        admitted = fitting(waiting, share, pod)
        waiting = queue(waiting, admitted, pod.cpu)
        in_flight, latency = waiting + admitted * pod.wait, pod.wait + pod.cpu * (1 + waiting)
        moments.append(Moment(arrivals, ready + len(starting), ready, in_flight, latency, (share - admitted) * ready))
        if now % SYNC_SECONDS == 0:
            wanted = decide(float(now), [in_flight] * ready, len(starting))
            starting += [now + pod.start] * (wanted - ready - len(starting))
            while wanted < ready + len(starting):
                if starting:
                    starting.pop()
                else:
                    # The edge sends what it would have got to the others, and it finishes what it has.
                    ready -= 1
    return moments


def total(moments: Sequence[Moment], *, late: float) -> Sum:
    """Return a replay in sum; a turn is late beyond ``late`` seconds."""
    turns = sum(moment.arrivals for moment in moments)
    return Sum(
        sum(moment.pods for moment in moments) / 3600,
        max(moment.pods for moment in moments),
        sum(moment.arrivals for moment in moments if moment.latency > late) / turns,
        sum(moment.refused for moment in moments) / turns,
        max(moment.latency for moment in moments),
    )
