"""Sliding window counters: how much was used of a rate, from two numbers a key.

The use now is what the present window counted and a share of the one before, as much of it as a window that ended now
would still reach back into (as in nginx' and Cloudflare's limiters). It needs no list of moments and forgives nothing
at a window's edge.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulpo.contracts.rates import Ask, Use
from pulpo.settings.rates import Rate


def wait(use: Use, rate: Rate) -> float:
    """Return the seconds until one more would be allowed; 0 when it is allowed now."""
    if use.used() + 1 <= rate.limit:
        return 0.0
    room = rate.limit - 1 - use.count
    if room >= 0:  # enough of the window before must be left behind
        return (1 - room / use.before - use.elapsed) * rate.period
    # The next window, in which this one is the one before: none of it may be left but ``limit - 1``.
    return (1 - use.elapsed + 1 - (rate.limit - 1) / use.count) * rate.period


class Windows:
    """Counters in this process. At most ``most`` keys are kept: the least used go first, so that a spray of new keys
    frees nobody who is near a limit."""

    def __init__(self, *, most: int = 16384) -> None:
        self._most = most
        self._counts: dict[str, list[int]] = {}

    def take(self, asks: Sequence[Ask], now: float) -> list[Use]:
        """Count one for each of ``asks``, or nothing when one of them is over its rate; return the uses before.

        ``now`` is in seconds of a clock that never goes back.
        """
        found = [self._use(ask, now) for ask in asks]
        for ask, (use, _) in zip(asks, found, strict=True):
            if use.used() + 1 > ask.rate.limit:
                break
        else:
            for _, counts in found:
                counts[1] += 1
        return [use for use, _ in found]

    def _use(self, ask: Ask, now: float) -> tuple[Use, list[int]]:
        period = ask.rate.period
        index = int(now // period)
        counts = self._counts.get(ask.key)
        if counts is None:
            if len(self._counts) >= self._most:
                self._forget(now)
            counts = self._counts[ask.key] = [index, 0, 0, period]
        elif counts[0] != index:
            counts[:3] = [index, 0, counts[1] if counts[0] == index - 1 else 0]
        return Use(counts[1], counts[2], now / period - index), counts

    def _forget(self, now: float) -> None:
        """Make room for half as many again: a cost of some µs for each new key, and none for the others."""
        lapsed = [key for key, (index, _, _, period) in self._counts.items() if index < now // period - 1]
        for key in lapsed:
            del self._counts[key]
        if len(self._counts) > self._most // 2:
            by_use = sorted(self._counts, key=lambda key: self._counts[key][1] + self._counts[key][2])
            for key in by_use[: len(self._counts) - self._most // 2]:
                del self._counts[key]
