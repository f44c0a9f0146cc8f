"""What this process did lately, in memory: totals that only grow, and pictures of them by the second.

Counting takes no look at the clock: a window is the difference between now and a picture, as Prometheus does it.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

from msgspec import Struct

from pulpo.contracts.events import Event, Handler, PluginsLoaded, RateLimited, ToolCalled, TurnFinished
from pulpo.observability.slo import EDGES

KEPT: Final = 600
"""Pictures kept, one a second."""

SAMPLE: Final = 512
"""Durations kept of each tool, the last ones."""

MOST_TOOLS: Final = 1000
"""Tools told apart; a planner may make up any number of names."""


class Picture(Struct, frozen=True):
    """The totals at a moment, in monotonic seconds."""

    at: float
    outcomes: Mapping[str, int]
    buckets: tuple[int, ...]
    limited: Mapping[str, int]


class Tally:
    """The calls of one tool since the start: by outcome, and the seconds of the last ones."""

    __slots__ = ("outcomes", "seconds")

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.seconds: deque[float] = deque(maxlen=SAMPLE)


class Recent:
    """A sink like any other; ``clock`` gives monotonic seconds."""

    name = "recent"

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started = clock()
        self.tools: dict[str, Tally] = {}
        self._outcomes: Counter[str] = Counter()
        self._buckets = [0] * (len(EDGES) + 1)
        self._limited: Counter[str] = Counter()
        self._pictures: deque[Picture] = deque(maxlen=KEPT)
        self._looks = 0
        self.look()

    @property
    def handlers(self) -> Mapping[type[Event], Handler]:
        """What is counted, by kind of event."""
        return {
            TurnFinished: self._finished,
            ToolCalled: self._called,
            RateLimited: self._met_a_limit,
            PluginsLoaded: self._loaded,
        }

    @property
    def age(self) -> float:
        """Seconds since it began to count."""
        return self._clock() - self._started

    def look(self) -> None:
        """Take a picture of the totals."""
        self._pictures.append(self._picture())
        self._looks += 1

    async def keep_looking(self) -> None:
        """Take a picture every second, for ever."""
        while True:
            await asyncio.sleep(1.0)
            self.look()

    def window(self, seconds: float) -> Picture:
        """Return what came since ``seconds`` ago, or since the start if that is later."""
        now = self._picture()
        before = next((it for it in self._pictures if it.at >= now.at - seconds), now)
        return _between(before, now)

    def steps(self, stride: int) -> tuple[tuple[float, Picture], ...]:
        """Return what came in each ``stride`` pictures with the seconds it took, oldest first; the last is still
        filling up. Steps keep their borders from one call to the next."""
        oldest = self._looks - len(self._pictures)
        borders = [it for number, it in enumerate(self._pictures, oldest) if number % stride == 0]
        borders.append(self._picture())
        return tuple((after.at - before.at, _between(before, after)) for before, after in pairwise(borders))

    def _picture(self) -> Picture:
        return Picture(self._clock(), dict(self._outcomes), tuple(self._buckets), dict(self._limited))

    def _finished(self, event: TurnFinished) -> None:
        self._outcomes[event.outcome] += 1
        self._buckets[bisect_left(EDGES, event.duration)] += 1

    def _loaded(self, event: PluginsLoaded) -> None:
        self.tools.update({name: Tally() for name in event.names.get("tools", ())[:MOST_TOOLS]})

    def _met_a_limit(self, event: RateLimited) -> None:
        self._limited[event.scope] += 1

    def _called(self, event: ToolCalled) -> None:
        tally = self.tools.get(event.tool)
        if tally is None:
            # A planner may make names up, of anything it was told: they are shown to nobody.
            if event.outcome == "invalid" or len(self.tools) >= MOST_TOOLS:
                return
            tally = self.tools[event.tool] = Tally()
        tally.outcomes[event.outcome] += 1
        tally.seconds.append(event.duration)


def _between(before: Picture, now: Picture) -> Picture:
    return Picture(
        before.at,
        _grown(now.outcomes, before.outcomes),
        tuple(after - earlier for after, earlier in zip(now.buckets, before.buckets, strict=True)),
        _grown(now.limited, before.limited),
    )


def _grown(after: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    return {name: count - before.get(name, 0) for name, count in after.items()}
