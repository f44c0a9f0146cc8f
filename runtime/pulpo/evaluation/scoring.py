"""Shares of right dialogues, by tag, with how sure one can be of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final

from msgspec import Struct

from pulpo.evaluation.judging import Judgement

Z_95: Final = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution: an interval of 95 %."""

ALL: Final = "all"
DEVELOPMENT: Final = "development"
HELD_OUT: Final = "held out"


class Score(Struct, frozen=True):
    """How one group of dialogues went; ``low`` and ``high`` bound ``share`` with 95 % confidence."""

    group: str
    dialogues: int
    right: int
    share: float
    low: float
    high: float
    facts: int
    facts_right: int
    unasked: int
    leaks: int
    skipped: int


def wilson(right: int, total: int, *, z: float = Z_95) -> tuple[float, float]:
    """Return the score interval of a share of ``right`` among ``total``; (0, 1) when there are none.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212:
    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n). Preferred over the textbook interval for few trials and
    shares near 1, as here, by Brown, Cai and DasGupta, Statistical Science 16 (2001) 101-133.
    """
    if not total:
        return 0.0, 1.0
    share, spread = right / total, z * z / total
    centre = share + spread / 2
    half = z * sqrt(share * (1 - share) / total + spread / (4 * total))
    low, high = (centre - half) / (1 + spread), (centre + half) / (1 + spread)
    # Rounding must not push a bound past what is certain: at the ends it is exactly 0 or 1.
    return (0.0 if right == 0 else low), (1.0 if right == total else high)


def scores(judgements: Sequence[Judgement]) -> list[Score]:
    """Return the score of all, of the development and held-out parts, then of each tag in alphabetical order."""
    groups = {
        ALL: list(judgements),
        DEVELOPMENT: [each for each in judgements if not each.case.held_out],
        HELD_OUT: [each for each in judgements if each.case.held_out],
    }
    for tag in sorted({tag for each in judgements for tag in each.case.tags}):
        groups[f"tag {tag}"] = [each for each in judgements if tag in each.case.tags]
    return [score(name, members) for name, members in groups.items()]


def score(group: str, judgements: Sequence[Judgement]) -> Score:
    """Return the score of one group; skipped dialogues count neither as right nor as wrong."""
    held = [each for each in judgements if not each.record.skipped]
    right = sum(each.right for each in held)
    low, high = wilson(right, len(held))
    return Score(
        group,
        dialogues=len(held),
        right=right,
        share=right / len(held) if held else 0.0,
        low=low,
        high=high,
        facts=sum(each.facts for each in held),
        facts_right=sum(each.facts_right for each in held),
        unasked=sum(each.count("unasked") for each in held),
        leaks=sum(each.count("leak") for each in held),
        skipped=len(judgements) - len(held),
    )
