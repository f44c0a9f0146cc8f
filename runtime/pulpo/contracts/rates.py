"""What counters of rate limits are asked and answer, wherever they count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from pulpo.settings.rates import Rate


class Ask(Struct, frozen=True):
    """One unit of ``rate``, counted for ``key``."""

    key: str
    rate: Rate


class Use(Struct, frozen=True):
    """What a window and the one ``before`` it counted; ``elapsed`` is the fraction of the window that has passed."""

    count: int
    before: int
    elapsed: float

    def used(self) -> float:
        """Return how much of the rate is used now."""
        return self.count + self.before * (1 - self.elapsed)


class SharedCounters(Protocol):
    """Counters that all replicas share."""

    async def take(self, asks: Sequence[Ask]) -> list[Use] | None:
        """Count one for each of ``asks``, or nothing when one of them is over its rate; return the uses before.

        None when it cannot be told in time. Never raises.
        """
        ...
