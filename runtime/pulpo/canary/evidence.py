"""Is the canary worse? Tests that may be looked at after every block, whatever happened before.

All of them are e-processes: products of likelihood ratios whose expected value under the hypothesis is at most one,
so that by Ville's inequality the chance that one *ever* reaches 1/α is at most α. Evidence is a natural logarithm
throughout: of ``log(1/α)`` or more it is enough.

A block is a few seconds: how many units were at risk in each arm, and how many of them had their first bad event
in it. Given all of the block's bad units, those of the canary are hypergeometric when the arms are alike, and follow
Fisher's noncentral hypergeometric distribution when the odds of the canary's units are θ times as high. Load, ramps
and incidents that change with time drop out, because every block is compared with itself. This is the anytime-valid
log-rank test of ter Schure, Pérez-Ortiz, Ly and Grünwald (arXiv 2011.06931).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, inf, isfinite, lgamma, log, log1p

from msgspec import Struct

HARM = (1.5, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0)
"""Odds ratios that a worse canary may have; evidence of harm is the average over them."""

HARMLESS = (0.5, 1.0)
"""Odds ratios that a sound canary may have; evidence of non-inferiority is the average over them."""

MARGINS = (2.0, 3.0)
"""Odds ratios that must not be reached: the wide one for small shares, the narrow one before large shares."""

ODDS = tuple(sorted({*HARM, *HARMLESS, *MARGINS}))

INTERVAL_ODDS = tuple(2.0 ** (step / 6) for step in range(-30, 31))
"""The odds ratios among which `interval` looks, 1/32 to 32."""

_LESS = (0.0, 0.125, 0.25, 0.5)
_SHARE_WEIGHT = 100.0


class Block(Struct, frozen=True):
    """Units at risk in each arm, and how many of them had their first bad event in this block."""

    stable: int
    stable_bad: int
    canary: int
    canary_bad: int


class Evidence:
    """What all blocks of one guardrail say together, for each odds ratio in ``odds``."""

    __slots__ = ("_logs", "bad", "odds")

    def __init__(self, odds: Sequence[float] = ODDS) -> None:
        self.odds = odds
        self.bad = [0, 0]
        self._logs = [0.0] * len(odds)

    def add(self, block: Block, times: int = 1) -> None:
        """Take a block in, or ``times`` blocks that are alike; their order does not matter."""
        self.bad[0] += times * block.stable_bad
        self.bad[1] += times * block.canary_bad
        if block.stable_bad + block.canary_bad and block.stable and block.canary:
            found = log_probabilities(block, self.odds)
            self._logs = [before + times * each for before, each in zip(self._logs, found, strict=True)]

    def harm(self) -> float:
        """Return the evidence that the canary's odds of a bad event are higher than stable's."""
        return self._against(1.0, HARM)

    def no_worse(self, margin: float) -> float:
        """Return the evidence that the canary's odds are less than ``margin`` times stable's."""
        return self._against(margin, HARMLESS)

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Return the odds ratios that are not refuted at ``alpha``, the lowest and the highest: a confidence
        sequence, valid at every look. Meant for evidence over `INTERVAL_ODDS`."""
        total = _log_mean(self._logs)
        held = [odds for odds, each in zip(self.odds, self._logs, strict=True) if total - each < -log(alpha)]
        return (held[0], held[-1]) if held else (0.0, inf)

    def _against(self, null: float, alternatives: Iterable[float]) -> float:
        at = self.odds.index
        return _log_mean([self._logs[at(odds)] for odds in alternatives]) - self._logs[at(null)]


def interval(blocks: Mapping[Block, int], alpha: float = 0.05) -> tuple[float, float]:
    """Return the confidence sequence of the odds ratio after all ``blocks``, given with how often each occurred."""
    evidence = Evidence(INTERVAL_ODDS)
    for block, times in blocks.items():
        evidence.add(block, times)
    return evidence.interval(alpha)


def log_probabilities(block: Block, odds: Sequence[float]) -> list[float]:
    """Return the log-probability of the canary's bad units, given the block's totals, for each odds ratio.

    Fisher's noncentral hypergeometric distribution, from the ratios of neighbouring terms; where these overflow,
    from logarithms of factorials.
    """
    drawn, seen = block.stable_bad + block.canary_bad, block.canary_bad
    lowest, highest = max(0, drawn - block.stable), min(drawn, block.canary)
    ratios = [_ratio(block, drawn, bad) for bad in range(lowest, highest)]
    fewer, more = ratios[: seen - lowest], ratios[seen - lowest :][::-1]
    found = []
    for each in odds:
        up = down = 0.0
        for ratio in more:
            up = (up + 1.0) * ratio * each
        for ratio in fewer:
            down = (down + 1.0) / (ratio * each)
        total = up + down + 1.0
        found.append(-log(total) if isfinite(total) else _slowly(block, each))
    return found


def below(limit: float, *, bad: int, units: int) -> float:
    """Return the evidence that less than ``limit`` of all units go bad; the first ``units`` of them are known."""
    if limit >= 1.0:
        return inf
    clean = max(0, units - bad)
    terms = (_power(less, bad) + clean * (log1p(-less * limit) - log1p(-limit)) for less in _LESS)
    return _log_mean(list(terms))


def above(limit: float, *, bad: int, units: int) -> float:
    """Return the evidence that more than ``limit`` of all units go bad."""
    clean = max(0, units - bad)
    rates = [more * limit for more in HARM if limit < more * limit < 1.0]
    if not rates:
        return 0.0
    return _log_mean([bad * log(rate / limit) + clean * (log1p(-rate) - log1p(-limit)) for rate in rates])


def upper_bound(*, bad: int, units: int, alpha: float) -> float:
    """Return the rate of bad units that the truth is below, with confidence 1 - ``alpha`` at every look."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if below(middle, bad=bad, units=units) >= -log(alpha) else (middle, high)
    return high


def uneven(*, canary: int, units: int, share: float) -> float:
    """Return the evidence that units do not go to the canary with probability ``share`` (a sample-ratio mismatch).

    A beta mixture around the share (Lindon and Malek, arXiv 2011.03567, for two arms).
    """
    if not 0.0 < share < 1.0:
        return 0.0
    mine, other = _SHARE_WEIGHT * share, _SHARE_WEIGHT * (1.0 - share)
    mixed = _log_beta(mine + canary, other + units - canary) - _log_beta(mine, other)
    return mixed - canary * log(share) - (units - canary) * log1p(-share)


def _ratio(block: Block, drawn: int, bad: int) -> float:
    """How much likelier one bad unit more in the canary is than ``bad`` of them, when the arms are alike."""
    return (block.canary - bad) * (drawn - bad) / ((bad + 1) * (block.stable - drawn + bad + 1))


def _slowly(block: Block, odds: float) -> float:
    drawn = block.stable_bad + block.canary_bad
    lowest, highest = max(0, drawn - block.stable), min(drawn, block.canary)

    def term(bad: int) -> float:
        return _log_choose(block.canary, bad) + _log_choose(block.stable, drawn - bad) + bad * log(odds)

    return term(block.canary_bad) - _log_sum([term(bad) for bad in range(lowest, highest + 1)])


def _log_choose(all_: int, chosen: int) -> float:
    return lgamma(all_ + 1) - lgamma(chosen + 1) - lgamma(all_ - chosen + 1)


def _log_beta(first: float, second: float) -> float:
    return lgamma(first) + lgamma(second) - lgamma(first + second)


def _log_sum(logs: Sequence[float]) -> float:
    most = max(logs)
    return most + log(sum(exp(each - most) for each in logs))


def _log_mean(logs: Sequence[float]) -> float:
    return _log_sum(logs) - log(len(logs))


def _power(base: float, exponent: int) -> float:
    if exponent == 0:
        return 0.0
    return exponent * log(base) if base else -inf
