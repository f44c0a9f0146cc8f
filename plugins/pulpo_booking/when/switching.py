"""Two languages in one message: "can I come mañana at 5pm", "el friday a las 5".

What the customer's language leaves open the other one may fill, where words stand that can only be of the other one;
what the first has understood or knows to be no date is out of its sight.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from pulpo_booking.when.values import When

_DAYS = {
    "es": re.compile(r"\b(?:hoy|ma[ñn]ana|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)\b", re.I),
    "en": re.compile(r"\b(?:today|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", re.I),
}
_HOURS = {
    "es": re.compile(r"\ba las? \w|\b(?:de|por|en|a) la (?:ma[ñn]ana|tarde|noche)\b|\bmediod[ií]a\b", re.I),
    "en": re.compile(r"\bat (?:\d|noon|half)|\bin the (?:morning|afternoon|evening)\b|\bo'?clock\b", re.I),
}


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with `spans` made unreadable; positions stay true."""
    for start, end in spans:
        text = text[:start] + "~" * (end - start) + text[end:]
    return text


def filled(answer: When, text: str, other: str, read: Callable[[], When]) -> When:
    """`answer` with the day or the hours that only words of the `other` language tell; `read` reads in it what is
    left of `text`."""
    dated = answer.date is not None or (answer.range is not None and "-" in (answer.range[0] or answer.range[1] or ""))
    clocked = answer.time is not None or answer.period is not None or (answer.range is not None and not dated)
    wants_day, wants_hour = not dated and _DAYS[other].search(text), not clocked and _HOURS[other].search(text)
    if not wants_day and not wants_hour:
        return answer
    found = read()
    if wants_day and found.date is not None:
        answer = replace(answer, date=found.date, ambiguous=answer.ambiguous or found.ambiguous)
    elif not (wants_hour and (found.time or found.period)):
        return answer
    if wants_hour:
        answer = replace(answer, time=found.time, period=found.period, ambiguous=answer.ambiguous or found.ambiguous)
    return replace(answer, spans=(*answer.spans, *found.spans))
