"""Rates as people write them: ``60/minute``, ``5/10 seconds``."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}

_RATE = re.compile(rf"\s*(\d{{1,9}})\s*/\s*(\d{{1,6}})?\s*({'|'.join(UNITS)})s?\s*")


class Rate(Struct, frozen=True):
    """At most ``limit`` in ``period`` seconds."""

    limit: int
    period: int


def parse_rate(text: str) -> Rate:
    """Read a rate; raises `ValueError` that says how one is written."""
    found = _RATE.fullmatch(text)
    limit, times, unit = found.groups() if found else ("0", "1", "second")
    rate = Rate(int(limit), int(times or 1) * UNITS[unit])
    if rate.limit < 1 or rate.period < 1:
        raise ValueError(f"{text!r} is not a rate such as 60/minute or 5/10 seconds")
    return rate
