"""How many messages a second are sent, when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple


class Stage(NamedTuple):
    """For ``seconds``, ``rate`` messages a second."""

    name: str
    seconds: float
    rate: float


@dataclass(frozen=True, slots=True)
class Profile:
    """Stages one after another."""

    name: str
    stages: tuple[Stage, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return sum(stage.seconds for stage in self.stages)

    def rate(self, at: float) -> float:
        """Messages a second at ``at`` seconds after the beginning; 0 after the end."""
        for stage in self.stages:
            if at < stage.seconds:
                return stage.rate
            at -= stage.seconds
        return 0.0

    def span(self, name: str) -> tuple[float, float]:
        """When stage ``name`` begins and ends; raises KeyError when there is none."""
        begin = 0.0
        for stage in self.stages:
            if stage.name == name:
                return begin, begin + stage.seconds
            begin += stage.seconds
        raise KeyError(name)

    def arrivals(self, random: Random) -> Iterator[float]:
        """When messages are due: a Poisson process, for people do not agree with each other when to write."""
        for stage in self.stages:
            begin, end = self.span(stage.name)
            at = begin + random.expovariate(stage.rate)
            while at < end:
                yield at
                at += random.expovariate(stage.rate)


def spike(capacity: float, *, seconds: float = 60.0, times: float = 10.0) -> Profile:
    """Half the capacity, then ``times`` the capacity for a third of the time, then half of it again."""
    third = seconds / 3
    stages = (
        Stage("before", third, capacity / 2),
        Stage("spike", third, capacity * times),
        Stage("after", third, capacity / 2),
    )
    return Profile("spike", stages)


def sustained(rate: float, *, seconds: float = 300.0) -> Profile:
    """The same rate all the time, after a tenth of the time (30 s at most) of half of it."""
    warm = min(30.0, seconds / 10)
    return Profile("sustained", (Stage("warm-up", warm, rate / 2), Stage("sustained", seconds - warm, rate)))


def soak(rate: float, *, seconds: float = 3600.0) -> Profile:
    """Moderate load for long: what leaks shows."""
    warm = min(60.0, seconds / 10)
    return Profile("soak", (Stage("warm-up", warm, rate), Stage("soak", seconds - warm, rate)))
