"""The published Microsoft Recognizers-Text specifications, future sense, when a copy is at hand.

Set PULPO_SHARED to a folder that holds `data/recognizers/{Spanish,English}/*Parser.json`. The adapter compares single
dates, times and date-times with the specification's `FutureResolution`:

- a bare hour may fall in either half of the day (theirs is the morning, ours what T1 says), so times are compared on
  the twelve-hour dial; `alternatives` count, since an ambiguous answer is one that gets asked about;
- left out: sentences told in the past ("I went back for the 27th"), which the specification resolves both ways;
  impossible dates; several results; what our conventions decide otherwise (N1: now, as soon as possible; P1: end of
  the day, mid-morning; D11: two-digit years are 20xx; T1: a time "for the day" without one).
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pulpo_booking.when import When, resolve

_ROOT = os.environ.get("PULPO_SHARED")
_TOLD_IN_THE_PAST = re.compile(
    r"\b(went back|we had|i left|we met|i made|where were|did i|hecha|volvi|volví|came back)\b", re.IGNORECASE
)
_DECIDED_OTHERWISE = re.compile(
    r"\b(now|ahora|as soon as|tan pronto|mas pronto|este momento|end of|eod|finalizar|final del d|mid-? ?morning|"
    r"mid-? ?afternoon|the (?:last )?day|last day|past day|this day|my day|último d[ií]a|el día$|/89|/71|ultimo dia)",
    re.IGNORECASE,
)
_SETTINGS = {"Spanish": ("es-ES", "Europe/Madrid"), "English": ("en-US", "America/New_York")}


def _specifications(language: str) -> Iterator[tuple[str, datetime, str]]:
    """(text, clock, resolution) of the comparable cases."""
    zone = ZoneInfo(_SETTINGS[language][1])
    for name in ("DateParser", "TimeParser", "DateTimeParser"):
        path = Path(_ROOT or "") / "data" / "recognizers" / language / f"{name}.json"
        for case in json.loads(path.read_text(encoding="utf-8-sig")):
            resolution = _resolution(case)
            if (
                resolution
                and not _TOLD_IN_THE_PAST.search(case["Input"])
                and not _DECIDED_OTHERWISE.search(case["Input"])
            ):
                clock = (case.get("Context") or {}).get("ReferenceDateTime") or "2016-11-07T00:00:00"
                yield case["Input"], datetime.fromisoformat(clock).replace(tzinfo=zone), resolution


def _resolution(case: dict[str, Any]) -> str | None:
    if len(case["Results"]) != 1:
        return None
    future = (case["Results"][0].get("Value") or {}).get("FutureResolution") or {}
    found: str | None = future.get("dateTime") or future.get("date") or future.get("time")
    return None if found is None or found.startswith("0001") else found


def _agrees(when: When, resolution: str) -> bool:
    date = resolution[:10] if "-" in resolution else None
    if (when.date.isoformat() if when.date else None) != date:
        return False
    if ":" not in resolution:
        return when.time is None
    hour, minute = int(resolution[-8:-6]), int(resolution[-5:-3])
    return when.time is not None and when.time.minute == minute and (when.time.hour - hour) % 12 == 0


@pytest.mark.skipif(_ROOT is None, reason="PULPO_SHARED is not set: the recognizers specifications are not at hand")
@pytest.mark.parametrize("language", ["Spanish", "English"])
def test_recognizers_specifications(language: str) -> None:
    locale, tz = _SETTINGS[language]
    right, wrong, total = 0, [], 0
    for text, now, resolution in _specifications(language):
        when = resolve(text, now=now, locale=locale, tz=tz)
        total += 1
        if any(_agrees(w, resolution) for w in (when, *when.alternatives)):
            right += 1
        elif when.spans and not when.ambiguous and (when.date or when.time or when.range):
            wrong.append((text, resolution, when.as_dict()))
    print(f"{language}: {total} specifications, right {right / total:.1%}, wrong {len(wrong) / total:.1%}")
    assert right / total >= 0.85, wrong
    assert len(wrong) / total <= 0.08, wrong
