"""How many turns a second people bring, over a Friday and a Saturday. Assumed, not measured: a salon's chats have two
humps a day, a Saturday is busier, and somebody famous may mention the shop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

HOURS = (2, 1, 1, 1, 1, 2, 5, 12, 28, 52, 70, 78, 66, 48, 40, 44, 56, 74, 90, 100, 84, 56, 28, 8)
"""Journeys begun in each hour of a working day, in per cent of the busiest hour."""
SATURDAY = 1.5
CAMPAIGN_AT, CAMPAIGN_SECONDS, CAMPAIGN_TIMES = 12.5 * 3600, 20 * 60, 6.0
"""On the first day: within two minutes so many times the usual, for this long, then it fades in half the time."""
RAMP = 120.0
DAY = 86400


def demand(peak: float, *, seed: int, days: int = 2) -> list[float]:
    """Return turns a second, for each second; ``peak`` are those of a working day's busiest hour."""
    random = Random(seed)  # noqa: S311
    noise, found = 0.0, []
    for at in range(days * DAY):
        if at % 10 == 0:  # people come in clusters: ten seconds are alike, and a minute remembers the one before
            noise = 0.8 * noise + random.gauss(0, 0.06)
        usual = peak * hour(at) / 100 * (SATURDAY if at >= DAY else 1.0)
        found.append(usual * campaign(at) * math.exp(noise))
    return found


def hour(at: float) -> float:
    """Return the share of the busiest hour at a second, between the hours' middles along a line."""
    position = at / 3600 - 0.5
    before = math.floor(position)
    part = position - before
    return HOURS[before % 24] * (1 - part) + HOURS[(before + 1) % 24] * part


def campaign(at: float) -> float:
    """Return how many times the usual the campaign makes of it."""
    since = at - CAMPAIGN_AT
    if since < 0:
        return 1.0
    if since < CAMPAIGN_SECONDS:
        return 1 + (CAMPAIGN_TIMES - 1) * min(1.0, since / RAMP)
    return 1 + (CAMPAIGN_TIMES - 1) * math.exp(-(since - CAMPAIGN_SECONDS) / (CAMPAIGN_SECONDS / 2))


def mean(values: Sequence[float]) -> float:
    """Return the mean of something."""
    return sum(values) / len(values)
